//! The files of a report, for whole, partial and empty records.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a failure")]

mod support;

use std::{fs, path::Path, sync::LazyLock};

use authbench_report::{answer_markdown, write};
use measure::{example, record::RunRecord, rows};

/// A file's path in the folder of its report, and its content.
type File = (String, String);

/// Rendered once: without optimisation the bootstrap takes its time.
static FULL: LazyLock<Vec<File>> = LazyLock::new(|| files(&support::record(20)));
static WITHOUT_REDIS: LazyLock<Vec<File>> = LazyLock::new(|| files(&support::without_redis(20)));

/// Every file of the report of a record: page, summary, figures, charts.
fn files(record: &RunRecord) -> Vec<File> {
    let folder = tempfile::tempdir().unwrap();
    let report = write(record, folder.path()).unwrap();
    let mut paths = vec![report.page, report.summary, report.figures];
    paths.extend(report.charts);
    let name = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn page(record: &RunRecord) -> String {
    files(record).swap_remove(0).1
}

#[test]
fn the_summary_of_the_example() {
    let summary = files(&example::record()).swap_remove(1).1;
    insta::assert_snapshot!(summary);
    assert!(summary.starts_with(&answer_markdown(&example::record())));
}

#[test]
fn the_figures_of_the_example() {
    insta::assert_snapshot!(files(&example::record()).swap_remove(2).1);
}

#[test]
fn every_row_is_in_the_figures() {
    let record = support::without_redis(20);
    let text = &WITHOUT_REDIS[2].1;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = "question,case,contestant,kind,metric,unit,median,ci_low,ci_high,samples,status,note";
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), header);
    let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let rows = rows::rows(&record);
    assert_eq!(read.len(), rows.len());
    for (line, row) in read.iter().zip(rows) {
        assert_eq!((&line[1], &line[2]), (row.case.as_str(), row.contestant.as_str()));
        match row.outcome.estimate() {
            Some(figure) => {
                let median: f64 = line[6].parse().unwrap();
                assert!((median - figure.median).abs() <= 1e-5 * figure.median, "{line:?}");
            }
            None => assert!(line[6].is_empty() && line[11].contains("redis-server"), "{line:?}"),
        }
    }
}

#[test]
fn a_whole_run_has_a_chart_for_each_question() {
    let names: Vec<String> = FULL.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(
        names[3..],
        [
            "charts/overview.svg",
            "charts/issue-three-permissions.svg",
            "charts/authorise-1k-uniform.svg",
            "charts/lookup-by-population.svg",
            "charts/lookup-1k-uniform-64-in-flight.svg",
            "charts/revoke-one-login.svg",
            "charts/revoke-ten-logins.svg",
        ]
    );
}

#[test]
fn charts_are_well_formed_and_can_be_read_aloud() {
    for files in [&*FULL, &*WITHOUT_REDIS, &files(&example::record())] {
        for (name, content) in files.iter().skip(3) {
            let document =
                roxmltree::Document::parse(content).unwrap_or_else(|error| panic!("{name}: {error}"));
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"), "{name}");
            let text = |tag: &str| {
                let found = root.children().find(|child| child.has_tag_name(tag));
                found.and_then(|node| node.text()).unwrap_or_default().to_owned()
            };
            assert!(!text("title").is_empty() && text("desc").contains("ns"), "{name}");
            assert!(content.contains("prefers-color-scheme:dark"), "{name}");
        }
    }
}

#[test]
fn no_text_leaves_its_chart() {
    // Reckoned by the average advance of a wide font; 20 pixels of paper are around each drawing.
    for (name, content) in FULL.iter().skip(3) {
        let document = roxmltree::Document::parse(content).unwrap();
        let view: Vec<f64> = document
            .root_element()
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .map(|part| part.parse().unwrap())
            .collect();
        for text in document.descendants().filter(|node| node.has_tag_name("text")) {
            let at = |name: &str| text.attribute(name).unwrap().parse::<f64>().unwrap();
            let written = text.text().unwrap_or_default();
            let width = written.chars().count() as f64 * at("font-size") * 0.52;
            let left = match text.attribute("text-anchor") {
                Some("end") => at("x") - width,
                Some("middle") => at("x") - width / 2.0,
                _ => at("x"),
            };
            assert!(left >= view[0] && left + width <= view[0] + view[2], "{written:?} in {name}");
            assert!(at("y") > 0.0 && at("y") < view[1] + view[3], "{written:?} in {name}");
        }
    }
}

#[test]
fn what_failed_or_was_missing_is_on_the_page_with_its_reason() {
    let page = page(&example::record());
    for part in ["broken-x", "connection refused", "missing-x", "redis-server is not installed"] {
        assert!(page.contains(part), "{part}");
    }
    let text = &*WITHOUT_REDIS;
    for (name, content) in [&text[0], &text[1], &text[3]] {
        assert!(
            content.contains("session-redis") && content.contains("redis-server is not installed"),
            "{name}"
        );
    }
    assert!(text[0].1.matches("redis-server is not installed").count() >= 20, "in every table and chart");
}

#[test]
fn a_doubtful_record_says_so_before_its_figures() {
    let page = page(&support::interrupted(20));
    let answer = page.find("id=\"answer\"").unwrap();
    for caution in ["Interrupted.", "A quick look, not for quoting.", "Uncommitted changes."] {
        assert!(page.find(caution).is_some_and(|position| position < answer), "{caution}");
    }
    assert!(page.contains("connection reset by peer"));
}

#[test]
fn an_empty_record_renders() {
    let files = files(&RunRecord::new("empty"));
    assert_eq!(files.len(), 3, "no charts");
    assert!(files[0].1.contains("Nothing was measured."));
    assert!(files[1].1.contains("holds no figures"));
    assert_eq!(files[2].1.lines().count(), 1);
}

#[test]
fn rendering_is_repeatable() {
    assert_eq!(files(&support::record(20)), *FULL);
}

#[test]
fn an_unwritable_folder_is_named_with_a_remedy() {
    let error = write(&example::record(), Path::new("/dev/null/x")).unwrap_err();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(error.to_string().contains("a folder that can be written to"), "{error}");
    assert!(cause.contains("/dev/null/x"), "{cause}");
}
