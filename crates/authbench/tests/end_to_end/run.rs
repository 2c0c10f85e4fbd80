//! `authbench run`: one quick run of one question, and all it leaves.

use measure::record::schema;

use crate::support::{Desk, Row, SMALL_RUN, finished, redis};

const COLUMNS: &str = "question,case,contestant,kind,metric,unit,value,low,high,interval,within_low,within_high,rounds,samples,status,note";

fn rows_of(contestant: &str) -> Vec<Row> {
    let mut rows = Desk::with(finished()).rows();
    rows.retain(|row| row.contestant == contestant);
    rows
}

#[track_caller]
fn is_measured(contestant: &str, kind: &str) {
    let rows = rows_of(contestant);
    assert!(rows.iter().any(|row| row.metric == "time"), "{contestant} has no time: {rows:?}");
    assert!(rows.iter().all(|row| row.is_ok() && row.kind == kind), "{rows:#?}");
}

#[test]
fn says_the_answer_and_where_the_report_is() {
    let told = finished().told.clone().said(&["To authorise one request takes", "jwt-hs256"]);
    let last = told.output.lines().last().unwrap();
    assert!(last.starts_with("report: ") && last.ends_with("results/latest/report.html"), "{last}");
    assert!(!told.output.contains('\u{1b}'), "no colours where no terminal reads them");
}

#[test]
fn progress_is_one_plain_line_a_round_on_the_error_output() {
    let told = &finished().told;
    let lines: Vec<&str> = told.errors.lines().collect();
    let [expected, rounds @ ..] = &lines[..] else { panic!("{}", told.errors) };
    assert!(expected.starts_with("3 rounds of 1 question: about "), "{expected}");
    assert_eq!(rounds.len(), 3, "{}", told.errors);
    for (line, number) in rounds.iter().zip(1..) {
        assert!(line.starts_with(&format!("{number}/3 authorise, round {number}")), "{line}");
    }
    assert!(!told.errors.contains(['\u{1b}', '\r']), "{:?}", told.errors);
}

#[test]
fn the_record_follows_its_published_schema() {
    let record = serde_json::from_str(&Desk::with(finished()).read("results/latest/run.json")).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&record).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_record_says_what_was_run() {
    let record = Desk::with(finished()).record();
    let [execution] = &record.executions[..] else { panic!("{} executions", record.executions.len()) };
    let from = &execution.provenance;
    assert_eq!(from.command, format!("authbench {SMALL_RUN}"));
    assert_eq!((from.rounds_planned, from.interrupted), (3, false));
    assert_eq!(from.incidents, [""; 0]);
    assert!(from.started <= from.finished, "{} {}", from.started, from.finished);
    assert!(!from.rustc.is_empty() && !from.build.is_empty() && !from.crates.is_empty());
}

#[test]
fn the_table_has_the_documented_columns() {
    assert_eq!(Desk::with(finished()).read("results/latest/results.csv").lines().next(), Some(COLUMNS));
}

#[test]
fn designs_their_twin_controls_and_floors_are_measured() {
    is_measured("jwt-hs256", "design");
    is_measured("jwt-hs256~twin", "twin");
    is_measured("session-memory", "design");
    is_measured("control-none", "control");
    is_measured("control-static", "control");
    is_measured("floor-hmac-sha256", "floor");
    is_measured("floor-flat-probe", "floor");
    if redis().is_some() {
        is_measured("session-redis", "design");
        is_measured("floor-redis-ping", "floor");
    }
}

#[test]
fn unless_told_otherwise_everybody_in_the_catalogue_takes_part() {
    let desk = Desk::new();
    desk.authbench("run --quick --only authorise --cases 1k-uniform").without_redis().run().succeeded();
    let rows = desk.rows();
    for entry in desk.record().entries {
        let mut own = rows.iter().filter(|row| row.contestant == entry.id && row.metric == "time");
        assert!(own.any(|row| row.is_ok() || row.lacks_its_server()), "{}", entry.id);
    }
}

#[test]
fn a_measured_design_has_its_time_and_its_ratios_to_the_reference_and_to_its_floor() {
    for design in ["jwt-hs256", "session-memory"] {
        let metrics: Vec<String> = rows_of(design).into_iter().map(|row| row.metric).collect();
        assert_eq!(metrics, ["time", "loud", "ratio", "ratio-to-floor", "allocations"], "{design}");
    }
}

#[test]
fn designs_in_this_process_authorise_without_allocating() {
    for design in ["jwt-hs256", "session-memory"] {
        let rows = rows_of(design);
        let allocations = rows.iter().find(|row| row.metric == "allocations").unwrap();
        assert_eq!(allocations.value, "0", "{design}");
    }
}

#[test]
fn page_summary_table_and_charts_are_there_and_nothing_else() {
    let desk = Desk::with(finished());
    let files = desk.files("results/latest");
    let (charts, rest): (Vec<&String>, Vec<&String>) =
        files.iter().partition(|file| file.starts_with("charts/") && file.ends_with(".svg"));
    assert_eq!(rest, ["hostile.csv", "report.html", "results.csv", "run.json", "summary.md"]);
    assert!(charts.len() >= 2, "{charts:?}");
    for chart in charts {
        assert!(desk.read(&format!("results/latest/{chart}")).trim_end().ends_with("</svg>"), "{chart}");
    }
    let page = desk.read("results/latest/report.html");
    assert!(page.trim_end().ends_with("</html>") && page.contains("jwt-hs256"));
    assert!(desk.read("results/latest/summary.md").contains("`session-memory`"));
}

#[test]
fn nothing_is_left_in_the_temporary_folder() {
    assert_eq!(finished().litter, 0);
}
