//! When instances are asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::rounds::placement;

/// Tells the instances when to ask again, until it is dropped: tokio's own timers count in milliseconds and are up to one late.
pub(super) struct Metronome {
    pub(super) ticks: watch::Receiver<u64>,
    ended: Arc<AtomicBool>,
}

impl Metronome {
    pub(super) fn every(period: Duration) -> std::io::Result<Self> {
        let (send, ticks) = watch::channel(0);
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let tick = move || {
            placement::bind_beside_servers();
            let start = Instant::now();
            for number in 1_u32.. {
                let due = start + period * number;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if end.load(Ordering::Relaxed) || send.send(u64::from(number)).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("metronome".to_owned()).spawn(tick)?;
        Ok(Self { ticks, ended })
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
