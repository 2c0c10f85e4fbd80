//! How much a profile measures.

use measure::record::Profile;

/// Length of a sample: long against the clock's 25 ns, short against the milliseconds in which the machine changes.
pub(super) const SAMPLE_US: u64 = 150;

/// How many rounds a profile runs. More processes narrow intervals, longer ones do not; with
/// nine the interval covers the median as often as it says (see the tests of `measure::stats`).
pub(crate) const fn rounds(profile: Profile) -> u32 {
    match profile {
        Profile::Quick => 2,
        Profile::Standard => 9,
        Profile::Full => 15,
    }
}

/// Samples of each contestant in a round, where they do not take too long.
pub(super) const fn samples(profile: Profile) -> u32 {
    match profile {
        Profile::Quick => 20,
        Profile::Standard => 26,
        Profile::Full => 100,
    }
}

/// The least time of calibration, which is the warm-up as well. A standard run calibrates 8 400 times, so that each
/// millisecond takes 8 s of it. With 5 instead of 10, `jwt-hs256` and `session-memory` moved by less than 1 % (`authorise`, Zen 4).
pub(super) const fn warm_up_us(profile: Profile) -> u64 {
    match profile {
        Profile::Quick => 4_000,
        Profile::Standard => 5_000,
        Profile::Full => 10_000,
    }
}
