//! Two run records held against each other: which figures moved beyond what a rerun moves them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    record::{Kind, Machine, Metric, Question, RunRecord},
    rows::{self, Row},
    stats::{self, Estimate, Interval},
};

/// What became of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The intervals overlap.
    Same,
    /// Less than before, and the intervals are apart.
    Less,
    /// More than before, and the intervals are apart: a regression.
    More,
    /// Too few rounds in one of the two.
    Undecided,
}

/// One figure that both records have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Of which question.
    pub question: Question,
    /// Of which case.
    pub case: String,
    /// The contestant's id.
    pub contestant: String,
    /// What the figure says: a ratio to the reference; of the reference itself the ratio to its floor, or its time where it
    /// has none; bytes and allocations.
    pub metric: Metric,
    /// The figure in the first record, with its interval.
    pub before: (f64, f64, f64),
    /// The figure in the second record, with its interval.
    pub after: (f64, f64, f64),
    /// How many times the first the second is; none where the first is zero and the second is not.
    pub factor: Option<f64>,
    /// What became of it.
    pub change: Change,
    /// Whether it was faster than the reference in one and slower in the other, beyond the noise of both.
    pub flipped: bool,
}

/// A contestant's place by the geometric mean of its ratios to the reference, over the cases of a question that both
/// records have of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rank {
    /// Of which question.
    pub question: Question,
    /// The contestant's id.
    pub contestant: String,
    /// Over how many cases.
    pub cases: usize,
    /// Geometric mean and place in the first record, from 1.
    pub before: (f64, usize),
    /// Geometric mean and place in the second record, from 1.
    pub after: (f64, usize),
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The names of the two records.
    pub names: (String, String),
    /// How their machines differ; empty if they do not.
    pub machines: Vec<String>,
    /// What both have.
    pub pairs: Vec<Pair>,
    /// What only the first has, as `question/case/contestant`.
    pub only_before: Vec<String>,
    /// What only the second has.
    pub only_after: Vec<String>,
    /// Places by geometric mean.
    pub ranks: Vec<Rank>,
    /// The figures of it all.
    pub summary: Summary,
}

/// How well the second record repeats the first, over the ratios to a reference that have an interval in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Ratios with an interval in both.
    pub ratios: usize,
    /// The share of them whose intervals overlap, from 0 to 1.
    pub overlapping: f64,
    /// The median of how far a ratio moved, as a share of it.
    pub median_change: f64,
    /// The 90 % quantile of the same.
    pub p90_change: f64,
    /// Ratios that were faster in one and slower in the other.
    pub flipped: usize,
    /// Figures of any metric that rose beyond their intervals.
    pub regressions: usize,
    /// Figures of any metric that fell beyond them.
    pub improvements: usize,
}

/// Holds `after` against `before`.
#[must_use]
pub fn compare(before: &RunRecord, after: &RunRecord) -> Compared {
    let (old, new) = (figures(before), figures(after));
    let mut pairs = Vec::new();
    for (key, one) in &old {
        let Some(other) = new.get(key) else { continue };
        pairs.extend(
            one.iter().filter_map(|(metric, one)| Some(pair(key, *metric, *one, *other.get(metric)?))),
        );
    }
    let only = |ones: &Figures, others: &Figures| {
        let missing = ones.keys().filter(|key| !others.contains_key(*key));
        missing.map(|(question, case, id)| format!("{question}/{case}/{id}")).collect()
    };
    Compared {
        names: (before.name.clone(), after.name.clone()),
        machines: machines(before, after),
        only_before: only(&old, &new),
        only_after: only(&new, &old),
        ranks: ranks(&pairs),
        summary: summary(&pairs),
        pairs,
    }
}

type Key = (Question, String, String);
type Figures = BTreeMap<Key, BTreeMap<Metric, (Estimate, Option<f64>)>>;

/// The figures that are compared, each with the noise floor of its batch. Controls, twins and floors are not: they are what
/// the others are held against.
fn figures(record: &RunRecord) -> Figures {
    let mut noise: BTreeMap<(Question, &str), Option<f64>> = BTreeMap::new();
    let mut references: BTreeMap<(Question, &str), &str> = BTreeMap::new();
    for (_, batch, _) in record.current() {
        let key = (batch.question, batch.case.as_str());
        noise.entry(key).or_insert_with(|| rows::noise_floor(batch));
        references.insert(key, &batch.reference);
    }
    let rows = rows::rows(record);
    let floors: Vec<(Question, &str, &str)> = rows
        .iter()
        .filter(|row| row.metric == Metric::RatioToFloor)
        .map(|row| (row.question, row.case.as_str(), row.contestant.as_str()))
        .collect();
    let mut found = Figures::new();
    for row in rows.iter().filter(|row| matches!(row.kind, Kind::Design | Kind::Peer)) {
        let key = (row.question, row.case.as_str());
        let is_reference = references.get(&key) == Some(&row.contestant.as_str());
        let has_floor = floors.contains(&(row.question, &row.case, &row.contestant));
        let wanted = match row.metric {
            Metric::Ratio => !is_reference,
            Metric::RatioToFloor => is_reference,
            Metric::Time => is_reference && !has_floor,
            Metric::Bytes | Metric::Allocations => true,
            _ => false,
        };
        if let (true, Some(estimate)) = (wanted, row.outcome.estimate()) {
            let noise = noise.get(&key).copied().flatten();
            found.entry(key_of(row)).or_default().insert(row.metric, (estimate, noise));
        }
    }
    found
}

fn key_of(row: &Row) -> Key {
    (row.question, row.case.clone(), row.contestant.clone())
}

fn pair(
    key: &Key,
    metric: Metric,
    (before, noise_before): (Estimate, Option<f64>),
    (after, noise_after): (Estimate, Option<f64>),
) -> Pair {
    let (question, case, contestant) = key.clone();
    let ends = |estimate: Estimate| (estimate.value, estimate.low, estimate.high);
    let undecided = before.interval == Interval::Range || after.interval == Interval::Range;
    let change = if undecided {
        Change::Undecided
    } else if after.low > before.high {
        Change::More
    } else if after.high < before.low {
        Change::Less
    } else {
        Change::Same
    };
    let verdicts = (before.comparison(noise_before), after.comparison(noise_after));
    let flipped = metric == Metric::Ratio
        && matches!(
            verdicts,
            (stats::Comparison::Faster, stats::Comparison::Slower)
                | (stats::Comparison::Slower, stats::Comparison::Faster)
        );
    let factor = if before.value == after.value { 1.0 } else { after.value / before.value };
    Pair {
        question,
        case,
        contestant,
        metric,
        before: ends(before),
        after: ends(after),
        factor: factor.is_finite().then_some(factor),
        change,
        flipped,
    }
}

fn summary(pairs: &[Pair]) -> Summary {
    let ratios: Vec<&Pair> = pairs
        .iter()
        .filter(|pair| pair.metric == Metric::Ratio && pair.change != Change::Undecided)
        .collect();
    let moved: Vec<f64> = ratios.iter().filter_map(|pair| Some((pair.factor? - 1.0).abs())).collect();
    let count = |change| pairs.iter().filter(|pair| pair.change == change).count();
    Summary {
        ratios: ratios.len(),
        overlapping: ratios.iter().filter(|pair| pair.change == Change::Same).count() as f64
            / ratios.len().max(1) as f64,
        median_change: stats::median(&moved).unwrap_or_default(),
        p90_change: stats::quantile(&moved, 0.9).unwrap_or_default(),
        flipped: pairs.iter().filter(|pair| pair.flipped).count(),
        regressions: count(Change::More),
        improvements: count(Change::Less),
    }
}

fn ranks(pairs: &[Pair]) -> Vec<Rank> {
    let mut ranks = Vec::new();
    for question in Question::ALL {
        let mut logarithms: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
        let ratios = pairs.iter().filter(|pair| pair.question == *question && pair.metric == Metric::Ratio);
        for pair in ratios.filter(|pair| pair.before.0 > 0.0 && pair.after.0 > 0.0) {
            logarithms.entry(&pair.contestant).or_default().push((pair.before.0.ln(), pair.after.0.ln()));
        }
        // Means over different cases do not compare: those that took part in all of them.
        let most = logarithms.values().map(Vec::len).max().unwrap_or(0);
        let means: Vec<(&str, f64, f64)> = logarithms
            .iter()
            .filter(|(_, each)| each.len() == most)
            .map(|(id, each)| {
                let mean =
                    |of: fn(&(f64, f64)) -> f64| (each.iter().map(of).sum::<f64>() / most as f64).exp();
                (*id, mean(|pair| pair.0), mean(|pair| pair.1))
            })
            .collect();
        let place = |of: fn(&(&str, f64, f64)) -> f64, own: f64| {
            means.iter().filter(|other| of(other) < own).count() + 1
        };
        let mut own: Vec<Rank> = means
            .iter()
            .map(|(id, before, after)| Rank {
                question: *question,
                contestant: (*id).to_owned(),
                cases: most,
                before: (*before, place(|mean| mean.1, *before)),
                after: (*after, place(|mean| mean.2, *after)),
            })
            .collect();
        own.sort_by_key(|rank| rank.after.1);
        ranks.extend(own);
    }
    ranks
}

/// How the machines of the newest executions differ, in words.
fn machines(before: &RunRecord, after: &RunRecord) -> Vec<String> {
    let newest = |record: &RunRecord| record.executions.last().map(|one| one.provenance.machine.clone());
    let (Some(old), Some(new)) = (newest(before), newest(after)) else { return Vec::new() };
    let text = |value: Option<&String>| value.cloned().unwrap_or_else(|| "not recorded".to_owned());
    let mut differences = Vec::new();
    let mut differ = |what: &str, old: String, new: String| {
        if old != new {
            differences.push(format!("{what}: {old} and {new}"));
        }
    };
    let signature = |machine: &Machine| {
        let known = machine.cpu_signature.as_ref();
        known.map(|numbers| match &machine.microarchitecture {
            Some(name) => format!("{name} ({numbers})"),
            None => numbers.clone(),
        })
    };
    differ("CPU", text(old.cpu_model.as_ref()), text(new.cpu_model.as_ref()));
    differ("CPU generation", text(signature(&old).as_ref()), text(signature(&new).as_ref()));
    differ("logical CPUs", old.logical_cpus.to_string(), new.logical_cpus.to_string());
    differ("caches", old.caches.join(", "), new.caches.join(", "));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// The example with the times of one contestant multiplied.
    fn scaled(id: &str, factor: f64) -> RunRecord {
        let mut record = example::record();
        let all = record.executions[0].batches[0].contestants.iter_mut();
        for round in all.filter(|one| one.id == id).flat_map(|one| &mut one.rounds) {
            round.samples_ns.iter_mut().for_each(|ns| *ns *= factor);
        }
        record
    }

    fn find<'a>(compared: &'a Compared, id: &str, metric: Metric) -> &'a Pair {
        compared.pairs.iter().find(|pair| pair.contestant == id && pair.metric == metric).unwrap()
    }

    #[test]
    fn a_record_repeats_itself() {
        let compared = compare(&example::record(), &example::record());
        assert!(compared.pairs.iter().all(|pair| pair.change == Change::Same && pair.factor == Some(1.0)));
        assert_eq!((compared.summary.overlapping, compared.summary.median_change), (1.0, 0.0));
        assert_eq!((compared.summary.regressions, compared.summary.flipped), (0, 0));
        assert!(compared.machines.is_empty() && compared.only_before.is_empty());
        assert_eq!(
            compared.ranks.iter().map(|rank| rank.contestant.as_str()).collect::<Vec<_>>(),
            ["near-x", "peer-x"]
        );
    }

    #[test]
    fn what_became_slower_is_a_regression() {
        let compared = compare(&example::record(), &scaled("peer-x", 1.1));
        let peer = find(&compared, "peer-x", Metric::Ratio);
        assert_eq!(peer.change, Change::More);
        assert!((peer.factor.unwrap() - 1.1).abs() < 1e-9);
        assert_eq!(compared.summary.regressions, 1);
        let faster = compare(&scaled("peer-x", 1.1), &example::record());
        assert_eq!((faster.summary.regressions, faster.summary.improvements), (0, 1));
        assert!(compare(&example::record(), &scaled("peer-x", 0.1)).pairs.iter().any(|pair| pair.flipped));
    }

    #[test]
    fn a_slower_reference_shows_against_its_floor() {
        let compared = compare(&example::record(), &scaled("jwt-hs256", 1.5));
        assert_eq!(find(&compared, "jwt-hs256", Metric::RatioToFloor).change, Change::More);
    }

    #[test]
    fn other_machines_and_what_one_lacks_are_told() {
        let mut other = example::record();
        other.executions[0].provenance.machine.cpu_signature =
            Some("family 26, model 2, stepping 1".to_owned());
        other.executions[0].batches[0].contestants.retain(|one| one.id != "near-x");
        let compared = compare(&example::record(), &other);
        assert_eq!(compared.machines, ["CPU generation: not recorded and family 26, model 2, stepping 1"]);
        assert_eq!(compared.only_before, ["authorise/1k-uniform/near-x"]);
    }
}
