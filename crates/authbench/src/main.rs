//! The command line of authbench; see `authbench --help`.

#![allow(clippy::print_stdout, reason = "printing is what a command line is for")]

mod arguments;
mod commands;

use std::process::ExitCode;

use anstream::eprintln;
use anstyle::{AnsiColor, Style};
use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    // A round is this same program, started again by itself.
    match suite::serve_if_ordered() {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => {}
        Err(error) => return failed(&error),
    }
    let outcome = match Arguments::parse().command {
        Command::List(arguments) => commands::list::run(&arguments),
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Report(arguments) => commands::report::run(&arguments),
        Command::Compare(arguments) => commands::compare::run(&arguments),
        Command::Selftest(arguments) => commands::selftest::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(&arguments),
        Command::Load(arguments) => commands::load::run(&arguments),
        Command::VerifyJws(arguments) => commands::verify_jws::run(&arguments),
        Command::Keys(arguments) => commands::keys::run(&arguments),
        Command::Splice(arguments) => commands::splice::run(&arguments),
    };
    outcome.unwrap_or_else(|error| failed(&error))
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // Somebody who closes the pipe early (`authbench list | head`) wants no more of it, and no complaint.
    // Only where writing the output failed, which comes without context.
    let writing = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let writing = writing.or_else(|| error.downcast_ref::<serde_json::Error>()?.io_error_kind());
    if writing == Some(std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    eprintln!("{red}error:{red:#} {error:#}");
    // As clap ends a command line that makes no sense.
    if error.is::<suite::Unselectable>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}
