//! `summary.md`: the first screen and the tables, fit to be spliced into a README.

mod tables;
mod text;

use measure::record::{Kind, RunRecord};

pub(crate) use text::{code, escape, row};

use crate::{
    first_screen,
    section::{self, tables as tables_of},
    text::format,
    view::{Caution, Cell, DesignLine, FOLDED, Section, View, Words},
};

/// The answer and the table of designs of a record, in Markdown without headings, for a README.
#[must_use]
pub fn answer_markdown(record: &RunRecord) -> String {
    let view = View::new(record);
    let mut text = answer(&view);
    // A README has room for what people choose between; the rest is a click away.
    if first_screen::choice_table(&view).is_none() && !view.designs.is_empty() {
        text += &designs_tables(&view);
        text.push('\n');
    }
    text + &provenance(&view)
}

/// The whole summary.
pub(crate) fn summary(view: &View<'_>) -> String {
    let mut text = answer(view);
    if !view.designs.is_empty() {
        text += &designs_tables(view);
        text.push('\n');
    }
    text += &provenance(view);
    for one in view.sections() {
        let words = Words::of(one.topic());
        text += &format!("\n### {}\n\n", escape(&words.heading));
        text += &format!("{}\n\n", text::sentence(&section::answer(view, &one)));
        if let Section::Question(asked) = &one {
            text += &cautions(&view.cautions_of(asked));
        }
        let across = tables_of(view, &one);
        for table in &across {
            text += &tables::table(table);
        }
        if let Section::Question(asked) = &one {
            // Where a table has all cases side by side, each one's own is for looking closer.
            let cases = asked.cases.iter().map(tables::case_table).filter(|case| !case.is_empty());
            let cases: Vec<String> = cases.collect();
            text += &match cases.len() {
                0 => String::new(),
                _ if across.is_empty() => cases.concat(),
                number => tables::folded(&case_count(number, asked.cases.len()), &cases.concat()),
            };
        }
    }
    text
}

/// What is folded away: all cases, or those of them that have a table.
fn case_count(number: usize, all: usize) -> String {
    if number == all {
        format!("Each of the {all} cases by itself")
    } else {
        format!("Single cases: {number} of {all}")
    }
}

/// The cautions, the answer, and the table of what people choose between.
fn answer(view: &View<'_>) -> String {
    let mut text = cautions(&view.cautions);
    for one in first_screen::overall(view) {
        text += &format!("{}\n\n", text::sentence(&one));
    }
    if let Some(choice) = first_screen::choice_table(view) {
        text += &tables::table(&choice);
    }
    text
}

/// What was run where, a line an execution.
fn provenance(view: &View<'_>) -> String {
    let mut text = String::new();
    for (number, execution) in view.record.executions.iter().enumerate() {
        let from = &execution.provenance;
        let cpu = from.machine.cpu_model.as_deref().unwrap_or("an unknown CPU");
        let commit = from.commit.as_deref().map_or("no commit".to_owned(), |commit| {
            format!(
                "commit {}{}",
                short(commit),
                if from.dirty == Some(true) { " with uncommitted changes" } else { "" }
            )
        });
        let which = if view.record.executions.len() > 1 {
            format!("Execution {}: ", number + 1)
        } else {
            String::new()
        };
        text += &format!(
            "{which}{}{}, {} logical CPUs, {}, {}, {}, {}.  \n",
            escape(cpu),
            from.machine
                .microarchitecture
                .as_ref()
                .map_or(String::new(), |name| format!(" ({})", escape(name))),
            from.machine.logical_cpus,
            escape(&from.rustc),
            escape(&commit),
            escape(&from.started),
            code(&from.command),
        );
    }
    text += "Times of the quiet machine: the smallest of the rounds' medians, each round a process of its own. Intervals are those \
             expected on a rerun, at 95 %.\n";
    text
}

/// Designs, and below them the peers, out of the way where they are many.
fn designs_tables(view: &View<'_>) -> String {
    let of = |kind: Kind| -> Vec<&DesignLine<'_>> {
        view.designs.iter().filter(|line| line.kind == kind).collect()
    };
    let (designs, peers) = (of(Kind::Design), of(Kind::Peer));
    if peers.len() <= FOLDED {
        return designs_table(&[designs, peers].concat());
    }
    let summary = format!("{} peers: other crates doing the same job", peers.len());
    format!("{}\n{}", designs_table(&designs), tables::folded(&summary, &designs_table(&peers)))
}

fn designs_table(lines: &[&DesignLine<'_>]) -> String {
    let mut text = row([
        "Design",
        "Family",
        "Issue",
        "Authorise",
        "Bytes a request",
        "Server state",
        "Bytes a session",
        "Allocations",
        "A revoked credential is refused",
        "Store down",
    ]
    .map(str::to_owned));
    text += "|---|---|--:|--:|--:|---|--:|--:|---|---|\n";
    for line in lines {
        text += &row([
            design_name(line),
            escape(line.declared.map_or("–", |declared| &declared.family)),
            cell(&line.issue, format::time),
            cell(&line.authorise, format::time),
            cell(&line.request_bytes, format::count),
            escape(line.declared.map_or("–", |declared| &declared.state)),
            cell(&line.server_bytes, format::count)
                + &line
                    .fewer
                    .map_or(String::new(), |fewer| format!(" (at {})", format::population_tick(fewer))),
            cell(&line.allocations, format::count),
            escape(line.declared.map_or("–", |declared| &declared.revocation)),
            escape(line.declared.map_or("–", |declared| &declared.outage)),
        ]);
    }
    for (id, (status, reason)) in lines.iter().filter_map(|line| Some((line.id, line.trouble()?))) {
        text += &format!("\n{} {status}: {}\n", code(id), escape(reason));
    }
    text
}

fn design_name(line: &DesignLine<'_>) -> String {
    if line.kind == Kind::Peer { format!("{} (peer)", code(line.id)) } else { code(line.id) }
}

fn cell(cell: &Cell, format: impl Fn(f64) -> String) -> String {
    match cell {
        Cell::Figure(_) => cell.value().map_or("–".to_owned(), format),
        Cell::Trouble(status, _) => (*status).to_owned(),
        Cell::Absent => "–".to_owned(),
    }
}

fn cautions(cautions: &[Caution]) -> String {
    cautions.iter().map(|one| format!("> **{}** {}\n\n", escape(&one.title), escape(&one.text))).collect()
}

fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Count, Metric, Question},
    };

    use super::*;

    #[test]
    fn a_case_in_which_nothing_was_timed_has_no_table_of_times() {
        let mut record = example::record();
        let mut batch = record.executions[0].batches.remove(0);
        (batch.question, batch.case) = (Question::RefreshStorm, "at-once-no-grace".to_owned());
        batch.contestants.truncate(1);
        batch.contestants[0].rounds.clear();
        let note = "of 100 clients; 9 900 of 10 000 refreshes were refused".to_owned();
        batch.contestants[0].counts = vec![Count { metric: Metric::LoggedOut, value: 99.0, over: 100, note }];
        record.executions[0].batches.push(batch.clone());
        let text = summary(&View::new(&record));
        assert!(text.contains("| Case | Logged out wrongly, clients | Remarks |"), "{text}");
        assert!(!text.contains("| Contestant |") && !text.contains("<details>"), "{text}");

        // Who is missing is told, with the reason.
        batch.case = "at-once-10-s-grace".to_owned();
        batch.contestants[0].unavailable = Some("no Redis".to_owned());
        record.executions[0].batches.push(batch);
        let text = summary(&View::new(&record));
        assert_eq!(text.matches("| Contestant |").count(), 1, "{text}");
        for part in ["Single cases: 1 of 2", "| unavailable | – | no Redis |"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
