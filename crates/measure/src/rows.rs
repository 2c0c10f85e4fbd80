//! Derived figures: one row for each question, case, contestant and metric. All tables, charts and CSV files are
//! made of these, so that they cannot disagree.

use crate::{
    across::own_cpu,
    pays_from,
    percentiles::percentiles,
    record::{Batch, Contestant, Count, Execution, Kind, Metric, Question, Round, RunRecord},
    stats::{Comparison, Estimate, Interval, median, over_rounds, quiet, quiet_difference, quiet_ratio},
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
    /// There is no such number, and why: the one is cheaper at any number of requests.
    None(String),
}

impl Outcome {
    /// The figure, where there is one.
    #[must_use]
    pub const fn estimate(&self) -> Option<Estimate> {
        match self {
            Self::Ok(estimate, _) => Some(*estimate),
            Self::Failed(_) | Self::Unavailable(_) | Self::None(_) => None,
        }
    }

    /// `ok`, `failed`, `unavailable` or `none`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Ok(..) => "ok",
            Self::Failed(_) => "failed",
            Self::Unavailable(_) => "unavailable",
            Self::None(_) => "none",
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

/// The noise floor of a batch: how far the interval of the twin's ratio reaches from one. `None` without a twin, and with
/// too few rounds for an interval.
#[must_use]
pub fn noise_floor(batch: &Batch) -> Option<f64> {
    let twin = batch.contestants.iter().find(|one| one.kind == Kind::Twin)?;
    let (estimate, _) = ratio(batch, twin, &batch.reference)?;
    (estimate.interval != Interval::Range).then(|| estimate.distance_from_one())
}

/// How far a round may lie above the quietest and still count as quiet.
pub const QUIET_WITHIN: f64 = 0.05;

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
    let short = rounds_missing(execution, batch, one);
    let times = sampled(one, |round| &round.samples_ns);
    if let Some(time) = quiet(&times) {
        rows.push(row(Metric::Time, Outcome::Ok(time, samples(one)), short));
        rows.extend(
            loud(&times, time.value)
                .map(|(loud, note)| row(Metric::Loud, Outcome::Ok(loud, samples(one)), note)),
        );
    }
    if let Some(cpu) = quiet(&sampled(one, |round| &round.cpu_ns)) {
        let whose = match batch.question {
            Question::FanOut => {
                "all services, without their clients; of introspection also the authorisation server"
            }
            _ if over_http(batch) => "the service, without its clients",
            _ => "this process only",
        };
        rows.push(row(Metric::Cpu, Outcome::Ok(cpu, samples(one)), whose.to_owned()));
    }
    if over_http(batch) || batch.question == Question::Denylist {
        // Over HTTP clients share the machine: what a request takes of the service's processor is what survives a rerun.
        let to = format!("to {}", batch.reference);
        let compared = [(Metric::CpuAdded, quiet_difference as Compare), (Metric::CpuRatio, quiet_ratio)];
        for (metric, compare) in compared {
            let figure = compared_with(batch, one, &batch.reference, own_cpu, compare);
            rows.extend(
                figure.map(|(estimate, samples)| row(metric, Outcome::Ok(estimate, samples), to.clone())),
            );
        }
    }
    if let Some(cpu) = quiet(&sampled(one, |round| &round.store_cpu_ns)) {
        rows.push(row(
            Metric::StoreCpu,
            Outcome::Ok(cpu, samples(one)),
            "all processes of the store".to_owned(),
        ));
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
    if let Some(floor) = one.floor.as_ref().filter(|_| batch.question == Question::Denylist) {
        let added = compared_with(batch, one, floor, own_cpu, quiet_difference);
        rows.extend(added.map(|(estimate, samples)| {
            row(Metric::AddedToFloor, Outcome::Ok(estimate, samples), format!("to {floor}"))
        }));
    }
    if let Some((estimate, samples, note)) = pays_from::of_cache(execution, batch, one) {
        rows.push(row(Metric::PaysFrom, Outcome::Ok(estimate, samples), note));
    }
    for metric in Metric::ALL {
        let counts: Vec<&Count> = one.counts.iter().filter(|count| count.metric == *metric).collect();
        let values: Vec<f64> = counts.iter().map(|count| count.value).collect();
        if let (Some(estimate), Some(first)) = (over_rounds(&values), counts.first()) {
            let over = counts.iter().map(|count| count.over).sum();
            rows.push(row(*metric, Outcome::Ok(estimate, over), first.note.clone()));
        }
    }
    for (metric, estimate, over, note) in percentiles(&one.latencies) {
        rows.push(row(metric, Outcome::Ok(estimate, over), note));
    }
    rows
}

fn first_failure(one: &Contestant) -> Option<(u32, &str)> {
    one.rounds.iter().find_map(|round| Some((round.round, round.failure.as_deref()?)))
}

fn rounds_missing(execution: &Execution, batch: &Batch, one: &Contestant) -> String {
    let from = &execution.provenance;
    let planned = from.rounds_of(batch.question, &batch.case).unwrap_or(from.rounds_planned) as usize;
    let done = one.rounds.len();
    if done < planned { format!("{done} of {planned} rounds") } else { String::new() }
}

fn samples(one: &Contestant) -> u64 {
    one.rounds.iter().map(|round| round.samples_ns.len() as u64).sum()
}

/// The samples of each round that has any, in the order of the rounds.
fn sampled(one: &Contestant, series: impl Fn(&Round) -> &Vec<f64>) -> Vec<&[f64]> {
    in_order(one)
        .into_iter()
        .map(|round| series(round).as_slice())
        .filter(|samples| !samples.is_empty())
        .collect()
}

/// The rounds in the order of their numbers: one that was repeated after an interruption is recorded last.
fn in_order(one: &Contestant) -> Vec<&Round> {
    let mut rounds: Vec<&Round> = one.rounds.iter().collect();
    rounds.sort_by_key(|round| round.round);
    rounds
}

/// The batches of a record whose reference was quiet in fewer than `least` rounds, with the number of quiet ones.
#[must_use]
pub fn unquiet(record: &RunRecord, least: usize) -> Vec<(&Batch, usize)> {
    let mut found: Vec<(&Batch, usize)> = Vec::new();
    for (_, batch, one) in record.current() {
        // What is counted rather than timed is neither quiet nor loud.
        let timed = one.rounds.iter().any(|round| !round.samples_ns.is_empty());
        if timed && one.id == batch.reference && !found.iter().any(|(known, _)| std::ptr::eq(*known, batch)) {
            let quiet = quiet_rounds(one);
            found.extend((quiet < least.min(one.rounds.len())).then_some((batch, quiet)));
        }
    }
    found
}

/// The number of rounds within [`QUIET_WITHIN`] of the quietest.
#[must_use]
pub fn quiet_rounds(one: &Contestant) -> usize {
    let medians: Vec<f64> = sampled(one, |round| &round.samples_ns).into_iter().filter_map(median).collect();
    let quiet = medians.iter().copied().fold(f64::INFINITY, f64::min);
    medians.into_iter().filter(|median| *median <= quiet * (1.0 + QUIET_WITHIN)).count()
}

/// What the loud machine makes of it: the time of the loudest round, and how many rounds were quiet.
fn loud(rounds: &[&[f64]], quiet: f64) -> Option<(Estimate, String)> {
    let medians: Vec<f64> = rounds.iter().filter_map(|samples| median(samples)).collect();
    let loudest = medians.iter().copied().reduce(f64::max).filter(|_| medians.len() > 1)?;
    let near = medians.iter().filter(|median| **median <= quiet * (1.0 + QUIET_WITHIN)).count();
    let note = format!("{near} of {} rounds within 5 % of the quietest", medians.len());
    let range =
        Estimate { interval: Interval::Range, low: quiet, rounds: medians.len(), ..Estimate::exact(loudest) };
    Some((range, note))
}

/// How many times the other contestant's quiet time this one's is, and over how many samples, in the rounds that both
/// have.
fn ratio(batch: &Batch, one: &Contestant, to: &str) -> Option<(Estimate, u64)> {
    compared_with(batch, one, to, |round| &round.samples_ns, quiet_ratio)
}

/// What the names of cases begin with whose operations are whole requests to a service, where those of the question's other cases
/// are not.
pub const OVER_HTTP: &str = "over-http-";

/// Whether an operation is a whole request to a service.
fn over_http(batch: &Batch) -> bool {
    matches!(batch.question, Question::Request | Question::FanOut) || batch.case.starts_with(OVER_HTTP)
}

type Compare = fn(&[&[f64]], &[&[f64]]) -> Option<Estimate>;

/// How a series of this contestant compares with that of another, and over how many samples, in the rounds that both have.
fn compared_with(
    batch: &Batch,
    one: &Contestant,
    to: &str,
    series: impl Fn(&Round) -> &Vec<f64>,
    compare: Compare,
) -> Option<(Estimate, u64)> {
    let other = batch.contestants.iter().find(|candidate| candidate.id == to)?;
    let others = in_order(other);
    let pairs: Vec<(&[f64], &[f64])> = in_order(one)
        .into_iter()
        .filter_map(|round| Some((round, others.iter().find(|candidate| candidate.round == round.round)?)))
        .map(|(one, other)| (series(one).as_slice(), series(other).as_slice()))
        .filter(|(one, other)| !one.is_empty() && !other.is_empty())
        .collect();
    let (ones, others): (Vec<&[f64]>, Vec<&[f64]>) = pairs.into_iter().unzip();
    let samples = ones.iter().map(|samples| samples.len() as u64).sum();
    Some((compare(&ones, &others)?, samples))
}

fn ratio_note(batch: &Batch, noise: Option<f64>, one: &Contestant, estimate: Estimate) -> String {
    let reference = &batch.reference;
    if one.id == *reference {
        return "the reference".to_owned();
    }
    let floor = |noise: f64| format!("noise floor {:.1} %", noise * 100.0);
    match (estimate.comparison(noise), noise) {
        (Comparison::Undecided, _) => {
            format!("to {reference}; {} rounds are too few for a verdict", estimate.rounds)
        }
        (_, Some(noise)) if one.kind == Kind::Twin => format!("identical code; {}", floor(noise)),
        (Comparison::Tie, Some(noise)) => {
            format!("tie with {reference}: nothing beyond the {}", floor(noise))
        }
        (Comparison::Tie, None) => format!("tie with {reference}"),
        (Comparison::Faster | Comparison::Slower, _) => format!("to {reference}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        example,
        pays_from::{ALL_MISS, HIT_RATE, ONE_MISSES},
    };

    fn find<'a>(rows: &'a [Row], contestant: &str, metric: Metric) -> &'a Row {
        rows.iter().find(|row| row.contestant == contestant && row.metric == metric).unwrap()
    }

    #[test]
    fn ratios_are_of_quiet_times() {
        // The second contestant always takes exactly three times as long as the first; one loud round of it is told.
        let mut record = example::record();
        let all = &mut record.executions[0].batches[0].contestants;
        let peer = all.iter_mut().find(|one| one.id == "peer-x").unwrap();
        peer.rounds[2].samples_ns.iter_mut().for_each(|ns| *ns *= 1.5);
        peer.rounds.swap(0, 5);
        let rows = rows(&record);
        let ratio = find(&rows, "peer-x", Metric::Ratio).outcome.estimate().unwrap();
        assert_eq!((ratio.value, ratio.low, ratio.high), (3.0, 3.0, 3.0));
        let loud = find(&rows, "peer-x", Metric::Loud);
        assert_eq!(loud.outcome.estimate().unwrap().value, 1_350.0);
        assert_eq!(loud.note, "5 of 6 rounds within 5 % of the quietest");
        assert_eq!(find(&rows, "jwt-hs256", Metric::Ratio).note, "the reference");
        let floor = find(&rows, "jwt-hs256", Metric::RatioToFloor);
        assert_eq!(floor.outcome.estimate().unwrap().value, 2.0);
        assert_eq!(floor.note, "to floor-x");
    }

    #[test]
    fn what_a_list_adds_is_a_difference_to_what_has_none() {
        let mut record = example::record();
        let batch = &mut record.executions[0].batches[0];
        batch.question = Question::Denylist;
        batch.contestants.iter_mut().find(|one| one.id == "peer-x").unwrap().floor =
            Some("floor-x".to_owned());
        let rows = rows(&record);
        let value = |metric| find(&rows, "peer-x", metric).outcome.estimate().unwrap();
        let added = value(Metric::CpuAdded);
        assert_eq!((added.value, added.low, added.high), (600.0, 600.0, 600.0), "to jwt-hs256");
        assert_eq!(value(Metric::AddedToFloor).value, 750.0);
        assert_eq!(find(&rows, "peer-x", Metric::AddedToFloor).note, "to floor-x");
    }

    #[test]
    fn a_cache_has_a_row_with_the_hit_rate_from_which_it_pays() {
        let mut record = example::record();
        let mut all_miss = record.executions[0].batches[0].clone();
        (all_miss.question, all_miss.case) = (Question::HitRate, ALL_MISS.to_owned());
        all_miss.contestants.truncate(1);
        let mut cached = all_miss.contestants[0].clone();
        cached.id = "jwt-hs256-cached".to_owned();
        cached.rounds.iter_mut().for_each(|round| round.samples_ns.fill(400.0));
        all_miss.contestants.push(cached);
        let mut one_misses = Batch { case: ONE_MISSES.to_owned(), ..all_miss.clone() };
        one_misses.contestants[1].rounds.iter_mut().for_each(|round| round.samples_ns.fill(200.0));
        record.executions[0].batches = vec![all_miss, one_misses];
        let found: Vec<_> = rows(&record).into_iter().filter(|row| row.metric == Metric::PaysFrom).collect();
        let [row] = &found[..] else { panic!("{found:?}") };
        // 100 of 200 that hits spare have to be won back.
        assert_eq!((row.case.as_str(), row.contestant.as_str()), (ALL_MISS, "jwt-hs256-cached"));
        assert!((row.outcome.estimate().unwrap().value - HIT_RATE / 2.0).abs() < 1e-9);
    }

    #[test]
    fn two_rounds_are_too_few_for_a_verdict_and_for_a_noise_floor() {
        let mut record = example::record();
        let batch = &mut record.executions[0].batches[0];
        batch.contestants.iter_mut().for_each(|one| one.rounds.truncate(2));
        assert_eq!(noise_floor(batch), None);
        let rows = rows(&record);
        let ratio = find(&rows, "peer-x", Metric::Ratio);
        assert_eq!(ratio.note, "to jwt-hs256; 2 rounds are too few for a verdict");
        assert_eq!(ratio.outcome.estimate().unwrap().interval, Interval::Range);
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
        let bytes = bytes.outcome.estimate().unwrap();
        assert_eq!((bytes.low, bytes.value, bytes.high), (372.0, 372.0, 372.0));
    }

    #[test]
    fn a_reference_with_one_quiet_round_is_told() {
        let mut record = example::record();
        assert!(unquiet(&record, 3).is_empty());
        for round in &mut record.executions[0].batches[0].contestants[0].rounds[1..] {
            round.samples_ns.iter_mut().for_each(|ns| *ns *= 1.3);
        }
        assert_eq!(unquiet(&record, 3)[0].1, 1);
    }
}
