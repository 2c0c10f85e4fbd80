//! Milliseconds that only go forwards, for a few nanoseconds each reading.

/// By how much a reading may be behind, in milliseconds: a tick of the slowest usual timer, 100 Hz.
pub(crate) const COARSENESS: u64 = 10;

/// Milliseconds since some moment, as of the last timer tick. `CLOCK_MONOTONIC` proper takes several times as long to read, and is
/// read at every request. Neither counts the time in which the machine sleeps.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn now() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
    now.tv_sec as u64 * 1_000 + now.tv_nsec as u64 / 1_000_000
}

/// Milliseconds since the first call, and one more, so that zero is before any of them.
#[cfg(not(target_os = "linux"))]
pub(crate) fn now() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_millis() as u64 + 1
}
