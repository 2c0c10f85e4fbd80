//! How far a run is: a bar with the remaining time on a terminal, plain lines elsewhere. On the error output, so that
//! what is printed for machines stays clean.

use std::{
    collections::BTreeMap,
    io::Write,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of one run: rounds of several kinds, which take unlike times. A question's rounds are one kind.
pub(crate) struct Progress<Kind> {
    bar: Option<ProgressBar>,
    todo: Vec<Kind>,
    done: usize,
    begun: Instant,
    spent: BTreeMap<Kind, (Duration, u32)>,
}

impl<Kind: Copy + Ord> Progress<Kind> {
    /// Of a run of these rounds, in this order.
    pub(crate) fn new(todo: Vec<Kind>) -> Self {
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} rounds  {msg}");
        let bar = ProgressBar::with_draw_target(Some(todo.len() as u64), ProgressDrawTarget::stderr())
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        // Hidden where no terminal reads it, or one that cannot move its cursor (TERM=dumb).
        let bar = (!bar.is_hidden()).then_some(bar);
        Self { bar, todo, done: 0, begun: Instant::now(), spent: BTreeMap::new() }
    }

    /// A round begins.
    pub(crate) fn begin(&mut self, round: &str) {
        self.begun = Instant::now();
        let left = self.left();
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{round}{left}"));
            bar.tick();
        }
    }

    /// It ended.
    pub(crate) fn end(&mut self, round: &str) {
        if let Some(kind) = self.todo.get(self.done) {
            let (time, rounds) = self.spent.entry(*kind).or_default();
            *time += self.begun.elapsed();
            *rounds += 1;
        }
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => self.say(&format!("{}/{} {round}{}", self.done, self.todo.len(), self.left())),
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

    /// Nothing to be told until each kind has had a round: before that, any guess is far off.
    fn left(&self) -> String {
        let mean = |kind: &Kind| self.spent.get(kind).map(|(time, rounds)| *time / *rounds);
        let rest = &self.todo[self.done.min(self.todo.len())..];
        match rest.iter().map(mean).sum::<Option<Duration>>() {
            Some(left) if !rest.is_empty() => format!(", about {} s left", left.as_secs() + 1),
            _ => String::new(),
        }
    }
}
