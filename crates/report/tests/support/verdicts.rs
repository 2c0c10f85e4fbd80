//! A synthetic table of hostile tokens: the verdicts are invented.

use measure::record::{HostileTable, HostileToken, Verdict, Verifier};

const JUDGES: [(&str, &str, Option<u64>); 9] = [
    ("authbench", "0.1.0", Some(0)),
    ("jsonwebtoken", "10.2.0", Some(60)),
    ("jwt-simple", "0.12.13", Some(900)),
    ("jwt-compact", "0.9.0", Some(60)),
    ("jwt", "0.16.0", None),
    ("josekit", "0.10.3", Some(0)),
    ("pasetors", "0.7.7", Some(0)),
    ("biscuit", "0.7.0", Some(0)),
    ("cookie", "0.18.1", None),
];

const TOKENS: [(&str, &str, &str); 14] = [
    ("alg-none", "the header says that it is not signed, and it is not", "RFC 8725, section 2.1"),
    ("alg-none-mixed-case", "the same, written nOnE", "RFC 8725, section 2.1"),
    ("alg-confusion", "HMAC with the public key as the secret", "RFC 8725, section 2.1"),
    ("no-exp", "it never expires", "the suite's policy: a credential has an end"),
    (
        "duplicate-exp",
        "two members exp, the second far in the future",
        "RFC 7519, section 4; RFC 8259, section 4",
    ),
    ("exp-as-text", "exp is a string", "RFC 7519, section 2"),
    ("exp-huge", "exp is 1e300", ""),
    ("padding", "base64url with padding", "RFC 7515, section 2"),
    ("trailing-bits", "the last character has bits that no byte takes", "RFC 4648, section 3.5"),
    ("crit-unknown", "crit names an extension that nobody knows", "RFC 7515, section 4.1.11"),
    ("four-parts", "a fourth part after the signature", "RFC 7515, section 7.1"),
    ("wrong-typ", "typ says that it is another kind of token", "RFC 8725, section 3.11"),
    ("nbf-ahead", "not to be used before tomorrow", "RFC 7519, section 4.1.5"),
    ("just-expired", "expired 30 s ago", "RFC 7519, section 4.1.4"),
];

pub(crate) fn verdicts() -> HostileTable {
    let verdict = |token: usize, verifier: usize| match (token * 7 + verifier * 11) % 13 {
        _ if verifier == 0 => Verdict::Refused,
        0..=2 => Verdict::Accepted,
        3 if verifier == 4 => Verdict::Panicked,
        _ => Verdict::Refused,
    };
    HostileTable {
        verifiers: JUDGES
            .map(|(name, version, leeway)| Verifier {
                name: name.to_owned(),
                version: version.to_owned(),
                default_leeway_s: leeway,
            })
            .to_vec(),
        tokens: (0..)
            .zip(TOKENS)
            .map(|(number, (id, about, rule))| HostileToken {
                id: id.to_owned(),
                about: about.to_owned(),
                rule: rule.to_owned(),
                verdicts: (0..JUDGES.len()).map(|verifier| verdict(number, verifier)).collect(),
            })
            .collect(),
    }
}
