//! How far a run is: a bar with the remaining time on a terminal, plain lines elsewhere. On the error output, so that
//! what is printed for machines stays clean.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of one run.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    done: u64,
    total: u64,
}

impl Progress {
    /// Of a run of so many steps.
    pub(crate) fn new(total: u64) -> Self {
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} rounds, {eta} left  {msg}");
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        // Hidden where no terminal reads it, or one that cannot move its cursor (TERM=dumb).
        let bar = (!bar.is_hidden()).then_some(bar);
        Self { bar, started: Instant::now(), done: 0, total }
    }

    /// A step begins.
    pub(crate) fn begin(&self, step: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(step.to_owned());
            bar.tick();
        }
    }

    /// A step ended.
    pub(crate) fn end(&mut self, step: &str) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else {
            let left =
                self.left().map(|left| format!(", about {} s left", left.as_secs())).unwrap_or_default();
            self.say(&format!("{}/{} {step}{left}", self.done, self.total));
        }
    }

    /// Something that the user should see now.
    pub(crate) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            // Nobody reading the error output is no reason to stop a run.
            None => drop(writeln!(std::io::stderr().lock(), "{line}")),
        }
    }

    /// All is done, or stopped.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn left(&self) -> Option<Duration> {
        let todo = self.total.checked_sub(self.done).filter(|todo| *todo > 0)?;
        let each = self.started.elapsed() / u32::try_from(self.done).ok()?.max(1);
        Some(each * u32::try_from(todo).ok()?)
    }
}
