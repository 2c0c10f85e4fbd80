//! `authbench compare`

use crate::support::{Desk, finished};

/// A second run beside the finished one: the same record with its text changed.
fn with_second(change: impl Fn(&str) -> String) -> Desk {
    let desk = Desk::with(finished());
    let record = desk.read("results/latest/run.json");
    std::fs::create_dir(desk.path("results/after")).unwrap();
    desk.write("results/after/run.json", change(&record));
    desk
}

#[test]
fn a_run_repeats_itself() {
    let desk = with_second(str::to_owned);
    let told = desk.authbench("compare latest after --fail-on-regression").run().succeeded();
    told.said(&["No ratio has an interval in both runs", "0 figures rose beyond their intervals, 0 fell."]);
}

#[test]
fn machines_read_all_of_it_as_json() {
    let desk = with_second(str::to_owned);
    let told = desk.authbench("compare latest after --format json").run().succeeded();
    let compared: serde_json::Value = serde_json::from_str(&told.output).unwrap();
    assert_eq!(compared["summary"]["regressions"], 0);
    assert!(compared["pairs"].as_array().unwrap().iter().any(|pair| pair["contestant"] == "session-memory"));
    desk.authbench("compare latest after --format markdown")
        .run()
        .succeeded()
        .said(&["## `latest` and `latest`"]);
}

#[test]
fn runs_of_different_machines_are_refused_unless_forced() {
    let desk = with_second(|record| record.replace("\"logical_cpus\":", "\"logical_cpus\":7"));
    let told = desk.authbench("compare latest after").run();
    told.failed_saying(&["different machines", "logical CPUs", "--force"]);
    desk.authbench("compare latest after --force").run().succeeded().said(&["Warning: the machines differ"]);
}

#[test]
fn more_allocations_are_a_regression() {
    // An exact count has an interval however few rounds there are.
    let desk = with_second(|record| {
        let allocations = |count: &str| format!("\"metric\":\"allocations\",\"value\":{count}");
        record.replace(&allocations("0.0"), &allocations("2.0"))
    });
    assert!(desk.read("results/after/run.json") != desk.read("results/latest/run.json"));
    let told = desk.authbench("compare latest after").run().succeeded();
    told.said(&["figures rose beyond their intervals", "allocations (count)"]);
    desk.authbench("compare latest after --fail-on-regression").run().ended_with(1);
}
