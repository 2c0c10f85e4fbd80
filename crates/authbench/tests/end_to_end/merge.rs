//! A run beside what the results folder already holds.

use std::collections::BTreeSet;

use crate::support::{Desk, Row, finished};

/// What the table is about, figures aside.
fn lines(rows: &[Row]) -> BTreeSet<(String, String, String)> {
    rows.iter().map(|row| (row.question.clone(), row.contestant.clone(), row.metric.clone())).collect()
}

#[test]
fn what_a_filtered_run_did_not_measure_stays_as_it_was_and_another_question_is_added() {
    let desk = Desk::with(finished());
    let before = desk.rows();

    desk.authbench("run --quick --only authorise --cases 1k-uniform --designs session-{memory,redis}")
        .without_redis()
        .run()
        .succeeded();
    let filtered = desk.rows();
    assert_eq!(lines(&filtered), lines(&before), "no row is lost and none is new");
    let figures = |rows: &[Row], contestant: &str| {
        let of = |row: &&Row| row.contestant == contestant && row.metric == "time";
        rows.iter().find(of).map(|row| row.value.clone())
    };
    for untouched in ["control-none", "control-static", "session-redis", "floor-redis-ping"] {
        assert_eq!(figures(&filtered, untouched), figures(&before, untouched), "{untouched}");
    }
    let measured: Vec<String> =
        desk.rounds().into_iter().filter(|(_, rounds)| !rounds.is_empty()).map(|(id, _)| id).collect();
    assert_eq!(
        measured,
        ["jwt-hs256", "jwt-hs256~twin", "session-memory", "floor-hmac-sha256", "floor-flat-probe"],
        "what was asked for, with the reference, its twin and the floors of both"
    );

    desk.authbench("run --quick --only issue --designs jwt-hs256 --designs session-memory")
        .without_redis()
        .run()
        .succeeded();
    let (issue, mut others): (Vec<Row>, Vec<Row>) =
        desk.rows().into_iter().partition(|row| row.question == "issue");
    // What follows from both questions is new with the second.
    let derived = |row: &Row| row.question == "requests-per-login";
    assert!(others.iter().any(derived) && !filtered.iter().any(derived));
    others.retain(|row| !derived(row));
    assert_eq!(others, filtered, "the rows of the other question are the same to the last digit");
    assert!(issue.iter().any(|row| row.contestant == "jwt-hs256" && row.metric == "bytes" && row.is_ok()));
    assert!(issue.iter().all(|row| row.is_ok() || row.needs_redis()), "{issue:#?}");
    assert_eq!(desk.record().executions.len(), 3, "each invocation keeps its own provenance");
}

#[test]
fn runs_of_other_names_do_not_meet() {
    let desk = Desk::with(finished());
    let before = desk.read("results/latest/run.json");
    let told =
        desk.authbench("run --quick --only authorise --cases 1k-uniform --designs control-* --name other");
    told.without_redis().run().succeeded().said(&["results/other/report.html"]);
    assert_eq!(desk.read("results/latest/run.json"), before);
}
