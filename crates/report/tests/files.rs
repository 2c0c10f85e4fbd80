//! The files of a report, for whole, partial and empty records.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a failure")]

mod support;

use std::{fs, path::Path, sync::LazyLock};

use authbench_report::{answer_markdown, write};
use measure::{example, record::RunRecord, rows};

/// A file's path in the folder of its report, and its content.
type File = (String, String);

/// Rendered once.
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
    let header = "question,case,contestant,kind,metric,unit,value,low,high,interval,within_low,within_high,rounds,samples,status,note";
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), header);
    let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let rows = rows::rows(&record);
    // What follows from others' figures comes after them.
    let (measured, derived) = read.split_at(rows.len());
    assert!(!derived.is_empty() && derived.iter().all(|line| &line[0] == "requests-per-login"));
    for (line, row) in measured.iter().zip(rows) {
        assert_eq!((&line[1], &line[2]), (row.case.as_str(), row.contestant.as_str()));
        match row.outcome.estimate() {
            Some(figure) => {
                let median: f64 = line[6].parse().unwrap();
                assert!((median - figure.value).abs() <= 1e-5 * figure.value, "{line:?}");
            }
            None => {
                let known = ["redis-server", "only by expiry"].iter().any(|why| line[15].contains(why));
                assert!(line[6].is_empty() && known, "{line:?}");
            }
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
            "charts/overview-peers.svg",
            "charts/issue-three-permissions.svg",
            "charts/issue-three-permissions-peers.svg",
            "charts/authorise-1k-uniform.svg",
            "charts/authorise-1k-uniform-peers.svg",
            "charts/lookup-by-stored-sessions.svg",
            "charts/lookup-threads.svg",
            "charts/lookup-independent.svg",
            "charts/lookup-1k-uniform-64-in-flight.svg",
            "charts/memory-by-stored-sessions.svg",
            "charts/revoke-one-login-ten-logins-thousand-logins.svg",
            "charts/revoke-one-login-ten-logins-thousand-logins-peers.svg",
            "charts/payload-by-bytes-of-payload.svg",
            "charts/payload-by-bytes-of-payload-peers.svg",
            "charts/payload-bytes.svg",
            "charts/batch-by-tokens-decided-at-once.svg",
            "charts/attack-garbage-oversized-forged.svg",
            "charts/attack-foreign-expired.svg",
            "charts/touch-never-throttled-every-request.svg",
            "charts/purge-p50-p99-p99-9.svg",
        ]
    );
}

/// The first paragraph below each heading, and the heading.
fn answers(summary: &str) -> String {
    let sections = summary.split("\n### ").skip(1);
    sections.map(|section| section.split("\n\n").take(2).collect::<Vec<_>>().join("\n") + "\n\n").collect()
}

#[test]
fn every_section_begins_with_its_answer() {
    insta::assert_snapshot!(answers(&FULL[1].1));
}

#[test]
fn many_peers_are_folded_away_on_the_first_screen_and_drawn_by_themselves() {
    let (page, summary) = (&FULL[0].1, &FULL[1].1);
    let folded = "21 peers: other crates doing the same job";
    assert!(page.contains(folded) && summary.contains(folded));
    let chart = |name: &str| &FULL.iter().find(|(file, _)| file == name).unwrap().1;
    let (designs, peers) = (chart("charts/overview.svg"), chart("charts/overview-peers.svg"));
    assert!(!designs.contains("josekit-hs256") && peers.contains("josekit-hs256"));
    assert!(peers.contains("jwt-hs256") && !peers.contains("jwt-es384"), "only designs with a peer");
}

#[test]
fn credentials_are_drawn_below_what_they_must_fit_into() {
    let chart = &FULL.iter().find(|(file, _)| file == "charts/payload-bytes.svg").unwrap().1;
    for part in
        ["4\u{202f}096\u{202f}B: a cookie", "8\u{202f}KiB: a usual header limit", "jwt-hs256 and 5 more"]
    {
        assert!(chart.contains(part), "{part}");
    }
}

#[test]
fn verdicts_are_told_in_words_on_the_page_and_in_a_table_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = example::record();
    record.hostile = Some(support::verdicts());
    let report = write(&record, folder.path()).unwrap();
    let table = fs::read_to_string(report.verdicts.unwrap()).unwrap();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(table.as_bytes()).records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 14 * 9);
    let row = |token: &str, verifier: &str| {
        rows.iter().find(|row| &row[0] == token && &row[3] == verifier).unwrap().clone()
    };
    assert_eq!(&row("alg-none", "jsonwebtoken")[5], "60");
    assert_eq!(&row("alg-none", "jwt")[5], "", "it does not look at expiry");
    assert_eq!(&row("alg-none", "authbench")[6], "refused");
    let page = fs::read_to_string(report.page).unwrap();
    for part in
        ["✗ accepts", "refuses", "! panics", "expiry not checked", "leeway 1\u{202f}min", "hostile.csv"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(write(&example::record(), folder.path()).unwrap().verdicts.is_none());
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
            let figures = text("desc").contains("ns") || text("desc").contains('B');
            assert!(!text("title").is_empty() && figures, "{name}");
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
