//! How long callers wait for a disk that does not answer.
//!
//! A disk that stalls, on a network or behind a broken controller, holds the writer in a call of the kernel's that nothing
//! ends. So a thread watches the writer from beside, and sends away who waits. It is not a timer of the runtime's: those
//! cost one for each call, and a runtime need not have any.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::engine::Failure;

const LATE: Failure = Failure::refused("no answer in time");

/// What the writer does and since when, and who is to hear of it.
pub(super) struct Patience {
    limit: Duration,
    watched: Mutex<Watched>,
    changed: Condvar,
    /// Whether the present piece of work takes longer than the limit.
    is_late: AtomicBool,
    /// Wakes whoever waits.
    late: Notify,
}

#[derive(Default)]
struct Watched {
    /// When the present piece of work began.
    since: Option<Instant>,
    /// Whether the thread beside sleeps until it is called, as it does when it found nothing to watch.
    is_asleep: bool,
    has_ended: bool,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            watched: Mutex::default(),
            changed: Condvar::new(),
            is_late: AtomicBool::new(false),
            late: Notify::new(),
        })
    }

    /// Starts the thread.
    pub(super) fn watch(self: &Arc<Self>, name: String) -> Result<Watch, Failure> {
        let patience = Arc::clone(self);
        let thread = thread::Builder::new().name(name).spawn(move || patience.run());
        let thread = thread.map_err(|_| Failure::refused("no thread for the writer"))?;
        Ok(Watch { patience: Arc::clone(self), thread: Some(thread) })
    }

    /// A piece of the writer's work.
    pub(super) fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut watched = self.lock();
        watched.since = Some(Instant::now());
        // Once in a time limit at most: it sleeps on to the end of the last one.
        if watched.is_asleep {
            self.changed.notify_one();
        }
        drop(watched);
        let done = work();
        let mut watched = self.lock();
        watched.since = None;
        self.is_late.store(false, Ordering::Release);
        drop(watched);
        done
    }

    /// What the writer answers, or that it does not. Who comes while it is late is told so at once.
    pub(super) async fn bound<T>(
        &self,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        // Before the look at the flag: it hears of what is said from here on.
        let late = self.late.notified();
        if self.is_late.load(Ordering::Acquire) {
            return Err(LATE);
        }
        tokio::select! {
            biased;
            answer = answer => answer,
            () = late => Err(LATE),
        }
    }

    fn run(&self) {
        let mut watched = self.lock();
        while !watched.has_ended {
            let left =
                watched.since.map(|since| (since + self.limit).saturating_duration_since(Instant::now()));
            watched = match left {
                Some(Duration::ZERO) if !self.is_late.load(Ordering::Acquire) => {
                    self.is_late.store(true, Ordering::Release);
                    self.late.notify_waiters();
                    watched
                }
                Some(left) => {
                    let wait = if left.is_zero() { self.limit } else { left };
                    self.changed.wait_timeout(watched, wait).unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    watched.is_asleep = true;
                    let mut woken = self.changed.wait(watched).unwrap_or_else(PoisonError::into_inner);
                    woken.is_asleep = false;
                    woken
                }
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// The thread beside the writer. Dropping it ends the thread.
#[derive(Debug)]
pub(super) struct Watch {
    patience: Arc<Patience>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.patience.lock().has_ended = true;
        self.patience.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was reported when it did.
            let _ = thread.join();
        }
    }
}
