//! A results folder that cannot be written to, from the start or from the middle of a run.

use std::{fs, path::Path};

use measure::record::RunRecord;

use crate::support::{Desk, SMALL_RUN, wait_until};

#[test]
fn a_results_folder_below_a_file_is_refused_with_its_path_before_anything_is_measured() {
    let desk = Desk::new();
    desk.write("blocker", "");
    let run = desk.authbench(SMALL_RUN).with("AUTHBENCH_RESULTS", "blocker/results");
    let told = run.run().failed_saying(&["blocker/results/latest/run.json", "Not a directory"]);
    assert!(!told.errors.contains("round 1"), "{}", told.errors);
}

#[test]
fn a_results_folder_that_cannot_be_made_is_refused_with_its_path_before_anything_is_measured() {
    if !Path::new("/proc/self").exists() {
        return;
    }
    // Not even root makes a folder there.
    let desk = Desk::new();
    let run = desk.authbench(SMALL_RUN).with("AUTHBENCH_RESULTS", "/proc/results");
    let told = run.without_redis().run();
    let told = told.failed_saying(&["the results folder cannot be used", "/proc/results/latest/run.json"]);
    assert!(!told.errors.contains("round 1"), "{}", told.errors);
}

#[test]
fn a_results_folder_that_is_lost_during_a_run_does_not_lose_what_was_measured() {
    let desk = Desk::new();
    let run = desk.authbench(SMALL_RUN).without_redis().start();
    let run = run.until_a_round_is_done();
    wait_until("the round is kept", || desk.rounds().iter().any(|(_, rounds)| !rounds.is_empty()));
    fs::rename(desk.path("results/latest"), desk.path("moved")).unwrap();
    desk.write("results/latest", "a file where the folder was");

    let told = run.end().failed_saying(&["warning: cannot write", "results/latest/run.json"]);
    let told = told.said_on_errors(&["what was measured is kept in "]);
    let (_, place) = told.errors.trim_end().rsplit_once("is kept in ").unwrap();
    let rescued = RunRecord::load(Path::new(place)).unwrap();
    let contestants = &rescued.executions[0].batches[0].contestants;
    let of_jwt = contestants.iter().find(|one| one.id == "jwt-hs256").unwrap();
    assert_eq!(of_jwt.rounds.len(), 3, "the rounds after the loss as well");
    desk.authbench(&format!("report {place}")).run().succeeded();
}
