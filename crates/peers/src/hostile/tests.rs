use std::sync::LazyLock;

use super::*;

/// One for all tests of this process.
static TABLE: LazyLock<Table> = LazyLock::new(table);

fn rulings_on(id: &str) -> Vec<(&'static str, Ruling)> {
    let token = TABLE.tokens.iter().find(|token| token.id == id).expect("it is in the table");
    TABLE.judges.iter().map(|judge| judge.name).zip(token.rulings.iter().copied()).collect()
}

#[test]
fn everyone_accepts_the_genuine_token() {
    for judge in JUDGES {
        let ruling = rule_within_a_second(judge.accepts, Maker::genuine);
        assert_eq!(ruling, Ruling::Accepted, "{}", judge.public().name);
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
    for judge in JUDGES {
        for make in same {
            assert_eq!(
                rule_within_a_second(judge.accepts, make),
                Ruling::Accepted,
                "{}",
                judge.public().name
            );
        }
    }
}

#[test]
fn ours_refuses_every_token() {
    for token in &TABLE.tokens {
        assert_eq!(token.rulings[0], Ruling::Refused, "{}: {}", token.id, token.about);
    }
}

#[test]
fn ids_are_unique_and_every_judge_rules_on_each() {
    let mut ids: Vec<_> = TABLE.tokens.iter().map(|token| token.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), TABLE.tokens.len());
    assert!(TABLE.tokens.iter().all(|token| token.rulings.len() == TABLE.judges.len()));
}

#[test]
fn versions_are_those_that_the_manifest_pins() {
    for judge in &TABLE.judges {
        let numbers: Vec<_> = judge.version.split('.').map(str::parse::<u32>).collect();
        assert!(numbers.len() == 3 && numbers.iter().all(Result::is_ok), "{} {}", judge.name, judge.version);
    }
}

#[test]
fn the_table_tells_crates_apart_where_they_are_known_to_differ() {
    use Ruling::{Accepted, Panicked, Refused};

    let known = |id: &str, expected: &[(&str, Ruling)]| {
        let rulings = rulings_on(id);
        for (name, ruling) in expected {
            if let Some((_, actual)) = rulings.iter().find(|(judge, _)| judge == name) {
                assert_eq!(actual, ruling, "{id}, {name}");
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
        assert!(rulings_on(id).iter().all(|(_, ruling)| *ruling == Ruling::Refused), "{id}");
    }
}

/// For whoever looks at it on a terminal: `cargo test -p authbench-peers -- --ignored --nocapture hostile`.
#[test]
#[ignore = "prints the table"]
fn print() {
    for (at, judge) in TABLE.judges.iter().enumerate() {
        println!("{at}  {} {}, leeway {:?}", judge.name, judge.version, judge.default_leeway_s);
    }
    for token in &TABLE.tokens {
        let marks = token.rulings.iter().map(|ruling| match ruling {
            Ruling::Accepted => "A ",
            Ruling::Refused => ". ",
            Ruling::Panicked => "P ",
        });
        println!("{} {:26} {}", marks.collect::<String>(), token.id, token.about);
    }
}
