//! `authbench load`

mod offer;
mod print;
mod progress;
mod service;
mod target;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use load::LoadRecord;

use super::run::INTERRUPTED;
use crate::arguments::{ExportLoad, Load, LoadCommand, MergeLoads, Scenario};

pub(crate) fn run(arguments: &Load) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        None => {
            let offer = &arguments.offer;
            check_writable(offer.out.as_deref())?;
            let record = offer::offer(offer)?;
            say(&record, offer.out.as_deref(), offer.json)
        }
        Some(LoadCommand::Merge(merge)) => merged(merge),
        Some(LoadCommand::Export(ExportLoad::K6(scenario))) => export(scenario),
    }
}

fn merged(arguments: &MergeLoads) -> anyhow::Result<ExitCode> {
    let records: Vec<LoadRecord> =
        arguments.records.iter().map(|path| LoadRecord::load(path)).collect::<Result<_, _>>()?;
    say(&LoadRecord::merge(&records)?, arguments.out.as_deref(), arguments.json)
}

fn export(scenario: &Scenario) -> anyhow::Result<ExitCode> {
    // Refused here and not by k6 on another machine.
    target::authority(&scenario.url)?;
    let shape = &scenario.shape;
    let script = load::export_k6(&load::Scenario {
        url: scenario.url.clone(),
        rates: shape.rate.clone(),
        arrivals: Some(shape.arrivals.into()),
        connections: shape.connections as usize,
        warm_up_s: shape.warm_up.as_secs_f64(),
        duration_s: shape.duration.as_secs_f64(),
        timeout_s: shape.timeout.as_secs_f64(),
    });
    io::stdout().lock().write_all(script.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Told before a minute is spent on what cannot be kept.
fn check_writable(out: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = out else { return Ok(()) };
    if path.is_dir() {
        bail!("--out names a file, and {} is a folder", path.display());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("there is no folder {} for --out", folder.display());
    }
    Ok(())
}

fn say(record: &LoadRecord, out: Option<&Path>, json: bool) -> anyhow::Result<ExitCode> {
    let saved = out.map(|path| record.save(path).with_context(|| "the record is not kept")).transpose();
    let mut output = anstream::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut output, &print::with_figures(record)?)?;
        writeln!(output)?;
    } else {
        write!(output, "{}", print::table(record)?)?;
    }
    saved?;
    if record.interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let wrong = print::wrong_answers(record)?;
    if wrong > 0 {
        bail!("{wrong} requests got a wrong answer");
    }
    Ok(ExitCode::SUCCESS)
}
