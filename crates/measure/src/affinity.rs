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

/// Binds a process with all the threads that it has now, or the calling thread where none is named, to a processor. Those that
/// come later inherit it. Best effort.
#[cfg(target_os = "linux")]
pub fn bind(process: Option<u32>, cpu: usize) {
    let mut set = CpuSet::new();
    if cpu < CpuSet::MAX_CPU {
        set.set(cpu);
    }
    let Some(process) = process else {
        let _ = sched_setaffinity(None, &set);
        return;
    };
    // To bind the process's own id binds its first thread alone; memcached does its work on others.
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    for thread in threads {
        let id = thread.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
        // Not without an id, which the system takes for the calling thread.
        if let Some(id) = id {
            let _ = sched_setaffinity(Some(id), &set);
        }
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
