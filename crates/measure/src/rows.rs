//! Derived figures: one row for each question, case, contestant and metric. All tables, charts and CSV files are
//! made of these, so that they cannot disagree.

use crate::{
    record::{Batch, Contestant, Count, Execution, Kind, Metric, Question, Round, RunRecord},
    stats::{Estimate, median, over_rounds},
};

/// One figure with its interval, or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What was asked.
    pub question: Question,
    /// Under which conditions.
    pub case: String,
    /// The contestant's catalogue id.
    pub contestant: String,
    /// What the contestant is.
    pub kind: Kind,
    /// What the figure says.
    pub metric: Metric,
    /// The figure.
    pub outcome: Outcome,
    /// Remarks: the floor a ratio refers to, a tie, fewer rounds than planned.
    pub note: String,
}

/// A figure or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Measured, with the number of samples.
    Ok(Estimate, u64),
    /// It was measured and broke.
    Failed(String),
    /// It could not be measured here.
    Unavailable(String),
}

impl Outcome {
    /// The figure, where there is one.
    #[must_use]
    pub const fn estimate(&self) -> Option<Estimate> {
        match self {
            Self::Ok(estimate, _) => Some(*estimate),
            Self::Failed(_) | Self::Unavailable(_) => None,
        }
    }

    /// `ok`, `failed` or `unavailable`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Ok(..) => "ok",
            Self::Failed(_) => "failed",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

/// All rows of a record, by question, case as measured, contestant and metric.
#[must_use]
pub fn rows(record: &RunRecord) -> Vec<Row> {
    // Contestants of a batch follow each other, so its noise floor is worked out once.
    let mut known: Option<(&Batch, Option<f64>)> = None;
    let mut rows = Vec::new();
    for (execution, batch, one) in record.current() {
        let noise = match known {
            Some((same, noise)) if std::ptr::eq(same, batch) => noise,
            _ => noise_floor(batch),
        };
        known = Some((batch, noise));
        rows.extend(rows_of(execution, batch, noise, one));
    }
    rows
}

/// The noise floor of a batch: how far the interval of the twin's ratio reaches from one. `None` without a twin.
#[must_use]
pub fn noise_floor(batch: &Batch) -> Option<f64> {
    let twin = batch.contestants.iter().find(|one| one.kind == Kind::Twin)?;
    Some(ratio(batch, twin, &batch.reference)?.0.distance_from_one())
}

fn rows_of(execution: &Execution, batch: &Batch, noise: Option<f64>, one: &Contestant) -> Vec<Row> {
    let row = |metric, outcome, note| Row {
        question: batch.question,
        case: batch.case.clone(),
        contestant: one.id.clone(),
        kind: one.kind,
        metric,
        outcome,
        note,
    };
    if let Some(reason) = &one.unavailable {
        return vec![row(Metric::Time, Outcome::Unavailable(reason.clone()), String::new())];
    }
    if let Some((number, reason)) = first_failure(one) {
        let kept = one.rounds.iter().filter(|round| round.failure.is_none()).count();
        let note =
            format!("failed in round {number}; {kept} whole rounds before or after it are in the record");
        return vec![row(Metric::Time, Outcome::Failed(reason.to_owned()), note)];
    }

    let mut rows = Vec::new();
    let short = rounds_missing(execution, one);
    if let Some(time) = over_rounds(&medians(one, |round| &round.samples_ns)) {
        rows.push(row(Metric::Time, Outcome::Ok(time, samples(one)), short));
    }
    if let Some(cpu) = over_rounds(&medians(one, |round| &round.cpu_ns)) {
        rows.push(row(Metric::Cpu, Outcome::Ok(cpu, samples(one)), "this process only".to_owned()));
    }
    if let Some((estimate, samples)) = ratio(batch, one, &batch.reference) {
        let note = ratio_note(batch, noise, one, estimate);
        rows.push(row(Metric::Ratio, Outcome::Ok(estimate, samples), note));
    }
    if let Some((floor, (estimate, samples))) =
        one.floor.as_ref().and_then(|floor| Some((floor, ratio(batch, one, floor)?)))
    {
        rows.push(row(Metric::RatioToFloor, Outcome::Ok(estimate, samples), format!("to {floor}")));
    }
    for metric in Metric::ALL {
        let counts: Vec<&Count> = one.counts.iter().filter(|count| count.metric == *metric).collect();
        let values: Vec<f64> = counts.iter().map(|count| count.value).collect();
        if let (Some(estimate), Some(first)) = (over_rounds(&values), counts.first()) {
            let over = counts.iter().map(|count| count.over).sum();
            rows.push(row(*metric, Outcome::Ok(estimate, over), first.note.clone()));
        }
    }
    rows
}

fn first_failure(one: &Contestant) -> Option<(u32, &str)> {
    one.rounds.iter().find_map(|round| Some((round.round, round.failure.as_deref()?)))
}

fn rounds_missing(execution: &Execution, one: &Contestant) -> String {
    let (done, planned) = (one.rounds.len(), execution.provenance.rounds_planned as usize);
    if done < planned { format!("{done} of {planned} rounds") } else { String::new() }
}

fn samples(one: &Contestant) -> u64 {
    one.rounds.iter().map(|round| round.samples_ns.len() as u64).sum()
}

/// The median of each round's series.
fn medians(one: &Contestant, series: impl Fn(&Round) -> &Vec<f64>) -> Vec<f64> {
    one.rounds.iter().filter_map(|round| median(series(round))).collect()
}

/// How many times the other contestant's time this one takes, and over how many samples: for each round the median
/// of the ratios of samples of the same repetition, which cancels what slows the machine for longer than that.
fn ratio(batch: &Batch, one: &Contestant, to: &str) -> Option<(Estimate, u64)> {
    let other = batch.contestants.iter().find(|candidate| candidate.id == to)?;
    let pairs = one.rounds.iter().filter_map(|round| {
        Some((round, other.rounds.iter().find(|candidate| candidate.round == round.round)?))
    });
    let by_round: Vec<Vec<f64>> = pairs.map(|(one, other)| repetition_ratios(one, other)).collect();
    let estimate = over_rounds(&by_round.iter().filter_map(|ratios| median(ratios)).collect::<Vec<_>>())?;
    Some((estimate, by_round.iter().map(|ratios| ratios.len() as u64).sum()))
}

/// Of the repetitions in which both took a sample.
fn repetition_ratios(one: &Round, other: &Round) -> Vec<f64> {
    let mut others = other.repetitions().peekable();
    let ratio = |(repetition, one): (usize, f64)| {
        while others.next_if(|(earlier, _)| *earlier < repetition).is_some() {}
        let (_, other) = others.next_if(|(same, _)| *same == repetition)?;
        (other > 0.0).then(|| one / other)
    };
    one.repetitions().filter_map(ratio).collect()
}

fn ratio_note(batch: &Batch, noise: Option<f64>, one: &Contestant, estimate: Estimate) -> String {
    let reference = &batch.reference;
    match noise {
        _ if one.id == *reference => "the reference".to_owned(),
        Some(noise) if one.kind == Kind::Twin => {
            format!("identical code; noise floor {:.1} %", noise * 100.0)
        }
        Some(noise) if estimate.is_tie(noise) => {
            format!("tie with {reference}: no difference beyond the noise floor of {:.1} %", noise * 100.0)
        }
        _ => format!("to {reference}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn find<'a>(rows: &'a [Row], contestant: &str, metric: Metric) -> &'a Row {
        rows.iter().find(|row| row.contestant == contestant && row.metric == metric).unwrap()
    }

    #[test]
    fn ratios_are_taken_within_a_repetition_so_that_drift_cancels() {
        // The example's machine doubles its speed half-way through a round; the second contestant always takes
        // exactly three times as long as the first.
        let rows = rows(&example::record());
        let ratio = find(&rows, "peer-x", Metric::Ratio).outcome.estimate().unwrap();
        assert_eq!(ratio, Estimate { median: 3.0, low: 3.0, high: 3.0 });
        assert_eq!(find(&rows, "jwt-hs256", Metric::Ratio).note, "the reference");
        let floor = find(&rows, "jwt-hs256", Metric::RatioToFloor);
        assert_eq!(floor.outcome.estimate().unwrap().median, 2.0);
        assert_eq!(floor.note, "to floor-x");
    }

    #[test]
    fn who_takes_fewer_samples_is_compared_with_those_of_the_same_repetitions() {
        let mut record = example::record();
        let all = &mut record.executions[0].batches[0].contestants;
        let peer = all.iter_mut().find(|one| one.id == "peer-x").unwrap();
        for round in &mut peer.rounds {
            round.every = 2;
            round.samples_ns = round.samples_ns.iter().copied().step_by(2).collect();
        }
        let rows = rows(&record);
        let ratio = find(&rows, "peer-x", Metric::Ratio);
        assert_eq!(ratio.outcome, Outcome::Ok(Estimate { median: 3.0, low: 3.0, high: 3.0 }, 6));
    }

    #[test]
    fn a_difference_below_the_gap_of_the_twins_is_a_tie() {
        let rows = rows(&example::record());
        assert!(find(&rows, "near-x", Metric::Ratio).note.starts_with("tie with jwt-hs256"));
        assert!(find(&rows, "jwt-hs256~twin", Metric::Ratio).note.contains("noise floor 2.0 %"));
    }

    #[test]
    fn what_failed_or_was_missing_keeps_its_row_and_the_reason() {
        let rows = rows(&example::record());
        let failed = find(&rows, "broken-x", Metric::Time);
        assert_eq!(failed.outcome, Outcome::Failed("connection refused".to_owned()));
        let missing = find(&rows, "missing-x", Metric::Time);
        assert_eq!(missing.outcome, Outcome::Unavailable("redis-server is not installed".to_owned()));
        assert_eq!(rows.iter().filter(|row| row.contestant == "missing-x").count(), 1);
    }

    #[test]
    fn counts_are_exact() {
        let rows = rows(&example::record());
        let bytes = find(&rows, "jwt-hs256", Metric::Bytes);
        assert_eq!(bytes.outcome.estimate(), Some(Estimate { median: 372.0, low: 372.0, high: 372.0 }));
    }
}
