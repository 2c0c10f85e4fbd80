//! How far a load is: a line that is written over on a terminal, a line for each rate elsewhere.

use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar: (!bar.is_hidden()).then_some(bar) }
    }

    /// What is being done now.
    pub(super) fn show(&self, now: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(now());
            bar.tick();
        }
    }

    /// Something is done.
    pub(super) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => drop(writeln!(std::io::stderr().lock(), "{line}")),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
