//! What the timeline of an outage says.

use std::{ops::Range, time::Duration};

use load::{Bin, Fate};

/// Bins without an error in a row, after which an outage is over: a tenth of a second.
const QUIET: usize = 10;

/// The bins of an outage, and when its store began to be mended.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) bins: &'a [Bin],
    pub(super) bin: Duration,
    /// Requests that are due in each bin.
    pub(super) due: u32,
    /// Whether a rejection after the outage is right: the sessions are gone, and who asks has to log in again.
    pub(super) sessions_gone: bool,
}

impl Seen<'_> {
    /// Whether every request of the bin has its outcome by now.
    pub(super) fn is_complete(&self, bin: usize) -> bool {
        self.bins.get(bin).is_some_and(|bin| bin.iter().sum::<u32>() == self.due)
    }

    fn is_quiet(&self, number: usize) -> bool {
        let Some(bin) = self.bins.get(number) else { return false };
        let rejected = if self.sessions_gone { 0 } else { bin[Fate::WronglyRejected as usize] };
        self.is_complete(number)
            && bin[Fate::Unavailable as usize] + bin[Fate::Unanswered as usize] + rejected == 0
    }

    /// The first tenth of a second without an error that begins with that bin or later, as bins.
    pub(super) fn quiet_from(&self, first: usize) -> Option<Range<usize>> {
        let mut begin = first;
        for number in first..self.bins.len() {
            if !self.is_quiet(number) {
                begin = number + 1;
            } else if number + 1 - begin == QUIET {
                return Some(begin..number + 1);
            }
        }
        None
    }

    /// The time from `mended` to the first tenth of a second without an error.
    pub(super) fn recovery(&self, mended: Duration) -> Option<Duration> {
        let quiet = self.quiet_from(self.bin_at(mended))?;
        Some((self.bin * u32::try_from(quiet.start).ok()?).saturating_sub(mended))
    }

    /// The bin of that time.
    pub(super) fn bin_at(&self, at: Duration) -> usize {
        usize::try_from(at.as_nanos() / self.bin.as_nanos()).unwrap_or(usize::MAX)
    }

    /// When the first request was accepted that should not have been, in a bin that begins at `after` or later.
    pub(super) fn wrongly_accepted(&self, after: Duration) -> Option<Duration> {
        let first = usize::try_from(after.as_nanos().div_ceil(self.bin.as_nanos())).unwrap_or(usize::MAX);
        let found =
            (first..self.bins.len()).find(|number| self.bins[*number][Fate::WronglyAccepted as usize] > 0)?;
        Some(self.bin * u32::try_from(found).ok()?)
    }

    /// Requests of that fate.
    pub(super) fn total(&self, fate: Fate) -> u64 {
        self.bins.iter().map(|bin| u64::from(bin[fate as usize])).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: u32 = 20;

    fn bin(fates: &[(Fate, u32)]) -> Bin {
        let mut bin = Bin::default();
        for (fate, count) in fates {
            bin[*fate as usize] = *count;
        }
        bin[Fate::Right as usize] = DUE - bin.iter().sum::<u32>();
        bin
    }

    fn seen(bins: &[Bin]) -> Seen<'_> {
        Seen { bins, bin: Duration::from_millis(10), due: DUE, sessions_gone: false }
    }

    #[test]
    fn an_outage_is_over_with_the_first_tenth_of_a_second_without_an_error() {
        let mut bins = vec![bin(&[]); 60];
        bins[10..25].fill(bin(&[(Fate::Unavailable, 20)]));
        let mended = Duration::from_millis(203);
        assert_eq!(seen(&bins).recovery(mended), Some(Duration::from_millis(47)));
        // One more error, too soon after: it is not over before that.
        bins[30] = bin(&[(Fate::Unanswered, 1)]);
        assert_eq!(seen(&bins).recovery(mended), Some(Duration::from_millis(107)));
        bins[30] = bin(&[(Fate::WronglyRejected, 1)]);
        assert_eq!(seen(&bins).recovery(mended), Some(Duration::from_millis(107)));
        let gone = Seen { sessions_gone: true, ..seen(&bins) };
        assert_eq!(gone.recovery(mended), Some(Duration::from_millis(47)));
        // Nor while an answer is missing.
        bins[31][Fate::Right as usize] -= 1;
        assert_eq!(seen(&bins).recovery(mended), Some(Duration::from_millis(117)));
        assert_eq!(seen(&bins[..41]).recovery(mended), None);
    }

    #[test]
    fn without_an_error_it_is_over_at_once() {
        let bins = vec![bin(&[(Fate::WronglyAccepted, 2)]); 20];
        assert_eq!(seen(&bins).recovery(Duration::from_millis(55)), Some(Duration::ZERO));
    }

    #[test]
    fn an_acceptance_counts_from_the_end_of_its_window() {
        let mut bins = vec![bin(&[]); 20];
        bins[3] = bin(&[(Fate::WronglyAccepted, 1)]);
        let from = |ms| seen(&bins).wrongly_accepted(Duration::from_millis(ms));
        assert_eq!(from(0), Some(Duration::from_millis(30)));
        assert_eq!(from(30), Some(Duration::from_millis(30)));
        assert_eq!(from(31), None);
        assert_eq!(seen(&bins).wrongly_accepted(Duration::MAX), None);
        assert_eq!(seen(&bins).total(Fate::WronglyAccepted), 1);
    }
}
