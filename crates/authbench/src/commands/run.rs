//! `authbench run`

use std::{io::Write, process::ExitCode};

use suite::{Outcome, Request};

use crate::arguments::Run;

/// What a shell reports for a program that SIGINT ended.
pub(crate) const INTERRUPTED: u8 = 130;

pub(crate) fn run(arguments: &Run) -> anyhow::Result<ExitCode> {
    let folder = suite::results().join(&arguments.name);
    let outcome = if arguments.resume {
        suite::resume(&folder)?
    } else {
        suite::run(&Request {
            profile: arguments.thoroughness.profile(),
            questions: arguments.only.iter().map(|asked| asked.0).collect(),
            designs: arguments.designs.clone(),
            cases: arguments.cases.clone(),
            rounds: arguments.rounds,
            folder,
            name: arguments.name.clone(),
            seed: arguments.seed,
            command: suite::command(),
        })?
    };
    say(&outcome, &arguments.name)
}

fn say(outcome: &Outcome, name: &str) -> anyhow::Result<ExitCode> {
    let mut output = anstream::stdout().lock();
    writeln!(output, "{}", report::answer_text(&outcome.record))?;
    writeln!(output, "report: {}", outcome.report.page.display())?;
    if outcome.interrupted {
        let named = if name == "latest" { String::new() } else { format!(" --name {name}") };
        writeln!(output, "interrupted; finished rounds are kept. Go on with: authbench run --resume{named}")?;
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(ExitCode::SUCCESS)
}
