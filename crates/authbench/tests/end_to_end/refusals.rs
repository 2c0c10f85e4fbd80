//! What is refused, with which code, in which words.

use std::fs::File;

use crate::support::{Desk, finished};

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2_and_names_what_is_near() {
    let desk = Desk::new();
    for (line, near) in [
        ("run --qick", "--quick"),
        ("reprot", "report"),
        ("run --only authorize", "authorise"),
        ("run --quick --full", "cannot be used with"),
        ("run --resume --quick", "cannot be used with"),
        ("run --resume --cases 1k-*", "cannot be used with"),
        ("run --resume --rounds 5", "cannot be used with"),
        ("run --rounds 1", "1 is not in 2..=50"),
        ("run --rounds 51", "51 is not in 2..=50"),
        ("run --name ../elsewhere", "a name has letters"),
        ("run --seed many", "invalid value 'many'"),
        ("report", "<RUN>"),
        ("compare latest", "<AFTER>"),
        ("compare a b --format html", "invalid value 'html'"),
        ("selftest --rounds 2", "2 is not in 6..=50"),
        ("splice", "<DOCUMENT>"),
    ] {
        desk.authbench(line).run().made_no_sense(&[near]);
    }
    assert!(!desk.path("results").exists(), "nothing was begun");
}

#[test]
fn without_a_command_the_help_is_shown() {
    Desk::new().authbench("").run().ended_with(2).said_on_errors(&["Usage: authbench", "run", "Examples:"]);
}

#[test]
fn every_help_has_examples_and_fits_a_hundred_columns() {
    let desk = Desk::new();
    for command in ["", "list", "run", "report", "compare", "selftest", "splice", "verify-jws", "keys"] {
        let told = desk.authbench(&format!("{command} --help")).run().succeeded();
        let told = told.said(&["Usage: authbench", "Example", "  authbench "]);
        assert_eq!(told.errors, "");
        let longest = told.output.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(longest.chars().count() <= 100, "{command}: {longest}");
    }
}

#[test]
fn a_pattern_that_matches_nobody_is_answered_with_the_near_names() {
    let desk = Desk::new();
    let refuses = |pattern: &str, words: &[&str]| {
        let line = format!("run --quick --only authorise --designs {pattern}");
        desk.authbench(&line).run().made_no_sense(&[&[pattern], words].concat());
    };
    refuses("jwt-hs25", &["did you mean jwt-hs256", "authbench list"]);
    refuses("sesion-*", &["did you mean", "session-memory"]);
    refuses("[", &["unclosed character class"]);
    refuses("zzz", &["authbench list"]);
    assert!(!desk.path("results").exists(), "nothing was begun");
}

#[test]
fn one_pattern_that_matches_does_not_excuse_one_that_does_not() {
    let line = "run --quick --only authorise --designs jwt-* --designs jwt-hs257";
    Desk::new().authbench(line).run().made_no_sense(&["jwt-hs257", "did you mean jwt-hs256"]);
}

#[test]
fn a_pattern_that_matches_no_case_is_answered_with_what_there_is() {
    let desk = Desk::new();
    for (line, words) in [
        ("--only lookup --cases 1k-unifrom", &["`1k-unifrom`", "did you mean 1k-uniform"] as &[&str]),
        ("--only purge --cases zzz", &["`zzz`", "there are quiet, purging"]),
        ("--only lookup --cases 1k-* --cases genuine", &["`genuine`"]),
        ("--only lookup --cases 10m-uniform", &["`10m-uniform` is measured with --full"]),
        ("--only lookup --cases [", &["unclosed character class"]),
        (
            "--only lookup --cases *-independent --designs session-redis",
            &["nothing to measure", "*-independent", "session-redis"],
        ),
    ] {
        desk.authbench(&format!("run --quick {line}")).run().made_no_sense(words);
    }
    assert!(!desk.path("results").exists(), "nothing was begun");
}

/// Whatever is asked of that record, it is refused with these words, and left as it was.
#[track_caller]
fn is_refused(record: &str, reason: &[&str]) {
    let desk = Desk::with_record(record);
    let words = [&["results/latest/run.json"], reason].concat();
    for line in ["report latest", "run --quick --only authorise", "run --resume"] {
        desk.authbench(line).run().failed_saying(&words);
    }
    assert_eq!(desk.read("results/latest/run.json"), record);
    assert_eq!(desk.files("results/latest").len(), 1, "nothing was written beside it");
}

#[test]
fn a_truncated_record_is_called_damaged_and_left_alone() {
    let whole = Desk::with(finished()).read("results/latest/run.json");
    is_refused(&whole[..whole.len() / 2], &["damaged", "EOF"]);
}

#[test]
fn an_empty_record_and_one_of_another_program_are_left_alone() {
    is_refused("", &["damaged"]);
    is_refused(r#"{"name":"somebody else's"}"#, &["no schema_version"]);
}

#[test]
fn a_record_of_another_version_is_not_called_damaged_and_left_alone() {
    let whole = Desk::with(finished()).read("results/latest/run.json");
    let of_version =
        |version: u32| whole.replacen("\"schema_version\":1", &format!("\"schema_version\":{version}"), 1);
    is_refused(&of_version(2), &["schema version 2", "reads version 1", "newer"]);
    is_refused(&of_version(0), &["schema version 0", "reads version 1", "measure again"]);
}

#[test]
fn a_run_that_does_not_exist_is_named() {
    let desk = Desk::new();
    desk.authbench("report nowhere").run().failed_saying(&["nowhere"]);
    desk.authbench("run --resume --name nowhere").run().failed_saying(&["nowhere"]);
}

#[test]
fn an_order_for_a_round_set_by_hand_is_refused() {
    let desk = Desk::new();
    for garbage in ["garbage", "", "{}", r#"{"question":"haiku"}"#] {
        let told = desk.authbench("run --quick --only authorise").with("AUTHBENCH_ROUND", garbage).run();
        told.failed_saying(&["AUTHBENCH_ROUND is not meant to be set by hand"]);
    }
    assert!(!desk.path("results").exists(), "nothing was begun");
}

#[test]
fn an_output_that_takes_nothing_is_an_error_and_no_panic() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    Desk::new().authbench("list").run_into(full).failed_saying(&["No space left"]);
}
