//! Which processors processes and threads may use. Where the system has no such thing, nothing is bound.

#[cfg(target_os = "linux")]
use rustix::{
    process::Pid,
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

/// The processors that the calling thread may use.
#[cfg(target_os = "linux")]
#[must_use]
pub fn allowed() -> Vec<usize> {
    allowed_to(None)
}

/// Those that the parent of this process may use; the process itself may be bound to fewer.
#[cfg(target_os = "linux")]
#[must_use]
pub fn online() -> Vec<usize> {
    let parent = rustix::process::getppid().map(|parent| allowed_to(Some(parent))).unwrap_or_default();
    if parent.is_empty() { allowed() } else { parent }
}

#[cfg(target_os = "linux")]
fn allowed_to(process: Option<Pid>) -> Vec<usize> {
    let Ok(set) = sched_getaffinity(process) else { return Vec::new() };
    (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

/// Binds a process, or the calling thread where none is named, to a processor. Best effort.
#[cfg(target_os = "linux")]
pub fn bind(process: Option<u32>, cpu: usize) {
    let mut set = CpuSet::new();
    if cpu < CpuSet::MAX_CPU {
        set.set(cpu);
    }
    match process.map(|id| i32::try_from(id).ok().and_then(Pid::from_raw)) {
        None => drop(sched_setaffinity(None, &set)),
        Some(Some(process)) => drop(sched_setaffinity(Some(process), &set)),
        // No such process; above all not this one, which is what the system takes no id for.
        Some(None) => {}
    }
}

/// The processors that the calling thread may use: unknown here.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn allowed() -> Vec<usize> {
    Vec::new()
}

/// Those that the parent of this process may use: unknown here.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn online() -> Vec<usize> {
    Vec::new()
}

/// Binds nothing here.
#[cfg(not(target_os = "linux"))]
pub fn bind(_process: Option<u32>, _cpu: usize) {}
