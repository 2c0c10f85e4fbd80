//! What became of requests over time.

use std::time::Duration;

use crate::exchange::{Deserved, Outcome};

/// What became of a request, as its user sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It got the answer that it deserved.
    Right,
    /// 503: the service could not decide.
    Unavailable,
    /// It deserved a 2xx and got a 401 or a 403.
    WronglyRejected,
    /// It deserved to be refused and got a 2xx.
    WronglyAccepted,
    /// It got no whole answer.
    Unanswered,
    /// It got an answer that none of the above explains, such as somebody else's profile or a 500.
    Other,
}

impl Fate {
    /// All of them, in the order in which a [`Bin`] counts them.
    pub const ALL: [Self; 6] = [
        Self::Right,
        Self::Unavailable,
        Self::WronglyRejected,
        Self::WronglyAccepted,
        Self::Unanswered,
        Self::Other,
    ];

    /// Of a request that deserved this and got an answer with that status.
    pub(crate) fn of(outcome: Outcome, deserved: &Deserved, status: u16) -> Self {
        let success = |status| (200..300).contains(&status);
        match (outcome, status) {
            (Outcome::Right, _) => Self::Right,
            (Outcome::Failed, _) => Self::Unanswered,
            (_, 503) => Self::Unavailable,
            (_, 401 | 403) if success(deserved.status) => Self::WronglyRejected,
            (_, got) if success(got) && !success(deserved.status) => Self::WronglyAccepted,
            _ => Self::Other,
        }
    }
}

/// How many requests of a bin had each fate, in the order of [`Fate::ALL`].
pub type Bin = [u32; Fate::ALL.len()];

/// The fates of requests, in bins of equal length by planned send time. All room is taken at the start: to record is to add one.
#[derive(Clone, Debug)]
pub struct Timeline {
    bin: Duration,
    bins: Vec<Bin>,
    patience: Duration,
}

impl Timeline {
    /// Bins of that length, above zero, over that time from the end of the warm-up. What is planned later is not counted.
    #[must_use]
    pub fn new(bin: Duration, over: Duration) -> Self {
        let bin = bin.max(Duration::from_nanos(1));
        let bins = over.as_nanos().div_ceil(bin.as_nanos());
        let bins = vec![Bin::default(); usize::try_from(bins).unwrap_or_default()];
        Self { bin, bins, patience: Duration::MAX }
    }

    /// The same for users who are gone so long after the planned send time: an answer that comes later counts as none.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The bins in the order of time.
    #[must_use]
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// The number of requests with that fate in all bins.
    #[must_use]
    pub fn total(&self, fate: Fate) -> u64 {
        self.bins.iter().map(|bin| u64::from(bin[fate as usize])).sum()
    }

    pub(crate) fn record(&mut self, planned: Duration, waited: Duration, fate: Fate) {
        let fate = if waited > self.patience { Fate::Unanswered } else { fate };
        let bin = (planned.as_nanos() / self.bin.as_nanos()) as usize;
        if let Some(bin) = self.bins.get_mut(bin) {
            bin[fate as usize] += 1;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.bins.fill(Bin::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fate_is_what_the_user_sees() {
        let own = Deserved { status: 200, body: Some(b"mine".to_vec()) };
        let revoked = Deserved::status(401);
        for (deserved, status, body, fate) in [
            (&own, 200, &b"mine"[..], Fate::Right),
            (&own, 503, b"", Fate::Unavailable),
            (&own, 401, b"", Fate::WronglyRejected),
            (&own, 403, b"", Fate::WronglyRejected),
            (&own, 200, b"yours", Fate::Other),
            (&own, 500, b"", Fate::Other),
            (&own, 429, b"", Fate::Other),
            (&revoked, 401, b"", Fate::Right),
            (&revoked, 503, b"", Fate::Unavailable),
            (&revoked, 200, b"mine", Fate::WronglyAccepted),
            (&revoked, 403, b"", Fate::Other),
        ] {
            assert_eq!(Fate::of(deserved.judge(status, body), deserved, status), fate, "{status} {body:?}");
        }
        assert_eq!(Fate::of(Outcome::Failed, &own, 0), Fate::Unanswered);
    }

    #[test]
    fn fates_are_counted_where_they_were_planned() {
        let ms = Duration::from_millis;
        let mut timeline = Timeline::new(ms(10), ms(25)).with_patience(ms(100));
        for (at, fate) in [(0, Fate::Right), (9, Fate::Right), (10, Fate::Unavailable), (29, Fate::Right)] {
            timeline.record(ms(at), ms(100), fate);
        }
        timeline.record(ms(30), ms(1), Fate::Unanswered);
        assert_eq!(timeline.bins().len(), 3);
        assert_eq!(timeline.bins()[0][Fate::Right as usize], 2);
        assert_eq!(timeline.total(Fate::Right), 3);
        assert_eq!((timeline.total(Fate::Unavailable), timeline.total(Fate::Unanswered)), (1, 0));
        timeline.record(ms(20), ms(101), Fate::Right);
        assert_eq!((timeline.total(Fate::Right), timeline.total(Fate::Unanswered)), (3, 1), "too late");
        timeline.clear();
        assert!(Fate::ALL.into_iter().all(|fate| timeline.total(fate) == 0));
    }

    #[test]
    fn a_bin_counts_fates_in_the_order_of_the_list() {
        assert!(Fate::ALL.iter().enumerate().all(|(place, fate)| place == *fate as usize));
    }
}
