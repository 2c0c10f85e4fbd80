//! `summary.md`: the first screen and the tables, fit to be spliced into a README.

use measure::record::{Kind, Metric, RunRecord};

use crate::{
    answer::{self, Sentence, Span},
    format,
    view::{Case, Caution, Cell, DesignLine, Line, View},
};

/// The answer and the table of designs of a record, in Markdown without headings, for a README.
#[must_use]
pub fn answer_markdown(record: &RunRecord) -> String {
    first_screen(&View::new(record))
}

/// The whole summary.
pub(crate) fn summary(view: &View<'_>) -> String {
    let mut text = first_screen(view);
    for asked in &view.asked {
        text += &format!(
            "\n### {}\n\n{}\n\n",
            escape(&asked.words.heading),
            sentence(&answer::of_question(asked))
        );
        text += &cautions(&view.cautions_of(asked));
        for case in &asked.cases {
            text += &case_table(case);
        }
    }
    text
}

fn first_screen(view: &View<'_>) -> String {
    let mut text = cautions(&view.cautions);
    for one in answer::overall(view) {
        text += &format!("{}\n\n", sentence(&one));
    }
    if !view.designs.is_empty() {
        text += &designs_table(view);
        text.push('\n');
    }
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
            "{which}{}, {} logical CPUs, {}, {}, {}, {}.  \n",
            escape(cpu),
            from.machine.logical_cpus,
            escape(&from.rustc),
            escape(&commit),
            escape(&from.started),
            code(&from.command),
        );
    }
    text += "Medians over rounds, each a process of its own, with 95 % intervals.\n";
    text
}

fn designs_table(view: &View<'_>) -> String {
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
    for line in &view.designs {
        text += &row([
            design_name(line),
            escape(line.declared.map_or("–", |declared| &declared.family)),
            cell(&line.issue, format::time),
            cell(&line.authorise, format::time),
            cell(&line.request_bytes, format::count),
            escape(line.declared.map_or("–", |declared| &declared.state)),
            cell(&line.server_bytes, format::count),
            cell(&line.allocations, format::count),
            escape(line.declared.map_or("–", |declared| &declared.revocation)),
            escape(line.declared.map_or("–", |declared| &declared.outage)),
        ]);
    }
    let troubles = view.designs.iter().filter_map(|line| Some((line.id, line.trouble()?)));
    for (id, (status, reason)) in troubles {
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

fn case_table(case: &Case<'_>) -> String {
    let mut text = format!("{}: {}", code(case.name), escape(case.about));
    if let Some(noise) = case.batches.iter().find_map(|(_, noise)| *noise) {
        text += &format!("; noise floor {}", format::percent(noise));
    }
    text += "\n\n| Contestant | Kind | Time | Ratio | Note |\n|---|---|--:|--:|---|\n";
    for (line, time) in case.measured() {
        let ratio = line.figure(Metric::Ratio).map_or("–".to_owned(), format::ratio);
        text += &row([code(line.id), line.kind.to_string(), format::time_interval(time), ratio, note(line)]);
    }
    for line in &case.lines {
        if let Some((status, reason)) = line.trouble() {
            text += &row([
                code(line.id),
                line.kind.to_string(),
                status.to_owned(),
                "–".to_owned(),
                [escape(reason), note(line)].join("; ").trim_end_matches("; ").to_owned(),
            ]);
        }
    }
    text.push('\n');
    text
}

fn note(line: &Line<'_>) -> String {
    let notes =
        [Metric::Ratio, Metric::Time].into_iter().filter_map(|metric| Some(line.row(metric)?.note.as_str()));
    escape(&notes.filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; "))
}

fn cautions(cautions: &[Caution]) -> String {
    cautions.iter().map(|one| format!("> **{}** {}\n\n", escape(&one.title), escape(&one.text))).collect()
}

fn sentence(sentence: &Sentence) -> String {
    let spans = sentence.0.iter().map(|span| match span {
        Span::Text(text) => escape(text),
        // Made by `format`, from digits and units only.
        Span::Figure(text) => format!("**{text}**"),
        Span::Name(text) => code(text),
    });
    spans.collect()
}

pub(crate) fn row<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

/// Text as Markdown that shows it and nothing else: no markup, no HTML, no new cell, no new line.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A name as code. Backticks and bars would end it or the cell.
pub(crate) fn code(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|character| match character {
            '`' => '\'',
            '|' => '¦',
            control if control.is_control() => ' ',
            other => other,
        })
        .collect();
    format!("`{plain}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_record_stays_text() {
        assert_eq!(escape("<b>|\n[x](y)`"), "&lt;b&gt;\\| \\[x\\](y)\\`");
        assert_eq!(code("a`b|c\nd"), "`a'b¦c d`");
    }
}
