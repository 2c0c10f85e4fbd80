//! What writers do to lines under the locks of their blocks.

use std::{collections::VecDeque, ops::Range};

use authoriser::UserId;

use super::{
    blocks::{BLOCK, Held},
    line::{self, IdWords, Line, Session, ShortId, Words},
    lines::Lines,
    shape::{Shape, Step},
};

/// Lines under the locks of their blocks. It takes those of the following blocks as it comes to them.
pub(super) struct Writer<'a> {
    lines: &'a Lines,
    held: Held<'a>,
}

/// Why a session was not put into the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotPut {
    Taken,
    Full,
}

/// What a step does to the lines.
struct Moves {
    /// These lines are vacated first.
    vacated: Range<usize>,
    /// Then these are written, vacant or not.
    written: Vec<(usize, Words)>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(lines: &'a Lines, held: Held<'a>) -> Self {
        Self { lines, held }
    }

    /// A line whose block is then held. `None` behind the last line.
    fn line(&mut self, at: usize) -> Option<&'a Line> {
        let line = self.lines.get(at)?;
        self.held.reach(at / BLOCK).then_some(line)
    }

    /// The home of a session in a line that is held. While it is, nobody moves that home elsewhere.
    fn home(&self, line: &Line) -> usize {
        self.lines.shape().home(line::short(line))
    }

    /// The first line from here on whose session has that short id or a larger one, or which is vacant.
    fn first_from(&mut self, mut at: usize, short: ShortId) -> Option<usize> {
        loop {
            let line = self.line(at)?;
            if !line::in_use(line) || line::short(line).0 >= short.0 {
                return Some(at);
            }
            at += 1;
        }
    }

    pub(super) fn next_vacant(&mut self, mut at: usize) -> Option<usize> {
        while line::in_use(self.line(at)?) {
            at += 1;
        }
        Some(at)
    }

    /// The lines of that short id, in a row, and of whose home this writer holds the lock.
    fn row(&mut self, short: ShortId) -> impl Iterator<Item = usize> {
        let mut at = self.first_from(self.lines.shape().home(short), short);
        std::iter::from_fn(move || {
            let here = at?;
            let line = self.line(here).filter(|line| line::in_use(line) && line::short(line) == short);
            at = line.map(|_| here + 1);
            line.map(|_| here)
        })
    }

    /// Where the session of that id is.
    pub(super) fn find(&mut self, id: &IdWords) -> Option<usize> {
        let lines = self.lines;
        self.row(ShortId::of(id)).find(|at| line::has_id(&lines[*at], id))
    }

    /// Where a user's sessions of that name are: one, or none, or more once in 2^32 times.
    pub(super) fn named(&mut self, short: ShortId, user: UserId) -> impl Iterator<Item = usize> {
        let lines = self.lines;
        self.row(short).filter(move |at| line::is_of(&lines[*at], short, user))
    }

    /// Puts a session into its place, and moves those that follow up. Should the user have a session of the same short id
    /// here, the new one gets its links: they are one link of the chain. Tells whether that is so.
    pub(super) fn put(&mut self, session: &Session) -> Result<bool, NotPut> {
        let (short, lines) = (ShortId::of(&session.id), self.lines);
        let (mut place, mut twin) = (self.lines.shape().home(short), None);
        loop {
            let line = self.line(place).ok_or(NotPut::Full)?;
            if !line::in_use(line) || line::short(line).0 > short.0 {
                break;
            }
            if line::has_id(line, &session.id) {
                return Err(NotPut::Taken);
            }
            if line::is_of(line, short, session.record.user) {
                twin = Some(line::links(line));
            }
            place += 1;
        }
        let vacant = self.next_vacant(place).ok_or(NotPut::Full)?;
        let session = Session { links: twin.unwrap_or(session.links), ..*session };
        self.held.change(|| {
            for at in (place..vacant).rev() {
                line::copy(&lines[at], &lines[at + 1]);
            }
            session.write(&lines[place]);
        });
        Ok(twin.is_some())
    }

    /// Empties a line, and moves those that follow back, as far as they are not at home.
    pub(super) fn take(&mut self, place: usize) {
        let lines = self.lines;
        let mut end = place + 1;
        while self.line(end).is_some_and(|line| line::in_use(line) && self.home(line) != end) {
            end += 1;
        }
        self.held.change(|| {
            for at in place + 1..end {
                line::copy(&lines[at], &lines[at - 1]);
            }
            line::clear(&lines[end - 1]);
        });
    }

    /// Moves those whose home a step changes, and makes the new shape known. `false` if it would take a lock out of its
    /// turn; then nothing has happened.
    pub(super) fn reshape(&mut self, step: &Step) -> bool {
        let Some(Moves { vacated, written }) = self.plan(step) else { return false };
        let lines = self.lines;
        self.held.change(|| {
            lines[vacated].iter().for_each(line::clear);
            written.iter().for_each(|(at, words)| line::set_words(&lines[*at], words));
            self.lines.publish(step.to);
        });
        true
    }

    /// Works out who goes where, while readers still read. When growing, sessions go up and their old lines come first;
    /// when shrinking, their new ones do.
    fn plan(&mut self, step: &Step) -> Option<Moves> {
        let (old, new) = (step.homes(step.from), step.homes(step.to));
        if new.start < old.start {
            // And one block more, into which some may be pushed.
            self.reach(new.start..new.end + BLOCK)?;
        }
        self.reach(old.clone())?;
        let vacated = self.run(step, &old)?;
        if new.start >= old.start {
            self.reach(new)?;
        }
        let leaving = self.lines[vacated.clone()].iter().filter(|line| line::in_use(line));
        let mut waiting: VecDeque<Words> = leaving.map(line::words).collect();
        let (mut written, mut next) = (Vec::with_capacity(waiting.len()), 0);
        while let Some(words) = waiting.pop_front() {
            let at = self.room(&vacated, short_of(&words), step.to, next)?;
            let line = self.line(at)?;
            if line::in_use(line) && !vacated.contains(&at) {
                // Larger than all who wait, and not in their order before.
                waiting.push_back(line::words(line));
            }
            written.push((at, words));
            next = at + 1;
        }
        Some(Moves { vacated, written })
    }

    /// Takes the locks of all blocks with these lines.
    fn reach(&mut self, lines: Range<usize>) -> Option<()> {
        let last = lines.end.min(self.lines.len() - 1) / BLOCK;
        (lines.start / BLOCK..=last).all(|block| self.held.reach(block)).then_some(())
    }

    /// The lines of those who move, and of those who follow without a gap and are not at home: they may move back.
    fn run(&mut self, step: &Step, homes: &Range<usize>) -> Option<Range<usize>> {
        let first = ShortId(u32::try_from(step.moved.start).ok()?);
        let start = self.first_from(homes.start, first)?;
        let mut end = start.max(homes.end);
        loop {
            let line = self.line(end)?;
            let moves = step.moved.contains(&line::short(line).0.into());
            // The shape is still the old one.
            if !line::in_use(line) || (!moves && self.home(line) == end) {
                return Some(start..end);
            }
            end += 1;
        }
    }

    /// The line for a session of that name: at its home or behind, and behind everybody who is before it.
    fn room(&mut self, vacated: &Range<usize>, short: ShortId, shape: Shape, next: usize) -> Option<usize> {
        let mut at = shape.home(short).max(next);
        loop {
            let line = self.line(at)?;
            if vacated.contains(&at) || !line::in_use(line) || line::short(line).0 > short.0 {
                return Some(at);
            }
            at += 1;
        }
    }
}

fn short_of(words: &Words) -> ShortId {
    ShortId(words[0] as u32)
}
