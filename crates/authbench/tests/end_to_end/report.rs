//! `authbench report`

use std::{collections::BTreeMap, fs};

use crate::support::{Desk, finished};

/// What the report consists of, by path.
fn drawn(desk: &Desk) -> BTreeMap<String, String> {
    let mut files = desk.files("results/latest");
    files.remove("run.json");
    files.into_iter().map(|file| (file.clone(), desk.read(&format!("results/latest/{file}")))).collect()
}

fn erase(desk: &Desk) {
    for file in drawn(desk).keys() {
        fs::remove_file(desk.path("results/latest").join(file)).unwrap();
    }
}

#[test]
fn the_same_record_gives_the_same_report_to_the_last_byte() {
    let desk = Desk::with(finished());
    let (before, record) = (drawn(&desk), desk.read("results/latest/run.json"));
    assert!(before.contains_key("results.csv"));
    erase(&desk);
    desk.authbench("report latest").run().succeeded();
    assert!(drawn(&desk) == before, "a file of the report differs, is missing, or is new");
    assert_eq!(desk.read("results/latest/run.json"), record, "reading a record does not touch it");
}

#[test]
fn a_run_is_found_by_name_by_folder_and_by_record_from_wherever_one_stands() {
    let desk = Desk::with(finished());
    for (folder, run) in [
        (".", "latest"),
        (".", "results/latest"),
        (".", "results/latest/"),
        (".", "results/latest/run.json"),
        ("results", "latest/run.json"),
        ("results/latest", "."),
        ("results/latest", "run.json"),
    ] {
        erase(&desk);
        let told = desk.authbench(&format!("report {run}")).in_folder(desk.path(folder)).run();
        told.succeeded().said(&["report: ", "report.html"]);
        assert!(desk.path("results/latest/report.html").exists(), "{run} from {folder}");
    }
}

#[test]
fn a_record_of_another_file_name_is_not_mistaken_for_the_one_beside_it() {
    let desk = Desk::with(finished());
    desk.write("results/latest/copy.json", "no record at all");
    desk.authbench("report results/latest/copy.json").run().failed_saying(&["copy.json"]);
}
