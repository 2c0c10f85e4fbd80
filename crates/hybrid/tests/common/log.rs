//! What is logged, kept to be looked at.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{Subscriber, subscriber};

/// What was logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Of all threads of the process, from now on. Once in a process.
    pub(crate) fn of_all_threads() -> Self {
        let log = Self::default();
        subscriber::set_global_default(log.subscriber()).unwrap();
        log
    }

    /// Of this thread, for as long as the other value lives.
    pub(crate) fn of_this_thread() -> (Self, impl Drop) {
        let log = Self::default();
        let subscribed = subscriber::set_default(log.subscriber());
        (log, subscribed)
    }

    fn subscriber(&self) -> impl Subscriber + Send + Sync + 'static {
        let writer = self.clone();
        tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// How many events of the store under this prefix say so. Other tests log at the same time.
    pub(crate) fn count(&self, prefix: &str, what: &str) -> usize {
        let store = format!("prefix: {prefix:?}");
        self.text().lines().filter(|line| line.contains(&store) && line.contains(what)).count()
    }

    /// The text, which then begins anew.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
