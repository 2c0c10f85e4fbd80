//! `authbench list`

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anstyle::Style;

use crate::arguments::List;

pub(crate) fn run(arguments: &List) -> anyhow::Result<ExitCode> {
    let listed = suite::list()?;
    if arguments.json {
        let mut output = io::stdout().lock();
        // As an error of the output, so that a closed pipe is known for one.
        serde_json::to_writer_pretty(&mut output, &listed).map_err(io::Error::from)?;
        writeln!(output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut output = anstream::stdout().lock();
    let (strong, faint) = (Style::new().bold(), Style::new().dimmed());
    let width = listed.iter().map(|one| one.id.len()).max().unwrap_or(0);
    let mut kind = None;
    for one in listed {
        if kind.replace(one.kind) != Some(one.kind) {
            writeln!(output, "{strong}{}s{strong:#}", one.kind)?;
        }
        let family = one.family.as_deref().unwrap_or("");
        let needs =
            if one.needs.is_empty() { String::new() } else { format!("; needs {}", one.needs.join(", ")) };
        writeln!(output, "  {:width$}  {family:9}  {}{needs}", one.id, one.about)?;
        if let Some(reason) = one.unavailable {
            writeln!(output, "  {:width$}  {faint}not here: {reason}{faint:#}", "")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
