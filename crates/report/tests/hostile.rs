//! A record can come from anywhere: its text must show as text, and the page must ask nothing of the network.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a failure")]

mod support;

use std::fs;

use authbench_report::write;
use measure::{
    example,
    record::{Kind, RunRecord},
};

const ATTACK: &str = "</title></code>'\"><script>alert(1)</script><img src=x onerror=alert(2)>\u{0}\u{1}";

/// Words of the format besides the kinds.
const OWN: [&str; 6] = ["quick", "authorise", "bytes", "accepted", "refused", "panicked"];

/// The example with an attack wherever a record holds text.
fn hostile() -> RunRecord {
    let mut record = example::record();
    record.hostile = Some(support::verdicts());
    let text = serde_json::to_value(record).unwrap();
    let mut record: RunRecord = serde_json::from_value(poisoned(text)).unwrap();
    // Ids stay connected, so that ratios and floors are there to be shown.
    record.executions[0].batches[0].reference = record.executions[0].batches[0].contestants[0].id.clone();
    record
}

/// Appends the attack to every string that is not one of the format's own words.
fn poisoned(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    match value {
        Value::String(text) if words.contains(&text.as_str()) || OWN.contains(&text.as_str()) => {
            Value::String(text)
        }
        Value::String(text) => Value::String(text + ATTACK),
        Value::Array(items) => items.into_iter().map(poisoned).collect(),
        Value::Object(fields) => {
            let rename = |key: String| if key == "appendonly" || key == "hmac" { key + ATTACK } else { key };
            fields.into_iter().map(|(key, value)| (rename(key), poisoned(value))).collect()
        }
        other => other,
    }
}

#[test]
fn markup_in_a_record_is_text_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(&hostile(), folder.path()).unwrap();
    for path in [&report.page, &report.summary].into_iter().chain(&report.charts) {
        let content = fs::read_to_string(path).unwrap();
        let name = path.display();
        if *path != report.summary {
            assert!(!content.contains("<script") && !content.contains("<img"), "{name}");
            assert!(content.contains("&lt;script&gt;"), "{name}: it is shown");
        }
    }
    // In Markdown, a name is code, in which nothing is markup; elsewhere it is escaped.
    let summary = fs::read_to_string(&report.summary).unwrap();
    let outside: String = summary.split('`').step_by(2).collect();
    assert!(!outside.contains("<script") && outside.contains("&lt;script&gt;"));
}

#[test]
fn charts_stay_well_formed_and_in_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = hostile();
    record.executions[0].batches[0].case = "../../../etc/x".to_owned();
    let report = write(&record, folder.path()).unwrap();
    for path in &report.charts {
        assert_eq!(path.parent().unwrap(), folder.path().join("charts"));
        roxmltree::Document::parse(&fs::read_to_string(path).unwrap()).unwrap();
    }
}

#[test]
fn the_page_asks_nothing_of_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(&support::record(20), folder.path()).unwrap();
    let page = fs::read_to_string(report.page).unwrap();
    for part in ["http://", "https://", "//", "<script", "@import", "url("] {
        assert!(!page.contains(part), "{part}");
    }
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(
        links
            .iter()
            .all(|link| link.starts_with('#') || ["run.json", "results.csv", "hostile.csv"].contains(link)),
        "{links:?}"
    );
}

#[test]
fn extreme_figures_are_drawn() {
    for value in [0.0, 1e-300, 1e300, f64::MAX] {
        let mut record = example::record();
        for round in &mut record.executions[0].batches[0].contestants[0].rounds {
            round.samples_ns.fill(value);
        }
        let folder = tempfile::tempdir().unwrap();
        write(&record, folder.path()).unwrap();
    }
}
