//! `authbench compare`

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::bail;
use measure::{
    compare::{Change, Compared, Pair, compare},
    record::{Metric, RunRecord},
};

use super::folder_of;
use crate::arguments::{Compare, Format};

pub(crate) fn run(arguments: &Compare) -> anyhow::Result<ExitCode> {
    let (before, after) = (load(&arguments.before)?, load(&arguments.after)?);
    let compared = compare(&before, &after);
    if !compared.machines.is_empty() && !arguments.force {
        bail!(
            "the runs are from different machines ({}); their figures differ for that reason alone. Compare them all the \
             same with --force",
            compared.machines.join("; ")
        );
    }
    if compared.pairs.is_empty() {
        bail!("the runs have no figure in common: compare runs of the same questions");
    }
    let mut output = anstream::stdout().lock();
    match arguments.format {
        Format::Text => text(&mut output, &compared)?,
        Format::Markdown => markdown(&mut output, &compared)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut output, &compared).map_err(io::Error::from)?;
            writeln!(output)?;
        }
    }
    let failed = arguments.fail_on_regression && compared.summary.regressions > 0;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn load(run: &Path) -> anyhow::Result<RunRecord> {
    let folder = folder_of(run);
    Ok(RunRecord::load(if run.is_file() { run } else { &folder })?)
}

/// The sentences that both forms begin with.
fn sentences(compared: &Compared) -> Vec<String> {
    let summary = compared.summary;
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut all = Vec::new();
    if summary.ratios > 0 {
        all.push(format!(
            "{} ratios have an interval in both runs. {} of the intervals overlap.",
            summary.ratios,
            percent(summary.overlapping)
        ));
        all.push(format!(
            "A ratio moved by {} at the median and by {} at the 90th percentile.",
            percent(summary.median_change),
            percent(summary.p90_change)
        ));
        all.push(format!("{} changed from faster than the reference to slower, or back.", summary.flipped));
    } else {
        all.push("No ratio has an interval in both runs: that takes six rounds.".to_owned());
    }
    all.push(format!(
        "{} figures rose beyond their intervals, {} fell.",
        summary.regressions, summary.improvements
    ));
    for (name, only) in
        [(&compared.names.0, &compared.only_before), (&compared.names.1, &compared.only_after)]
    {
        if !only.is_empty() {
            all.push(format!("Only in {name}: {}.", in_short(only)));
        }
    }
    if !compared.machines.is_empty() {
        all.push(format!("Warning: the machines differ ({}).", compared.machines.join("; ")));
    }
    all
}

/// The first few of a long list.
fn in_short(all: &[String]) -> String {
    const MOST: usize = 6;
    let shown = all.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > MOST { format!("{shown} and {} more", all.len() - MOST) } else { shown }
}

/// The changed figures, the largest change first.
fn changed(compared: &Compared) -> Vec<&Pair> {
    let mut changed: Vec<&Pair> =
        compared.pairs.iter().filter(|pair| matches!(pair.change, Change::More | Change::Less)).collect();
    let size = |pair: &Pair| pair.factor.map_or(f64::INFINITY, |factor| factor.ln().abs());
    changed.sort_by(|one, other| size(other).total_cmp(&size(one)));
    changed
}

fn cells(pair: &Pair) -> [String; 5] {
    let figure =
        |(value, low, high): (f64, f64, f64)| format!("{} [{}, {}]", short(value), short(low), short(high));
    let name = format!("{} {} {}", pair.question, pair.case, pair.contestant);
    let metric = match pair.metric {
        Metric::Ratio => "ratio to the reference".to_owned(),
        Metric::RatioToFloor => "ratio to its floor".to_owned(),
        metric => format!("{metric} ({})", metric.unit()),
    };
    let percent =
        pair.factor.map_or("from 0".to_owned(), |factor| format!("{:+.1} %", (factor - 1.0) * 100.0));
    [name, metric, figure(pair.before), figure(pair.after), percent]
}

/// Three significant figures.
fn short(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { (2 - value.abs().log10().floor() as i32).clamp(0, 6) };
    format!("{value:.*}", digits as usize)
}

fn text(output: &mut impl Write, compared: &Compared) -> io::Result<()> {
    for sentence in sentences(compared) {
        writeln!(output, "{sentence}")?;
    }
    let rows: Vec<[String; 5]> = changed(compared).into_iter().map(cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(output, "  {}", cells.join("  ").trim_end())?;
    }
    let moved: Vec<_> = compared.ranks.iter().filter(|rank| rank.before.1 != rank.after.1).collect();
    if !compared.ranks.is_empty() {
        writeln!(output, "{} of {} places by geometric mean changed.", moved.len(), compared.ranks.len())?;
    }
    for rank in moved {
        writeln!(
            output,
            "  {} {}: place {} ({}), before {} ({})",
            rank.question,
            rank.contestant,
            rank.after.1,
            short(rank.after.0),
            rank.before.1,
            short(rank.before.0)
        )?;
    }
    Ok(())
}

fn markdown(output: &mut impl Write, compared: &Compared) -> io::Result<()> {
    writeln!(output, "## `{}` and `{}`\n", compared.names.0, compared.names.1)?;
    for sentence in sentences(compared) {
        writeln!(output, "- {sentence}")?;
    }
    let changed = changed(compared);
    if !changed.is_empty() {
        writeln!(output, "\n| Figure | What | Before | After | Change |\n|---|---|---|---|---|")?;
    }
    for pair in changed {
        let cells = cells(pair).map(|cell| cell.replace('|', "\\|"));
        writeln!(output, "| {} |", cells.join(" | "))?;
    }
    if !compared.ranks.is_empty() {
        writeln!(
            output,
            "\n| Question | Contestant | Cases | Place before | Place after |\n|---|---|---|---|---|"
        )?;
    }
    for rank in &compared.ranks {
        writeln!(
            output,
            "| {} | {} | {} | {} ({}) | {} ({}) |",
            rank.question,
            rank.contestant,
            rank.cases,
            rank.before.1,
            short(rank.before.0),
            rank.after.1,
            short(rank.after.0)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use measure::example;

    #[test]
    fn three_figures_are_enough() {
        let written = [0.0, 0.012_345, 1.234_5, 12.345, 1_234.5, 123_456.0].map(short);
        assert_eq!(written, ["0", "0.0123", "1.23", "12.3", "1234", "123456"]);
    }

    #[test]
    fn what_changed_is_in_both_forms() {
        let mut after = example::record();
        for round in &mut after.executions[0].batches[0].contestants[3].rounds {
            round.samples_ns.iter_mut().for_each(|ns| *ns *= 1.1);
        }
        let compared = compare(&example::record(), &after);
        let mut plain = Vec::new();
        text(&mut plain, &compared).unwrap();
        let plain = String::from_utf8(plain).unwrap();
        assert!(plain.contains("1 figures rose beyond their intervals, 0 fell."), "{plain}");
        assert!(plain.contains("authorise 1k-uniform peer-x  ratio to the reference"), "{plain}");
        assert!(plain.contains("+10.0 %"), "{plain}");
        let mut table = Vec::new();
        markdown(&mut table, &compared).unwrap();
        assert!(String::from_utf8(table).unwrap().contains("| +10.0 % |"));
    }
}
