//! `authbench selftest`

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use measure::record::write_whole;
use suite::{SelftestOutcome, SelftestRequest};

use super::run::INTERRUPTED;
use crate::arguments::Selftest;

pub(crate) fn run(arguments: &Selftest) -> anyhow::Result<ExitCode> {
    let request =
        SelftestRequest { pairs: arguments.pairs, rounds: arguments.rounds, disturb: arguments.disturb };
    let Some(outcome) = suite::selftest(&request)? else { return Ok(ExitCode::from(INTERRUPTED)) };
    let folder = suite::results().join(&arguments.name);
    let path = folder.join("selftest.json");
    let mut text = serde_json::to_string_pretty(&outcome)?;
    text.push('\n');
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    write_whole(&path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    let shortfalls = outcome.shortfalls();
    let mut output = anstream::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut output, &outcome).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        table(&mut output, &outcome)?;
        writeln!(output, "outcome: {}", path.display())?;
    }
    for shortfall in &shortfalls {
        anstream::eprintln!("not met: {shortfall}");
    }
    Ok(if shortfalls.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn table(output: &mut impl Write, outcome: &SelftestOutcome) -> io::Result<()> {
    writeln!(
        output,
        "difference  pairs  told to differ  interval holds it  half the interval  error of the ratio"
    )?;
    for one in &outcome.differences {
        writeln!(
            output,
            "{:>8} %  {:>5}  {:>14}  {:>17}  {:>15.2} %  {:>16.2} %",
            one.percent,
            one.pairs,
            one.found,
            one.covered,
            one.half_width * 100.0,
            one.error * 100.0
        )?;
    }
    Ok(())
}

/// The outcome in a folder as a table, for documents.
pub(crate) fn markdown(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join("selftest.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let outcome: SelftestOutcome = serde_json::from_str(&text)
        .with_context(|| format!("{} is no outcome of authbench selftest", path.display()))?;
    let mut table = String::from(
        "| Planted difference | Pairs | Told to differ | Interval holds it | Half the interval | Error of the ratio |\n\
         |--:|--:|--:|--:|--:|--:|\n",
    );
    for one in &outcome.differences {
        writeln!(
            table,
            "| {} % | {} | {} | {} | {:.2} % | {:.2} % |",
            one.percent,
            one.pairs,
            one.found,
            one.covered,
            one.half_width * 100.0,
            one.error * 100.0
        )?;
    }
    let machine = &outcome.machine;
    let cpu = machine.microarchitecture.as_ref().or(machine.cpu_model.as_ref());
    writeln!(
        table,
        "\n{} rounds, {}, {}, commit {}, {}.",
        outcome.rounds,
        cpu.map_or("unknown CPU", String::as_str),
        if outcome.disturbed { "beside a busy process" } else { "quiet" },
        outcome.commit.as_deref().map_or("unknown", |commit| commit.get(..10).unwrap_or(commit)),
        outcome.finished,
    )?;
    Ok(table)
}
