//! A run of some cases, over a number of rounds of its own.

use measure::record::schema;

use crate::support::Desk;

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
    assert_eq!(rounds_of_each(&desk), vec![vec![0, 1, 2, 3]; 3]);
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
    assert_eq!(rounds_of_each(&desk), vec![vec![0, 1, 2, 3]; 3]);
    let record = desk.record();
    let from = &record.executions[0].provenance;
    assert_eq!((from.rounds_planned, from.interrupted), (4, false));
}
