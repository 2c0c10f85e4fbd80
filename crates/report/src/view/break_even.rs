//! At how many requests a login two designs have cost the same, from the figures of both and their intervals.

use measure::stats::{Estimate, Interval};

/// CPU time of one login and of one request, each as the parts that add up to it: this process's, and the store's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) login: Vec<Estimate>,
    pub(crate) request: Vec<Estimate>,
}

/// Which of a token and a session is cheaper, over a login and the requests that follow it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The token, from this number of requests on.
    From(Estimate),
    /// The token, below this number of requests.
    Below(Estimate),
    /// The token, from this number of requests on; below, it cannot be told.
    FromAtMost(f64),
    /// Below this number of requests it cannot be told; from there on the session.
    BelowAtMost(f64),
    /// The token, from the first request on.
    Always,
    /// The session, from the first request on.
    Never,
    /// What a request costs cannot be told apart.
    Undecided,
}

/// From this number of requests on there is something to compare: a login that nobody uses has authorised nothing. No figure is below.
const FIRST: f64 = 1.0;

/// Compares the two.
///
/// The figure is the number of requests at which both totals are the same: the difference of the logins over that of the requests.
/// Its interval holds each number at which the interval of the difference of the totals holds zero. That one is made of the intervals
/// of the single figures by the method of variance estimates recovery (Zou and Donner, "Construction of confidence limits about
/// effect measures", 2008): each of its ends is as far from the difference as the root of the sum of the squares of those of the
/// figures, of which each request's counts as often as there are requests. It takes the figures for independent.
pub(crate) fn verdict(token: &Cost, session: &Cost) -> Verdict {
    let saved = value(&session.request) - value(&token.request);
    let (cheap, other, token_is_cheap) =
        if saved > 0.0 { (token, session, true) } else { (session, token, false) };
    let difference = Difference { cheap, other };
    if !difference.is_clear() {
        return Verdict::Undecided;
    }
    let (low, high) = (difference.low(), difference.high());
    if high <= FIRST {
        return if token_is_cheap { Verdict::Always } else { Verdict::Never };
    }
    let all = || [token, session].into_iter().flat_map(|cost| cost.login.iter().chain(&cost.request));
    let interval = all().map(|figure| figure.interval).reduce(Interval::weaker).unwrap_or(Interval::Range);
    let value = difference.zero();
    if value < FIRST {
        return if token_is_cheap { Verdict::FromAtMost(high) } else { Verdict::BelowAtMost(high) };
    }
    let rounds = all().map(|figure| figure.rounds).min().unwrap_or(0);
    let low = low.clamp(FIRST, value);
    let estimate = Estimate { value, low, high: high.max(value), interval, rounds, within: None };
    if token_is_cheap { Verdict::From(estimate) } else { Verdict::Below(estimate) }
}

/// What a request costs with its share of the login, where that number of requests follows one.
pub(crate) fn shared(cost: &Cost, requests: f64) -> Estimate {
    let value = value(&cost.login) / requests + value(&cost.request);
    let spread = |end| (squares(&cost.login, end) / requests.powi(2) + squares(&cost.request, end)).sqrt();
    Estimate {
        low: (value - spread(End::Low)).max(0.0),
        high: value + spread(End::High),
        ..Estimate::exact(value)
    }
}

#[derive(Clone, Copy)]
enum End {
    Low,
    High,
}

fn value(parts: &[Estimate]) -> f64 {
    parts.iter().map(|part| part.value).sum()
}

/// The sum of the squares of how far that end is from each figure.
fn squares(parts: &[Estimate], end: End) -> f64 {
    let far = |part: &Estimate| match end {
        End::Low => part.value - part.low,
        End::High => part.high - part.value,
    };
    parts.iter().map(|part| far(part).powi(2)).sum()
}

/// What the one whose requests are cheaper costs more than the other, as requests follow: it falls with each.
struct Difference<'a> {
    cheap: &'a Cost,
    other: &'a Cost,
}

impl Difference<'_> {
    fn a_login(&self) -> f64 {
        value(&self.cheap.login) - value(&self.other.login)
    }

    fn a_request(&self) -> f64 {
        value(&self.other.request) - value(&self.cheap.request)
    }

    /// Whether the interval of what a request saves lies above zero.
    fn is_clear(&self) -> bool {
        let spread = squares(&self.other.request, End::Low) + squares(&self.cheap.request, End::High);
        self.a_request() > spread.sqrt()
    }

    /// Where it is zero.
    fn zero(&self) -> f64 {
        self.a_login() / self.a_request()
    }

    /// The lower end of its interval after that number of requests.
    fn lower(&self, requests: f64) -> f64 {
        let logins = squares(&self.cheap.login, End::Low) + squares(&self.other.login, End::High);
        let each = squares(&self.other.request, End::High) + squares(&self.cheap.request, End::Low);
        self.a_login() - requests * self.a_request() - (logins + requests.powi(2) * each).sqrt()
    }

    /// The upper end of its interval after that number of requests.
    fn upper(&self, requests: f64) -> f64 {
        let logins = squares(&self.cheap.login, End::High) + squares(&self.other.login, End::Low);
        let each = squares(&self.other.request, End::Low) + squares(&self.cheap.request, End::High);
        self.a_login() - requests * self.a_request() + (logins + requests.powi(2) * each).sqrt()
    }

    /// The least number of requests at which it may be zero.
    fn low(&self) -> f64 {
        if self.lower(0.0) <= 0.0 { 0.0 } else { root(0.0, self.zero(), |requests| self.lower(requests)) }
    }

    /// The largest. It is finite, because what a request saves is clear.
    fn high(&self) -> f64 {
        if self.upper(0.0) <= 0.0 {
            return 0.0;
        }
        let mut beyond = self.zero().max(FIRST);
        while self.upper(beyond) > 0.0 && beyond.is_finite() {
            beyond *= 2.0;
        }
        root(0.0, beyond, |requests| self.upper(requests))
    }
}

/// Where a function that falls through zero between two places does so.
fn root(mut low: f64, mut high: f64, falling: impl Fn(f64) -> f64) -> f64 {
    // As often as a double has bits of precision, and some for what is near zero.
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if falling(middle) > 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, low: f64, high: f64) -> Estimate {
        Estimate { low, high, interval: Interval::Rerun, rounds: 9, ..Estimate::exact(value) }
    }

    fn exact(login: f64, request: f64) -> Cost {
        Cost { login: vec![figure(login, login, login)], request: vec![figure(request, request, request)] }
    }

    #[test]
    fn the_break_even_is_where_both_have_cost_the_same() {
        let (token, session) = (exact(230_000.0, 500.0), exact(90_000.0, 2_500.0));
        let Verdict::From(number) = verdict(&token, &session) else { panic!() };
        assert!((number.value - 70.0).abs() < 1e-9, "{number:?}");
        assert!((number.low - 70.0).abs() < 1e-6 && (number.high - 70.0).abs() < 1e-6, "{number:?}");
        // The other way round it is the session that pays from there on.
        let Verdict::Below(number) = verdict(&session, &token) else { panic!() };
        assert!((number.value - 70.0).abs() < 1e-9, "{number:?}");
    }

    #[test]
    fn who_is_cheaper_in_both_is_so_from_the_first_request() {
        let (token, session) = (exact(400.0, 350.0), exact(90_000.0, 2_500.0));
        assert_eq!(verdict(&token, &session), Verdict::Always);
        assert_eq!(verdict(&session, &token), Verdict::Never);
        // And so is who has made up for its login before the first request is over.
        assert_eq!(verdict(&exact(91_000.0, 350.0), &session), Verdict::Always);
    }

    #[test]
    fn no_figure_is_below_the_first_request() {
        // Logins differ by 50 ± 100, requests by 100: half a request, and at the most one and a half.
        let dear = Cost { login: vec![figure(150.0, 50.0, 250.0)], ..exact(0.0, 100.0) };
        let other = exact(100.0, 200.0);
        let Verdict::FromAtMost(most) = verdict(&dear, &other) else {
            panic!("{:?}", verdict(&dear, &other))
        };
        assert!((most - 1.5).abs() < 1e-6, "{most}");
        let Verdict::BelowAtMost(most) = verdict(&other, &dear) else {
            panic!("{:?}", verdict(&other, &dear))
        };
        assert!((most - 1.5).abs() < 1e-6, "{most}");
        // By 150 ± 100: from half a request to two and a half.
        let dear = Cost { login: vec![figure(250.0, 150.0, 350.0)], ..dear };
        let Verdict::From(number) = verdict(&dear, &other) else { panic!("{:?}", verdict(&dear, &other)) };
        assert!((number.value - 1.5).abs() < 1e-9 && number.low == 1.0, "{number:?}");
        assert!((number.high - 2.5).abs() < 1e-6, "{number:?}");
    }

    #[test]
    fn requests_that_cannot_be_told_apart_decide_nothing() {
        let token = Cost { request: vec![figure(400.0, 300.0, 500.0)], ..exact(1_000.0, 0.0) };
        assert_eq!(verdict(&token, &exact(100.0, 450.0)), Verdict::Undecided);
        assert_eq!(verdict(&token, &exact(100.0, 400.0)), Verdict::Undecided);
    }

    #[test]
    fn the_interval_is_that_of_fieller_for_symmetric_figures() {
        // Logins differ by 100 ± 10, requests by 10 ± 2. By Fieller's theorem with a quantile of 1 and those as standard
        // errors: (1000 ∓ √(1000² − 96 × 9900)) / 96, computed with Python's math module.
        let token = Cost { login: vec![figure(100.0, 90.0, 110.0)], request: vec![figure(5.0, 5.0, 5.0)] };
        let session = Cost { login: vec![figure(0.0, 0.0, 0.0)], request: vec![figure(15.0, 13.0, 17.0)] };
        let Verdict::From(number) = verdict(&token, &session) else { panic!() };
        assert!((number.low - 8.096_764_848_8).abs() < 1e-6, "{number:?}");
        assert!((number.high - 12.736_568_484_5).abs() < 1e-6, "{number:?}");
        assert_eq!((number.value, number.interval, number.rounds), (10.0, Interval::Rerun, 9));
    }

    #[test]
    fn parts_of_a_cost_add_up_with_their_intervals() {
        let cost = Cost {
            login: vec![figure(60.0, 57.0, 63.0), figure(40.0, 36.0, 44.0)],
            request: vec![figure(1.0, 1.0, 1.0)],
        };
        let each = shared(&cost, 10.0);
        assert!((each.value - 11.0).abs() < 1e-9 && (each.low - 10.5).abs() < 1e-9, "{each:?}");
        assert!((each.high - 11.5).abs() < 1e-9, "{each:?}");
    }

    #[test]
    fn few_rounds_give_a_range() {
        let token = Cost {
            login: vec![Estimate { interval: Interval::Range, rounds: 2, ..figure(230.0, 200.0, 260.0) }],
            ..exact(0.0, 1.0)
        };
        let Verdict::From(number) = verdict(&token, &exact(10.0, 3.0)) else { panic!() };
        assert_eq!((number.interval, number.rounds), (Interval::Range, 2));
    }
}
