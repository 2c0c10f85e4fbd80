//! `authbench report`

use std::{io::Write, process::ExitCode};

use measure::record::RunRecord;

use super::folder_of;
use crate::arguments::Report;

pub(crate) fn run(arguments: &Report) -> anyhow::Result<ExitCode> {
    let folder = folder_of(&arguments.run);
    // A record by another name is read as it is, and drawn beside itself.
    let record = RunRecord::load(if arguments.run.is_file() { &arguments.run } else { &folder })?;
    let written = report::write(&record, &folder)?;
    writeln!(anstream::stdout(), "report: {}", written.page.display())?;
    Ok(ExitCode::SUCCESS)
}
