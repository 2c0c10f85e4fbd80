//! Pieces of a record for other documents: the terminal, and the marked places of README and docs that
//! `authbench splice` fills.

use measure::{
    record::{Kind, Metric, RunRecord},
    stats,
};

use crate::{
    first_screen,
    markdown::{code, escape, row},
    text::format,
    view::View,
};

/// The answer in plain sentences, one a paragraph, for a terminal.
#[must_use]
pub fn answer_text(record: &RunRecord) -> String {
    let view = View::new(record);
    let cautions = view.cautions.iter().map(|one| format!("{} {}\n", one.title, one.text));
    let sentences = first_screen::overall(&view).into_iter().map(|one| format!("{}\n", one.plain()));
    cautions.chain(sentences).collect::<Vec<_>>().join("\n")
}

/// How far each design and peer is from its floor, and from the reference, for every question it has figures for.
#[must_use]
pub fn ratios_markdown(record: &RunRecord) -> String {
    let view = View::new(record);
    let mut text =
        row(["Question", "Case", "Contestant", "Of its floor", "Floor", "Of the reference", "Allocations"]
            .map(str::to_owned));
    text += "|---|---|---|--:|---|--:|--:|\n";
    for asked in &view.asked {
        for case in &asked.cases {
            for (line, _) in case.measured() {
                if !matches!(line.kind, Kind::Design | Kind::Peer) {
                    continue;
                }
                let ratio = |metric| line.figure(metric).map_or("–".to_owned(), format::ratio);
                text += &row([
                    asked.question.to_string(),
                    code(case.name),
                    code(line.id),
                    ratio(Metric::RatioToFloor),
                    line.floor
                        .filter(|_| line.figure(Metric::RatioToFloor).is_some())
                        .map_or("–".to_owned(), code),
                    ratio(Metric::Ratio),
                    line.figure(Metric::Allocations)
                        .map_or("–".to_owned(), |count| format::count(count.value)),
                ]);
            }
        }
    }
    text
}

/// The noise floor of each question and case: how far the ratio of identical code strays from one.
#[must_use]
pub fn noise_markdown(record: &RunRecord) -> String {
    let view = View::new(record);
    let mut text =
        row(["Question", "Case", "Twin", "Ratio of identical code", "Noise floor"].map(str::to_owned));
    text += "|---|---|---|--:|--:|\n";
    for asked in &view.asked {
        for case in &asked.cases {
            let twins = case.lines.iter().filter(|line| line.kind == Kind::Twin);
            for (line, ratio) in twins.filter_map(|line| Some((line, line.figure(Metric::Ratio)?))) {
                text += &row([
                    asked.question.to_string(),
                    code(case.name),
                    code(line.id),
                    format::ratio(ratio),
                    format::percent(ratio.distance_from_one()),
                ]);
            }
        }
    }
    text
}

/// Criterion's figure of each contestant beside that of the rounds: two ways to time the same thing.
#[must_use]
pub fn criterion_markdown(record: &RunRecord) -> String {
    let view = View::new(record);
    let mut text =
        row(["Question", "Case", "Contestant", "Rounds", "Criterion", "Criterion over rounds"]
            .map(str::to_owned));
    text += "|---|---|---|--:|--:|--:|\n";
    let mut all = Vec::new();
    for asked in &view.asked {
        for case in &asked.cases {
            for (line, rounds) in case.measured() {
                let Some(criterion) = line.criterion else { continue };
                let agreement = criterion / rounds.value;
                all.push((agreement - 1.0).abs());
                text += &row([
                    asked.question.to_string(),
                    code(case.name),
                    code(line.id),
                    format::time_interval(rounds),
                    format::time(criterion),
                    format!("×{agreement:.2}"),
                ]);
            }
        }
    }
    if all.is_empty() {
        return "This run was not made by `cargo bench`, so criterion has measured nothing in it.\n"
            .to_owned();
    }
    let share = |q| stats::quantile(&all, q).map_or("–".to_owned(), format::percent);
    text + &format!(
        "\nOver {} contestants and cases the two differ by {} in the median, and by at most {} for nine in ten.\n",
        all.len(),
        share(0.5),
        share(0.9)
    )
}

/// The machine and the provenance of a run, one line an execution.
#[must_use]
pub fn machine_markdown(record: &RunRecord) -> String {
    let describe = |execution: &measure::record::Execution| {
        let from = &execution.provenance;
        let machine = &from.machine;
        let known = [
            machine.cpu_model.clone(),
            Some(format!("{} logical CPUs", machine.logical_cpus)),
            machine.virtualisation.as_ref().map(|how| format!("virtual machine: {how}")),
            machine.memory_bytes.map(format::memory),
            machine.kernel.clone(),
            Some(from.rustc.clone()),
            Some(format!("{} rounds", from.rounds_planned)),
            Some(from.started.clone()),
        ];
        let services = from.services.iter().map(|service| format!("{} {}", service.name, service.version));
        let words: Vec<String> =
            known.into_iter().flatten().chain(services).map(|word| escape(&word)).collect();
        format!("{} — {}\n", code(&from.command), words.join(", "))
    };
    record.executions.iter().map(describe).collect::<Vec<_>>().join("\n")
}
