//! What the operating system says of other processes: CPU time and context switches.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// The processes of a store that the suite started, and theirs.
#[derive(Clone, Debug, Default)]
pub struct StoreProcesses(Vec<u32>);

impl StoreProcesses {
    /// Those processes. Their children are found when CPU time is read: PostgreSQL starts one for each connection.
    #[must_use]
    pub const fn new(processes: Vec<u32>) -> Self {
        Self(processes)
    }

    /// CPU time of all of them so far. `None` where there are none, or the system does not tell.
    #[must_use]
    pub fn cpu_time(&self) -> Option<Duration> {
        let times: Vec<Duration> = self
            .0
            .iter()
            .map(|process| of_threads(*process).map(|usage| usage.cpu + usage.children_cpu))
            .collect::<Option<_>>()?;
        (!times.is_empty()).then(|| times.into_iter().sum())
    }
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time of its own threads, those that have ended included.
    pub cpu: Duration,
    /// CPU time of its descendants that still run.
    pub children_cpu: Duration,
    /// How often a thread of it waited for something.
    pub voluntary_switches: u64,
    /// How often one was put off its CPU for another.
    pub involuntary_switches: u64,
}

impl Usage {
    /// What was used since then.
    #[must_use]
    pub fn since(self, then: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(then.cpu),
            children_cpu: self.children_cpu.saturating_sub(then.children_cpu),
            voluntary_switches: self.voluntary_switches.saturating_sub(then.voluntary_switches),
            involuntary_switches: self.involuntary_switches.saturating_sub(then.involuntary_switches),
        }
    }
}

/// What the process of that id has used. `None` where there is none, or the system does not tell.
#[must_use]
pub fn usage_of(process: u32) -> Option<Usage> {
    let mut usage = of_threads(process)?;
    // What threads took that have ended since is in the process's own account alone, which counts in ticks of 10 ms.
    usage.cpu = usage.cpu.max(ticks(process).unwrap_or_default());
    Some(usage)
}

/// Of the threads that it has now, in nanoseconds.
fn of_threads(process: u32) -> Option<Usage> {
    let mut usage = Usage::default();
    for thread in fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let folder = thread.ok()?.path();
        let Some(cpu) = nanoseconds(folder.join("schedstat")) else {
            // A thread that has ended meanwhile is counted with its process; otherwise the kernel does not tell.
            if folder.exists() {
                return None;
            }
            continue;
        };
        usage.cpu += cpu;
        let (voluntary, involuntary) = switches(&folder).unwrap_or_default();
        usage.voluntary_switches += voluntary;
        usage.involuntary_switches += involuntary;
        // A kernel may be built without the list of children; then there are none to be seen.
        let children = fs::read_to_string(folder.join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            // One that ended meanwhile has no time any more.
            let child = of_threads(child).unwrap_or_default();
            usage.children_cpu += child.cpu + child.children_cpu;
        }
    }
    Some(usage)
}

/// User and system time of a process, its ended threads included (proc(5), `stat`, fields 14 and 15).
fn ticks(process: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name, which may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    let ticks = next()? + next()?;
    Some(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// The first number of a `schedstat`: nanoseconds on a CPU (the kernel's documentation, "Scheduler Statistics").
fn nanoseconds(path: PathBuf) -> Option<Duration> {
    let text = fs::read_to_string(path).ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// Voluntary and involuntary context switches of a thread (proc(5), `status`).
fn switches(thread: &Path) -> Option<(u64, u64)> {
    let text = fs::read_to_string(thread.join("status")).ok()?;
    let number = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    Some((number("voluntary_ctxt_switches:")?, number("nonvoluntary_ctxt_switches:")?))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn work_of_this_process_is_seen() {
        let own = StoreProcesses::new(vec![std::process::id()]);
        let Some(before) = own.cpu_time() else { return };
        let used = usage_of(std::process::id()).unwrap();
        let started = Instant::now();
        let thread = || {
            let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
        };
        let begun = thread();
        // The kernel brings the figure up to date at each of its ticks, which are 10 ms apart at most, while the process runs: on a
        // busy machine it may have to wait for its turn.
        loop {
            let spinning = Instant::now();
            while spinning.elapsed() < Duration::from_millis(20) {
                std::hint::spin_loop();
            }
            std::thread::sleep(Duration::from_millis(1));
            let spun = thread() - begun;
            let since = usage_of(std::process::id()).unwrap().since(used);
            // Other tests of this process add theirs, on as many processors as there are.
            let processors = std::thread::available_parallelism().unwrap().get() as u32;
            let most = started.elapsed() * processors + Duration::from_millis(100);
            assert!(since.cpu <= most, "{since:?} in {:?}", started.elapsed());
            let seen = since.cpu >= spun / 2 && own.cpu_time().unwrap() > before;
            if spun > Duration::from_millis(100) && seen && since.voluntary_switches > 0 {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{since:?} of {spun:?} since {before:?}");
        }
    }

    #[test]
    fn threads_that_end_meanwhile_hide_no_others() {
        // Where the kernel does not tell, there is nothing to hide.
        if !Path::new("/proc/self/schedstat").exists() {
            return;
        }
        let ended = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                    let brief: Vec<_> = (0..8).map(|_| std::thread::spawn(|| {})).collect();
                    brief.into_iter().for_each(|thread| thread.join().unwrap());
                }
            });
            let seen = (0..2_000).filter(|_| usage_of(std::process::id()).is_some()).count();
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(seen, 2_000);
        });
    }

    #[test]
    fn where_there_is_no_process_there_is_no_time() {
        assert_eq!(StoreProcesses::default().cpu_time(), None);
        assert_eq!(StoreProcesses::new(vec![u32::MAX]).cpu_time(), None);
    }
}
