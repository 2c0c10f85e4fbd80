//! When what happens in an outage, and how many requests there are.

use std::time::Duration;

use load::Bin;

use super::seen::Seen;
use crate::questions::Fault;

/// Requests a second, one every half millisecond.
pub(super) const RATE: u32 = 2_000;
pub(super) const BIN: Duration = Duration::from_millis(10);
/// Requests due in a bin.
pub(super) const DUE: u32 = RATE / 100;
/// From the first bin on.
pub(super) const BROKEN: Duration = Duration::from_millis(300);
const MENDED: Duration = Duration::from_millis(800);
/// A frozen store is away for twice the limit of the stores' clients. Were it as long as the limit, chance would decide whether
/// they wait or give up.
const THAWED: Duration = Duration::from_millis(1_300);
/// Measured for as long at the least.
pub(super) const LEAST: Duration = Duration::from_millis(1_500);

/// When the store begins to be given back.
pub(super) const fn mended_at(fault: Fault) -> Duration {
    match fault {
        Fault::Frozen => THAWED,
        // Nobody gives it back: what counts is the time from the loss.
        Fault::PrimaryLost => BROKEN,
        Fault::KilledKept | Fault::KilledLost | Fault::Reset => MENDED,
    }
}

/// The bins of an outage of that kind.
pub(super) const fn seen(bins: &[Bin], fault: Fault) -> Seen<'_> {
    let sessions_gone = matches!(fault, Fault::KilledLost);
    Seen { bins, bin: BIN, due: DUE, sessions_gone }
}

/// How many bins count: to the end of the outage, or of the shortest measuring.
pub(super) fn shown(seen: &Seen<'_>, fault: Fault) -> usize {
    let over = seen.quiet_from(seen.bin_at(mended_at(fault))).map(|quiet| quiet.end);
    over.map_or(seen.bins.len(), |over| over.max(seen.bin_at(LEAST)))
}
