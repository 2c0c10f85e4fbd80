//! `authbench splice`: figures in documents come from recorded runs, by a command, so that they cannot go stale.

use std::{fs, io::Write, path::Path, process::ExitCode};

use anyhow::{Context as _, bail};
use measure::record::{RunRecord, write_whole};

use super::{folder_of, selftest};
use crate::arguments::Splice;

const BEGIN: &str = "<!-- authbench:";
const END: &str = "<!-- authbench:end -->";

pub(crate) fn run(arguments: &Splice) -> anyhow::Result<ExitCode> {
    let mut stale = Vec::new();
    for document in &arguments.documents {
        let text =
            fs::read_to_string(document).with_context(|| format!("cannot read {}", document.display()))?;
        let current = splice(&text, &|block, run| render(block, run))
            .with_context(|| format!("in {}", document.display()))?;
        if current == text {
            continue;
        }
        stale.push(document.display().to_string());
        if !arguments.check {
            write_whole(document, current.as_bytes())?;
        }
    }
    let mut output = anstream::stdout().lock();
    match (stale.is_empty(), arguments.check) {
        (true, _) => writeln!(output, "all figures are those of the recorded runs")?,
        (false, false) => writeln!(output, "updated: {}", stale.join(", "))?,
        (false, true) => {
            bail!("stale figures in {}; run `authbench splice` on them", stale.join(", "));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Replaces what stands between each pair of marks by what `render` makes of the mark's block name and run.
fn splice(text: &str, render: &dyn Fn(&str, &str) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let mark = &rest[start..];
        let line = mark.lines().next().unwrap_or_default();
        let words: Vec<&str> =
            line.trim_start_matches(BEGIN).trim_end().trim_end_matches("-->").split_whitespace().collect();
        let [block, run] = words[..] else {
            bail!("`{line}` is no mark; it should be `{BEGIN}BLOCK RUN -->`");
        };
        let length = mark.find(END).with_context(|| format!("`{line}` has no `{END}` after it"))?;
        if mark[line.len()..length].contains(BEGIN) {
            bail!("`{line}` has no `{END}` before the next mark");
        }
        result.push_str(&rest[..start + line.len()]);
        result.push_str("\n\n");
        result.push_str(render(block, run)?.trim());
        result.push_str("\n\n");
        result.push_str(END);
        rest = &mark[length + END.len()..];
    }
    result.push_str(rest);
    Ok(result)
}

fn render(block: &str, run: &str) -> anyhow::Result<String> {
    let folder = folder_of(Path::new(run));
    if block == "selftest" {
        return selftest::markdown(&folder);
    }
    let record = RunRecord::load(&folder)?;
    Ok(match block {
        "answer" => report::answer_markdown(&record),
        "ratios" => report::ratios_markdown(&record),
        "noise" => report::noise_markdown(&record),
        "criterion" => report::criterion_markdown(&record),
        "machine" => report::machine_markdown(&record),
        other => bail!(
            "there is no block `{other}`; there are answer, ratios, noise, criterion, machine, selftest"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shout(block: &str, run: &str) -> anyhow::Result<String> {
        Ok(format!("{block} of {run}"))
    }

    #[test]
    fn what_stands_between_the_marks_is_replaced_and_nothing_else() {
        let text = "a\n<!-- authbench:answer results/x -->\nold\n<!-- authbench:end -->\nb\n";
        let once = splice(text, &shout).unwrap();
        assert_eq!(
            once,
            "a\n<!-- authbench:answer results/x -->\n\nanswer of results/x\n\n<!-- authbench:end -->\nb\n"
        );
        assert_eq!(splice(&once, &shout).unwrap(), once, "splicing twice changes nothing");
        assert_eq!(splice("no marks", &shout).unwrap(), "no marks");
    }

    #[test]
    fn a_broken_mark_is_named() {
        for (text, named) in [
            ("<!-- authbench:answer results/x -->\nno end", "no `<!-- authbench:end"),
            ("<!-- authbench:answer -->\n<!-- authbench:end -->", "is no mark"),
        ] {
            assert!(splice(text, &shout).unwrap_err().to_string().contains(named));
        }
        assert!(render("haiku", "nowhere").is_err());
    }
}
