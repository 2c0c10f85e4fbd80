//! The lines of the table and its shape: what readers and writers share.

use std::{
    ops::Deref,
    sync::atomic::{
        AtomicU64,
        Ordering::{Acquire, Release},
    },
};

use super::{line::Line, reserved::Reserved, shape::Shape};

/// All lines, in use or not, and the shape that says where a session's home is among them.
#[derive(Debug)]
pub(super) struct Lines {
    lines: Reserved<Line>,
    shape: AtomicU64,
}

impl Lines {
    pub(super) const fn new(lines: Reserved<Line>, shape: Shape) -> Self {
        Self { lines, shape: AtomicU64::new(shape.bits()) }
    }

    #[inline]
    pub(super) fn shape(&self) -> Shape {
        Shape::from_bits(self.shape.load(Acquire))
    }

    /// Makes it known to readers. Only for who holds the blocks of all that move, within the change.
    pub(super) fn publish(&self, shape: Shape) {
        self.shape.store(shape.bits(), Release);
    }

    /// See [`Reserved::advise_huge_pages`].
    pub(super) fn advise_huge_pages(&self, from: usize) {
        self.lines.advise_huge_pages(from);
    }

    /// See [`Reserved::give_back`].
    pub(super) fn give_back(&self, from: usize) {
        self.lines.give_back(from);
    }
}

impl Deref for Lines {
    type Target = [Line];

    #[inline]
    fn deref(&self) -> &[Line] {
        &self.lines
    }
}
