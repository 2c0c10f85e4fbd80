//! Ctrl-C, and going on afterwards.

use std::collections::BTreeSet;

use crate::support::{Desk, Running, SMALL_RUN, finished, wait_until};

const NOTHING_TO_RESUME: &[&str] = &["results/latest", "holds no interrupted run; nothing to resume"];

fn begun(desk: &Desk) -> Running {
    desk.authbench(SMALL_RUN).without_redis().start()
}

/// The round numbers that all measured contestants of the last execution share.
#[track_caller]
fn rounds(desk: &Desk) -> Vec<u32> {
    let rounds: BTreeSet<Vec<u32>> = desk
        .rounds()
        .into_iter()
        .filter(|(contestant, _)| !contestant.contains("redis"))
        .map(|(_, rounds)| rounds)
        .collect();
    assert_eq!(rounds.len(), 1, "all took part in the same rounds: {rounds:?}");
    rounds.into_iter().next().unwrap()
}

fn is_interrupted(desk: &Desk) -> bool {
    desk.record().executions.last().unwrap().provenance.interrupted
}

#[test]
fn an_interrupted_run_keeps_its_finished_rounds_and_is_resumed_with_exactly_the_missing_ones() {
    let desk = Desk::new();
    let told = begun(&desk).until_a_round_is_done().interrupt().end().ended_with(130);
    told.said(&["report: ", "interrupted", "Go on with: authbench run --resume"]);
    assert!(is_interrupted(&desk));
    let kept = rounds(&desk);
    assert!(!kept.is_empty() && kept.len() < 3, "{kept:?}");
    assert!(desk.read("results/latest/report.html").contains("Interrupted."));
    assert_eq!(desk.litter().len(), 0, "no copy of the program is left behind");
    let before = desk.record().executions.remove(0);

    let told = desk.authbench("run --resume").without_redis().run().succeeded();
    let missing = 3 - kept.len();
    assert_eq!(
        told.errors.lines().count(),
        1 + missing,
        "how long it takes, then only what was missing: {}",
        told.errors
    );
    assert!(!is_interrupted(&desk));
    assert_eq!(rounds(&desk), [0, 1, 2], "no round twice, none missing");
    assert!(!desk.read("results/latest/report.html").contains("Interrupted."));

    let after = desk.record().executions.remove(0);
    assert_eq!(after.provenance.command, before.provenance.command);
    assert_eq!(after.provenance.seed, before.provenance.seed);
    for (old, new) in before.batches[0].contestants.iter().zip(&after.batches[0].contestants) {
        assert_eq!(old.rounds[..], new.rounds[..old.rounds.len()], "{}: kept to the last sample", old.id);
    }

    desk.authbench("run --resume").run().failed_saying(NOTHING_TO_RESUME);
}

#[test]
fn a_run_with_a_name_is_resumed_by_its_name() {
    let desk = Desk::new();
    let line = format!("{SMALL_RUN} --name mine");
    let told = desk.authbench(&line).without_redis().start().until_a_round_is_done().interrupt().end();
    told.ended_with(130).said(&["authbench run --resume --name mine"]);
    desk.authbench("run --resume").run().failed_saying(&["results/latest"]);
    desk.authbench("run --resume --name mine").without_redis().run().succeeded();
}

#[test]
fn a_polite_request_to_end_is_an_interruption_too() {
    let desk = Desk::new();
    let run = begun(&desk).until_a_round_is_done();
    run.signal("TERM");
    run.end().ended_with(130);
    assert!(is_interrupted(&desk));
}

#[test]
fn a_run_that_was_killed_can_be_resumed() {
    let desk = Desk::new();
    let run = begun(&desk).until_a_round_is_done();
    wait_until("the round is kept", || !rounds(&desk).is_empty());
    run.kill();
    desk.authbench("run --resume").without_redis().run().succeeded();
    assert_eq!(rounds(&desk), [0, 1, 2]);
}

#[test]
fn a_finished_run_has_nothing_to_resume() {
    let desk = Desk::with(finished());
    let before = desk.read("results/latest/run.json");
    desk.authbench("run --resume").run().failed_saying(NOTHING_TO_RESUME);
    assert_eq!(desk.read("results/latest/run.json"), before);
}

#[test]
fn rounds_of_another_program_or_machine_are_not_mixed_in() {
    for (what, change) in [
        ("program", (|from| from.program_sha256 = "0".repeat(64)) as fn(&mut measure::record::Provenance)),
        ("machine", |from| from.machine.logical_cpus += 1),
    ] {
        let desk = Desk::with(finished());
        let mut record = desk.record();
        let from = &mut record.executions[0].provenance;
        from.interrupted = true;
        change(from);
        record.save(&desk.path("results/latest")).unwrap();
        let expected = format!("the {what} is not the one");
        desk.authbench("run --resume").without_redis().run().failed_saying(&["cannot resume", &expected]);
        assert_eq!(desk.record(), record, "{what}");
    }
}

#[test]
fn a_second_run_that_was_interrupted_before_its_first_round_can_be_resumed_as_it_says() {
    let desk = Desk::with(finished());
    let run = begun(&desk);
    wait_until("the run has begun", || {
        desk.litter().iter().any(|folder| folder.join("authorise-0-0").exists())
    });
    run.interrupt().end().ended_with(130).said(&["authbench run --resume"]);
    desk.authbench("run --resume").without_redis().run().succeeded();
}
