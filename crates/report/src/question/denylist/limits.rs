//! Up to which rate of revocations a list takes less than a session.

use measure::stats::Estimate;

use super::{REQUESTS, SESSION, fetched, followed, own_cpu, with_list};
use crate::{
    text::{Sentence, format},
    view::{Case, QuestionView},
};

/// Up to which rate of revocations following takes less than what is spared in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    /// Nothing is spared.
    Never,
    /// Less than the lowest rate that was measured.
    Below(f64),
    At(f64),
    /// More than the highest.
    Above(f64),
}

/// The limit on straight lines between the measured rates, on logarithmic scales.
fn limit(spent: &[(f64, f64)], spared: f64) -> Option<Limit> {
    let ((lowest, least), (highest, most)) = (*spent.first()?, *spent.last()?);
    Some(if spared <= 0.0 {
        Limit::Never
    } else if spared < least {
        Limit::Below(lowest)
    } else if spared >= most {
        Limit::Above(highest)
    } else {
        let between = spent.windows(2).find(|pair| pair[0].1 <= spared && spared < pair[1].1)?;
        let [(from, below), (to, above)] = between else { return None };
        let share = (spared / below).ln() / (above / below).ln();
        Limit::At(from * (to / from).powf(share))
    })
}

/// Up to which rate of revocations each list takes less than a session.
pub(super) fn limits(sentence: &mut Sentence, asked: &QuestionView<'_>, case: &Case<'_>) {
    let Some(session) = case.line(SESSION).and_then(own_cpu) else { return };
    let mut first = true;
    for line in with_list(case) {
        let Some(own) = own_cpu(line) else { continue };
        let spared = session.minus(own);
        let fetched = fetched(asked, line.id);
        let spent = followed(asked, line.id);
        let at = |spared: f64, of: fn(&Estimate) -> f64| {
            limit(
                &spent.iter().map(|(rate, spent)| (*rate, of(spent))).collect::<Vec<_>>(),
                spared * REQUESTS,
            )
        };
        let found = at(spared.value, |spent| spent.value);
        if fetched.is_none() && found.is_none() {
            continue;
        }
        if first {
            sentence.text("At ").figure(format::count(REQUESTS));
            sentence.text(" requests a second, in CPU of this process with what following takes, ");
        } else {
            sentence.text("; ");
        }
        first = false;
        sentence.name(line.id);
        if let Some(fetched) = fetched {
            sentence.text(", which fetches the list and not each revocation, takes ");
            if fetched.high < spared.low * REQUESTS {
                sentence.text("less than ").name(SESSION);
            } else if fetched.low > spared.high * REQUESTS {
                sentence.text("more than ").name(SESSION);
            } else {
                sentence.text("as much as ").name(SESSION).text(", within the noise,");
            }
            sentence.text(" at any rate of revocations, with this length of the list");
            continue;
        }
        // Both ends follow the intervals of all that goes in.
        let ends = (at(spared.low, |spent| spent.high), at(spared.high, |spent| spent.low));
        found.into_iter().for_each(|found| found.say(sentence, ends));
    }
    if !first {
        sentence.text(".");
    }
}

impl Limit {
    /// Below which rate a list takes less than a session, with the limits at both ends of the intervals.
    fn say(self, sentence: &mut Sentence, (low, high): (Option<Self>, Option<Self>)) {
        match self {
            Self::Never => {
                sentence.text(" takes no less than ").name(SESSION).text(" at any rate of revocations")
            }
            Self::Below(rate) => {
                sentence.text(" takes more than ").name(SESSION).text(" from ");
                sentence.figure(format::count(rate)).text(" revocations a second on")
            }
            Self::Above(rate) => {
                sentence.text(" takes less than ").name(SESSION).text(" up to ");
                sentence.figure(format::count(rate)).text(" revocations a second and more")
            }
            Self::At(rate) => {
                let end = |limit: Option<Self>| match limit {
                    Some(Self::At(end)) => format::count_beside(end, rate),
                    Some(Self::Above(end)) => format!("over {}", format::count_beside(end, rate)),
                    Some(Self::Below(end)) => format!("under {}", format::count_beside(end, rate)),
                    Some(Self::Never) | None => "0".to_owned(),
                };
                sentence.text(" takes less than ").name(SESSION).text(" up to ");
                let rate = format::count_beside(rate, rate);
                sentence.figure(format!("{rate}\u{a0}[{},\u{a0}{}]", end(low), end(high)));
                sentence.text(" revocations a second")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_where_following_takes_what_is_spared() {
        let spent = [(10.0, 100.0), (1_000.0, 10_000.0)];
        assert_eq!(limit(&spent, 0.0), Some(Limit::Never));
        assert_eq!(limit(&spent, 99.0), Some(Limit::Below(10.0)));
        assert_eq!(limit(&spent, 10_000.0), Some(Limit::Above(1_000.0)));
        let Some(Limit::At(rate)) = limit(&spent, 1_000.0) else { panic!("between the two") };
        assert!((rate - 100.0).abs() < 1e-9, "{rate}");
        assert_eq!(limit(&[], 1.0), None);
    }
}
