//! A run of some cases, over a number of rounds of its own.

use measure::record::schema;

use crate::support::{Desk, redis};

const FEW: &str =
    "run --quick --only lookup --only authorise --designs session-memory --cases *-independent --rounds 4";

/// What the last execution was to measure: questions, cases and contestants.
fn planned(desk: &Desk) -> Vec<(String, String, String)> {
    let record = desk.record();
    let planned = &record.executions.last().unwrap().provenance.planned;
    let one = |one: &measure::record::Planned| {
        (one.question.to_string(), one.case.clone(), one.contestants.join(" "))
    };
    planned.iter().map(one).collect()
}

fn rounds_of_each(desk: &Desk) -> Vec<Vec<u32>> {
    desk.rounds().into_iter().map(|(_, rounds)| rounds).collect()
}

#[test]
fn only_cases_that_match_are_measured_in_as_many_rounds_as_were_asked_for() {
    let desk = Desk::new();
    desk.authbench(FEW).run().succeeded();
    assert_eq!(
        planned(&desk),
        [(
            "lookup".to_owned(),
            "1k-uniform-independent".to_owned(),
            "session-memory session-memory~twin floor-flat-probe".to_owned()
        )],
        "no question without such a case, and the reference of the figures"
    );
    assert_eq!(rounds_of_each(&desk), vec![vec![0, 2, 3]; 3], "two rounds of three");
    assert!(desk.rows().iter().all(|row| row.is_ok()), "{:#?}", desk.rows());

    let record = desk.record();
    let from = &record.executions[0].provenance;
    assert_eq!((from.rounds_planned, from.command.as_str()), (4, format!("authbench {FEW}").as_str()));
    assert_eq!(from.services.len(), 0, "no server is started that nobody asks");
    let validator = jsonschema::validator_for(&schema()).unwrap();
    assert!(validator.is_valid(&serde_json::from_str(&desk.read("results/latest/run.json")).unwrap()));
}

#[test]
fn a_resumed_run_has_the_cases_and_rounds_that_it_was_begun_with() {
    let desk = Desk::new();
    let told = desk.authbench(FEW).start().until_a_round_is_done().interrupt().end();
    told.ended_with(130).said(&["authbench run --resume"]);
    let before = planned(&desk);

    desk.authbench("run --resume").run().succeeded();
    assert_eq!(planned(&desk), before);
    assert_eq!(rounds_of_each(&desk), vec![vec![0, 2, 3]; 3], "two rounds of three");
    let record = desk.record();
    let from = &record.executions[0].provenance;
    assert_eq!((from.rounds_planned, from.interrupted), (4, false));
}

#[test]
fn a_question_that_follows_from_others_has_them_measured() {
    let desk = Desk::new();
    let told = desk.authbench(
        "run --quick --rounds 2 --only requests-per-login --cases three-permissions --cases 1k-uniform --designs jwt-hs256 --designs session-memory",
    );
    told.run().succeeded().said(&["To authorise one request takes"]);
    let questions: Vec<String> = planned(&desk).into_iter().map(|(question, ..)| question).collect();
    assert_eq!(questions, ["issue", "authorise"]);
    let rows = desk.rows();
    let derived: Vec<_> = rows.iter().filter(|row| row.question == "requests-per-login").collect();
    let [row] = derived[..] else { panic!("{derived:#?}") };
    assert_eq!((row.contestant.as_str(), row.metric.as_str()), ("jwt-hs256", "break-even"));
    // A look-up in the process takes less than a MAC, and so does its login: there is no number of requests from which that turns.
    assert_eq!((row.status.as_str(), row.value.as_str()), ("none", ""), "{row:?}");
    assert!(!row.note.is_empty(), "{row:?}");
    assert!(
        desk.read("results/latest/report.html").contains("After how many requests does a dear login pay?")
    );
}

#[test]
fn a_storm_of_refreshes_is_counted_and_logs_out_clients_without_grace() {
    let Some(server) = redis() else { return };
    let desk = Desk::new();
    let run = desk.authbench("run --quick --only refresh-storm").with_redis(&server.tcp_url());
    run.run().succeeded().said(&[
        "this number is wrongly logged out: 100 with at-once-no-grace and 0 with at-once-10-s-grace",
    ]);
    let value = |metric: &str| {
        let rows = desk.rows();
        let row = rows.iter().find(|row| row.metric == metric && row.is_ok());
        row.unwrap_or_else(|| panic!("no {metric}: {rows:#?}")).value.parse::<f64>().unwrap()
    };
    assert!(value("p50") > 0.0 && value("p50") <= value("p99") && value("p99") <= value("slowest"));
    assert!(value("cpu") > 0.0 && value("store-commands-a-second") > 0.0);
    // Some 2 000 refreshes, each a script with three commands in it.
    assert!((6_500.0..9_500.0).contains(&value("store-commands")), "{}", value("store-commands"));
}
