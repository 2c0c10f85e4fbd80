//! CPU time of a store's processes, from the operating system.

use std::{fs, path::PathBuf, time::Duration};

/// The processes of a store that the suite started, and theirs.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoreProcesses(Vec<u32>);

impl StoreProcesses {
    /// Those processes. Their children are found when CPU time is read: PostgreSQL starts one for each connection.
    pub(crate) const fn new(processes: Vec<u32>) -> Self {
        Self(processes)
    }

    /// CPU time of all of them so far. `None` where there are none, or the system does not tell.
    pub(crate) fn cpu_time(&self) -> Option<Duration> {
        let times: Vec<Duration> = self.0.iter().map(|process| of_family(*process)).collect::<Option<_>>()?;
        (!times.is_empty()).then(|| times.into_iter().sum())
    }
}

/// Of a process, all its threads, and all its descendants.
fn of_family(process: u32) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let folder = thread.ok()?.path();
        sum += nanoseconds(folder.join("schedstat"))?;
        // A kernel may be built without the list of children; then there are none to be seen.
        let children = fs::read_to_string(folder.join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            // One that ended meanwhile has no time any more.
            sum += of_family(child).unwrap_or_default();
        }
    }
    Some(sum)
}

/// The first number of a `schedstat`: nanoseconds on a CPU (the kernel's documentation, "Scheduler Statistics").
fn nanoseconds(path: PathBuf) -> Option<Duration> {
    let text = fs::read_to_string(path).ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn work_of_this_process_is_seen() {
        let own = StoreProcesses::new(vec![std::process::id()]);
        let Some(before) = own.cpu_time() else { return };
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(40) {
            std::hint::spin_loop();
        }
        // The kernel brings the figure up to date at each of its ticks, which are 10 ms apart at most.
        assert!(own.cpu_time().unwrap() > before, "no time has passed since {before:?}");
    }

    #[test]
    fn where_there_is_no_process_there_is_no_time() {
        assert_eq!(StoreProcesses::default().cpu_time(), None);
        assert_eq!(StoreProcesses::new(vec![u32::MAX]).cpu_time(), None);
    }
}
