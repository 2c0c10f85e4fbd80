use std::sync::LazyLock;

use super::*;

/// One for all tests of this process.
static TABLE: LazyLock<Table> = LazyLock::new(table);

fn verdicts_on(id: &str) -> Vec<(&'static str, Verdict)> {
    let token = TABLE.tokens.iter().find(|token| token.id == id).expect("it is in the table");
    TABLE.verifiers.iter().map(|verifier| verifier.name).zip(token.verdicts.iter().copied()).collect()
}

#[test]
fn everyone_accepts_the_genuine_token() {
    for verifier in VERIFIERS {
        let verdict = within_a_second(verifier.accepts, Maker::genuine);
        assert_eq!(verdict, Verdict::Accepted, "{}", verifier.public().name);
    }
}

/// What the helpers change is all that is wrong with what they make.
#[test]
fn everyone_accepts_what_the_maker_puts_together_anew() {
    let same: [tokens::Make; 4] = [
        |make| make.claim("x", Some("null")),
        |make| make.time("exp", 900),
        |make| make.secret(maker::SECRET),
        |make| make.text(str::to_owned),
    ];
    for verifier in VERIFIERS {
        for make in same {
            assert_eq!(
                within_a_second(verifier.accepts, make),
                Verdict::Accepted,
                "{}",
                verifier.public().name
            );
        }
    }
}

#[test]
fn ours_refuses_every_token() {
    for token in &TABLE.tokens {
        assert_eq!(token.verdicts[0], Verdict::Refused, "{}: {}", token.id, token.about);
    }
}

#[test]
fn ids_are_unique_and_every_verifier_rules_on_each() {
    let mut ids: Vec<_> = TABLE.tokens.iter().map(|token| token.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), TABLE.tokens.len());
    assert!(TABLE.tokens.iter().all(|token| token.verdicts.len() == TABLE.verifiers.len()));
}

#[test]
fn versions_are_those_that_the_manifest_pins() {
    for verifier in &TABLE.verifiers {
        let numbers: Vec<_> = verifier.version.split('.').map(str::parse::<u32>).collect();
        assert!(
            numbers.len() == 3 && numbers.iter().all(Result::is_ok),
            "{} {}",
            verifier.name,
            verifier.version
        );
    }
}

#[test]
fn the_table_tells_crates_apart_where_they_are_known_to_differ() {
    use Verdict::{Accepted, Panicked, Refused};

    let known = |id: &str, expected: &[(&str, Verdict)]| {
        let verdicts = verdicts_on(id);
        for (name, verdict) in expected {
            if let Some((_, actual)) = verdicts.iter().find(|(verifier, _)| verifier == name) {
                assert_eq!(actual, verdict, "{id}, {name}");
            }
        }
    };
    // Leeways of 60, 900, 60 and 0 seconds, and no look at all.
    known(
        "exp-30-s-ago",
        &[
            ("jsonwebtoken", Accepted),
            ("jwt-simple", Accepted),
            ("jwt-compact", Accepted),
            ("biscuit", Refused),
        ],
    );
    known(
        "exp-10-min-ago",
        &[("jsonwebtoken", Refused), ("jwt-simple", Accepted), ("jwt-compact", Refused), ("jwt", Accepted)],
    );
    known("nbf-1-h-ahead", &[("jsonwebtoken", Accepted), ("jwt-simple", Refused)]);
    known("exp-twice", &[("jsonwebtoken", Refused), ("josekit", Accepted)]);
    known("exp-1e308", &[("jwt-simple", Accepted), ("josekit", Panicked)]);
    known("iat-2-63", &[("biscuit", Panicked)]);
    known("padding-behind-signature", &[("jsonwebtoken", Refused), ("jwt", Accepted)]);
    known("secret-of-8-bytes", &[("jsonwebtoken", Accepted), ("jwt-simple", Refused), ("josekit", Refused)]);
}

/// Forgery is another matter than leniency: nobody accepts what its maker could not sign.
#[test]
fn nobody_accepts_a_forged_token() {
    for id in ["alg-none", "alg-none-in-other-case", "signature-missing", "signature-cut", "jwk-embedded"] {
        assert!(verdicts_on(id).iter().all(|(_, verdict)| *verdict == Verdict::Refused), "{id}");
    }
}

/// For whoever looks at it on a terminal: `cargo test -p authbench-peers -- --ignored --nocapture hostile`.
#[test]
#[ignore = "prints the table"]
fn print() {
    for (at, verifier) in TABLE.verifiers.iter().enumerate() {
        println!("{at}  {} {}, leeway {:?}", verifier.name, verifier.version, verifier.default_leeway_s);
    }
    for token in &TABLE.tokens {
        let marks = token.verdicts.iter().map(|verdict| match verdict {
            Verdict::Accepted => "A ",
            Verdict::Refused => ". ",
            Verdict::Panicked => "P ",
        });
        println!("{} {:26} {}", marks.collect::<String>(), token.id, token.about);
    }
}
