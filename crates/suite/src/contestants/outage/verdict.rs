//! What the clients have seen, held against what the design declares.

use std::time::{Duration, Instant};

use authoriser::Outage;
use load::{Bin, Fate};
use measure::record::{Count, Metric, Timeline};

use super::{
    held::Held,
    plan::{BIN, seen, shown},
    seen::Seen,
};
use crate::{
    contestants::{NotBuilt, timed::Built},
    questions::Fault,
};

/// What was due so long before the outage may still have been under way when it came.
const UNDER_WAY: Duration = Duration::from_millis(100);
/// Where a request took longer, the outage was noticed, even if all were answered.
const NOTICED: Duration = Duration::from_millis(100);

/// When the store was taken away and given back, from the first bin.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    pub(super) broken: Duration,
    pub(super) mended: Duration,
}

/// What the clients have seen.
pub(super) struct Suffered {
    pub(super) bins: Vec<Bin>,
    /// When the first bin began.
    pub(super) begun: Instant,
    pub(super) outcome: Outcome,
    pub(super) slowest: u64,
    pub(super) is_on_time: bool,
}

impl Suffered {
    /// Holds what was seen against what the design declares, and counts.
    pub(super) fn judge(
        mut self,
        held: &Held,
        has_store: bool,
        fault: Fault,
        sessions_lost: u64,
    ) -> Result<Built, NotBuilt> {
        let Outcome { broken, mended } = self.outcome;
        let recovery = seen(&self.bins, fault).recovery(mended);
        // Where the load was stopped, what was due just before may have no outcome. It is no longer part of this.
        self.bins.truncate(shown(&seen(&self.bins, fault), fault));
        let seen = seen(&self.bins, fault);
        let broke = |reason: String| Err(NotBuilt::Broken(reason));
        let before = Seen {
            bins: &self.bins[..seen.bin_at(broken.saturating_sub(UNDER_WAY)).min(self.bins.len())],
            ..seen
        };
        let errors = |seen: &Seen<'_>| {
            [Fate::Unavailable, Fate::WronglyRejected, Fate::Unanswered]
                .map(|fate| seen.total(fate))
                .into_iter()
                .sum::<u64>()
        };
        if seen.total(Fate::Other) > 0 {
            return broke(format!("{} requests got an answer that none deserves", seen.total(Fate::Other)));
        }
        if errors(&before) > 0 {
            return broke(format!("{} requests failed before the outage", errors(&before)));
        }
        let noticed = errors(&seen) > 0 || Duration::from_nanos(self.slowest) > NOTICED;
        // Who remembers, or accepts without asking, need not notice. Who promises to deny does.
        if has_store && held.properties.outage == Outage::Deny && !noticed {
            return broke("the store was taken away, and no request noticed: this proves nothing".to_owned());
        }
        if !has_store && errors(&seen) > 0 {
            return broke(format!("{} requests failed, and there is no store to lose", errors(&seen)));
        }
        let lead = self.begun.saturating_duration_since(held.revoked_at);
        if let Some(at) = seen.wrongly_accepted(held.window(fault).saturating_sub(lead)) {
            let at = at.as_millis();
            return broke(format!("a revoked credential was accepted at {at} ms, after its declared window"));
        }
        Ok(Built {
            timeline: Some(self.timeline(has_store, fault)),
            ..Built::counted(self.counts(held, has_store.then_some(fault), recovery, sessions_lost))
        })
    }

    fn counts(
        &self,
        held: &Held,
        suffered: Option<Fault>,
        recovery: Option<Duration>,
        sessions_lost: u64,
    ) -> Vec<Count> {
        // What is shown counts; the fault makes no difference to a sum.
        let seen = seen(&self.bins, Fault::Frozen);
        let over: u64 = Fate::ALL.into_iter().map(|fate| seen.total(fate)).sum();
        let length = BIN * u32::try_from(self.bins.len()).unwrap_or(u32::MAX);
        let of = |metric, fate, note: &str| Count {
            metric,
            value: seen.total(fate) as f64,
            over,
            note: note.to_owned(),
        };
        let all = format!("of {over} requests in {} ms", length.as_millis());
        let accepted = if seen.total(Fate::WronglyAccepted) > 0 {
            format!("{all}; within its declared window: revoked {}", held.properties.revocation)
        } else {
            all.clone()
        };
        let slowest = if self.is_on_time {
            "from the planned send time until its answer, or until it was given up".to_owned()
        } else {
            "from the planned send time, and the generator was late itself".to_owned()
        };
        let nanoseconds = |time: Duration| time.as_nanos() as f64;
        let (recovery, how) = match recovery {
            Some(_) if suffered.is_none() => (Duration::ZERO, "nothing was broken"),
            Some(time) if suffered == Some(Fault::PrimaryLost) => {
                (time, "from the loss of the primary to the first 100 ms without an error, in bins of 10 ms")
            }
            Some(time) => (
                time,
                "from the beginning of the mending to the first 100 ms without an error, in bins of 10 ms",
            ),
            None => (
                length.saturating_sub(self.outcome.mended),
                "at least: it was not over when the measuring ended",
            ),
        };
        vec![
            of(Metric::WronglyAccepted, Fate::WronglyAccepted, &accepted),
            of(Metric::WronglyRejected, Fate::WronglyRejected, &all),
            of(Metric::Unavailable, Fate::Unavailable, &all),
            of(Metric::Unanswered, Fate::Unanswered, &all),
            Count { metric: Metric::Slowest, value: self.slowest as f64, over, note: slowest },
            Count { metric: Metric::Recovery, value: nanoseconds(recovery), over, note: how.to_owned() },
            Count {
                metric: Metric::SessionsLost,
                value: sessions_lost as f64,
                over: held.genuine() as u64,
                note: format!("of {} that were logged in", held.genuine()),
            },
        ]
    }

    fn timeline(&self, has_store: bool, fault: Fault) -> Timeline {
        let of = |fate: Fate| self.bins.iter().map(|bin| bin[fate as usize]).collect();
        let at = |time: Duration| has_store.then_some(time.as_secs_f64() * 1e3);
        Timeline {
            bin_ms: u32::try_from(BIN.as_millis()).unwrap_or(u32::MAX),
            broken_ms: at(self.outcome.broken),
            mended_ms: at(self.outcome.mended).filter(|_| fault != Fault::PrimaryLost),
            right: of(Fate::Right),
            unavailable: of(Fate::Unavailable),
            wrongly_rejected: of(Fate::WronglyRejected),
            wrongly_accepted: of(Fate::WronglyAccepted),
            unanswered: of(Fate::Unanswered),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use authoriser::{Family, Revocation, Transport};

    use super::*;
    use crate::contestants::outage::{
        held::tests::held,
        plan::{BROKEN, DUE, LEAST, mended_at},
    };

    /// Two and a half seconds in which some fate befell the requests of one bin.
    fn suffered(bin: usize, fate: Fate) -> Suffered {
        let mut right = Bin::default();
        right[Fate::Right as usize] = DUE;
        let mut bins = vec![right; 250];
        bins[bin] = Bin::default();
        bins[bin][fate as usize] = DUE;
        let outcome = Outcome { broken: BROKEN, mended: mended_at(Fault::KilledKept) };
        Suffered { bins, begun: Instant::now(), outcome, slowest: 1_000_000, is_on_time: true }
    }

    fn judged(suffered: Suffered, revocation: Revocation, has_store: bool) -> Result<Built, String> {
        let outage = if has_store { Outage::Deny } else { Outage::NoStore };
        let judged = suffered.judge(&held(revocation, outage), has_store, Fault::KilledKept, 0);
        judged.map_err(|error| error.to_string())
    }

    pub(in super::super) fn value(built: &Built, metric: Metric) -> f64 {
        built.counts.iter().find(|count| count.metric == metric).map_or(f64::NAN, |count| count.value)
    }

    #[test]
    fn what_was_seen_is_counted_to_the_end_of_the_shortest_measuring() {
        let built = judged(suffered(82, Fate::Unavailable), Revocation::Immediate, true).unwrap();
        assert_eq!(value(&built, Metric::Unavailable), f64::from(DUE));
        assert_eq!(value(&built, Metric::Recovery), 30e6);
        assert_eq!(value(&built, Metric::Slowest), 1e6);
        let timeline = built.timeline.unwrap();
        let shortest = LEAST.as_millis() as usize / 10;
        assert_eq!((timeline.right.len(), timeline.unavailable[82]), (shortest, DUE));
        assert_eq!((timeline.broken_ms, timeline.mended_ms), (Some(300.0), Some(800.0)));
    }

    #[test]
    fn an_acceptance_after_the_declared_window_is_a_failure_and_within_it_a_figure() {
        let accepted = || suffered(50, Fate::WronglyAccepted);
        let said = judged(accepted(), Revocation::Immediate, false).err().unwrap();
        assert!(said.contains("accepted at 500 ms, after its declared window"), "{said}");
        let after = Revocation::Within(Duration::from_millis(100));
        assert!(judged(accepted(), after, false).is_err());
        for within in [Revocation::OnlyByExpiry, Revocation::Within(Duration::from_secs(10))] {
            let built = judged(accepted(), within, false).unwrap();
            assert_eq!(value(&built, Metric::WronglyAccepted), f64::from(DUE));
            assert_eq!(value(&built, Metric::Recovery), 0.0);
        }
    }

    #[test]
    fn what_proves_nothing_is_no_figure() {
        for (seen, has_store, why) in [
            (suffered(0, Fate::Right), true, "no request noticed"),
            (suffered(10, Fate::Unavailable), true, "before the outage"),
            (suffered(82, Fate::Other), true, "none deserves"),
            (suffered(82, Fate::Unanswered), false, "no store to lose"),
        ] {
            let said = judged(seen, Revocation::Immediate, has_store).err().unwrap();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn who_remembers_need_not_notice_and_who_denies_must() {
        for (outage, proves) in
            [(Outage::Deny, false), (Outage::AcceptUnchecked, true), (Outage::ServeStale(LEAST), true)]
        {
            let seen = suffered(0, Fate::Right);
            let judged = seen.judge(&held(Revocation::Immediate, outage), true, Fault::KilledKept, 0);
            assert_eq!(judged.is_ok(), proves, "{outage}");
        }
    }

    #[test]
    fn only_a_token_outlives_what_its_lost_store_knew_of_its_revocation() {
        let cookie = Transport::Cookie { name: "__Host-session" };
        for (family, transport, fault, within) in [
            (Family::Hybrid, Transport::Bearer, Fault::KilledLost, true),
            (Family::Hybrid, cookie, Fault::KilledLost, false),
            (Family::Stateful, Transport::Bearer, Fault::KilledLost, false),
            (Family::Hybrid, Transport::Bearer, Fault::KilledKept, false),
        ] {
            let mut held = held(Revocation::Immediate, Outage::Deny);
            (held.properties.family, held.properties.transport) = (family, transport);
            let mut seen = suffered(90, Fate::WronglyAccepted);
            seen.bins[40] = Bin::default();
            seen.bins[40][Fate::Unavailable as usize] = DUE;
            assert_eq!(seen.judge(&held, true, fault, 0).is_ok(), within, "{family} {transport} {fault:?}");
        }
    }
}
