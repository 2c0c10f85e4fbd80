//! Percentiles of the requests of all rounds together: of one round alone, the last of them would be a handful of requests.

use crate::{
    histogram::Encoded,
    record::{Latencies, Metric},
    stats::{Estimate, Interval},
};

/// A percentile is known where as many requests took longer.
const LEAST_BEYOND: f64 = 5.0;

/// One percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile {
    /// One request in as many takes longer: in 100 for p99.
    pub one_in: f64,
    /// From the planned send time.
    pub response: Metric,
    /// From the real send time.
    pub service: Metric,
}

/// Those that there are, by rising number.
pub const PERCENTILES: [Percentile; 5] = [
    Percentile { one_in: 2.0, response: Metric::AllP50, service: Metric::AllServiceP50 },
    Percentile { one_in: 10.0, response: Metric::AllP90, service: Metric::AllServiceP90 },
    Percentile { one_in: 100.0, response: Metric::AllP99, service: Metric::AllServiceP99 },
    Percentile { one_in: 1_000.0, response: Metric::AllP999, service: Metric::AllServiceP999 },
    Percentile { one_in: 10_000.0, response: Metric::AllP9999, service: Metric::AllServiceP9999 },
];

/// A figure, over how many requests, and what it is.
pub(crate) type Figure = (Metric, Estimate, u64, String);

/// Each percentile that is known, with the range of the rounds' own. What is damaged has none.
pub(crate) fn percentiles(rounds: &[Latencies]) -> Vec<Figure> {
    let response = figures(rounds, |round| &round.response, |one| one.response, "from the planned send time");
    let service = figures(rounds, |round| &round.service, |one| one.service, "from the real send time");
    [response, service].into_iter().flatten().flatten().collect()
}

fn figures(
    rounds: &[Latencies],
    times: impl Fn(&Latencies) -> &Encoded,
    metric: impl Fn(&Percentile) -> Metric,
    from: &str,
) -> Option<Vec<Figure>> {
    let all = Encoded::sum(rounds.iter().map(&times)).ok()??;
    let each: Vec<_> = rounds.iter().filter_map(|round| times(round).histogram().ok()).collect();
    let known = PERCENTILES.iter().filter(|one| all.len() as f64 >= LEAST_BEYOND * one.one_in);
    let figure = |one: &Percentile| {
        let share = 1.0 - 1.0 / one.one_in;
        let value = all.value_at_quantile(share) as f64;
        let of_rounds = each.iter().filter(|round| !round.is_empty());
        let of_rounds = of_rounds.map(|round| round.value_at_quantile(share) as f64);
        let (low, high) = of_rounds.fold((value, value), |(low, high), one| (low.min(one), high.max(one)));
        let (interval, rounds) = (Interval::Range, each.len());
        let estimate = Estimate { low, high, interval, rounds, ..Estimate::exact(value) };
        (metric(one), estimate, all.len(), format!("{from}, of the requests of all rounds together"))
    };
    Some(known.map(figure).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// Requests that took 1, 2, … microseconds.
    fn round(micros: impl IntoIterator<Item = u64>) -> Latencies {
        example::latencies(micros.into_iter().map(|micros| micros * 1_000), [])
    }

    fn micros(figures: &[Figure], metric: Metric) -> Option<[f64; 3]> {
        let (_, one, ..) = figures.iter().find(|(known, ..)| *known == metric)?;
        Some([one.low, one.value, one.high].map(|ns| (ns / 1e3).round()))
    }

    #[test]
    fn percentiles_are_of_all_rounds_and_range_over_the_rounds_own() {
        let figures = percentiles(&[round(1..=250), round(251..=500)]);
        assert_eq!(micros(&figures, Metric::AllP50), Some([125.0, 250.0, 375.0]));
        assert_eq!(micros(&figures, Metric::AllP99), Some([248.0, 495.0, 498.0]));
        assert_eq!(micros(&figures, Metric::AllP999), None, "not five of them took longer");
        assert_eq!(micros(&figures, Metric::AllServiceP50), None, "no answer was right");
        assert!(figures.iter().all(|(_, one, over, _)| (one.rounds, *over) == (2, 500)));
        assert!(percentiles(&[]).is_empty());
    }

    #[test]
    fn more_requests_tell_more_percentiles() {
        let figures = percentiles(&[round((0..50_000).map(|number| number % 1_000 + 1))]);
        for one in PERCENTILES {
            let expected = (1.0 - 1.0 / one.one_in) * 1_000.0;
            let [_, found, _] = micros(&figures, one.response).unwrap();
            assert!((found - expected).abs() <= 1.0, "{}: {found}", one.response);
        }
    }
}
