//! Where in a table that grows a session belongs.
//!
//! A session's home is its short id, scaled to the number of lines: the table is in the order of the short ids. It grows
//! by a thirty-second at a time, from its end to its beginning: sessions from the *frontier* on are at home in the larger number
//! of lines, those before it still in the smaller. That is linear hashing (W. Litwin, VLDB 1980) with an order-preserving
//! scale in place of a modulus. So memory follows the population, and each step moves a few sessions, and those alone.

use std::ops::Range;

use super::line::ShortId;

/// One more than the largest short id.
const ALL: u64 = 1 << 32;

/// Lines whose sessions one step moves.
pub(super) const STEP: u64 = 256;

/// The number of lines above, and the frontier, from 0 to [`ALL`], in the low 33 bits: readers need both of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape(u64);

const FRONTIER_BITS: u32 = 33;

/// A step from one shape to the next: which short ids are at home elsewhere from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: Shape,
    pub(super) to: Shape,
    pub(super) moved: Range<u64>,
}

impl Step {
    /// The lines where those who move are at home in a shape.
    pub(super) const fn homes(&self, shape: Shape) -> Range<usize> {
        let (first, last) = (ShortId(self.moved.start as u32), ShortId((self.moved.end - 1) as u32));
        shape.home(first)..shape.home(last) + 1
    }
}

impl Shape {
    /// A table of this number of lines, at least 32 and less than 2^30.
    pub(super) const fn of(lines: u64) -> Self {
        Self::new(lines, ALL)
    }

    const fn new(lines: u64, frontier: u64) -> Self {
        // Who has passed the frontier everywhere is a table of the next size.
        if frontier == 0 { Self::new(larger(lines), ALL) } else { Self(lines << FRONTIER_BITS | frontier) }
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    /// Lines, of which the sessions before the frontier are scaled to.
    const fn lines(self) -> u64 {
        self.0 >> FRONTIER_BITS
    }

    const fn frontier(self) -> u64 {
        self.0 & ((1 << FRONTIER_BITS) - 1)
    }

    /// The line at which a session of that name is looked for first. A larger name has no smaller home.
    #[inline]
    pub(super) const fn home(self, short: ShortId) -> usize {
        let lines = self.lines();
        let short = short.0 as u64;
        let scale = if short < self.frontier() { lines } else { larger(lines) };
        ((short * scale) >> 32) as usize
    }

    /// The line after which all homes are.
    pub(super) const fn end(self) -> usize {
        (if self.frontier() == ALL { self.lines() } else { larger(self.lines()) }) as usize
    }

    /// How many lines' worth of homes there are.
    pub(super) const fn capacity(self) -> usize {
        let lines = self.lines();
        (lines + (((larger(lines) - lines) * (ALL - self.frontier())) >> 32)) as usize
    }

    /// The next step of growing. `None` at the largest number of lines that a shape can tell.
    pub(super) fn step_up(self) -> Option<Step> {
        let (lines, frontier) = (self.lines(), self.frontier());
        let before = frontier.saturating_sub(stride(lines));
        let fits = larger(larger(lines)) < 1 << 30;
        fits.then(|| Step { from: self, to: Self::new(lines, before), moved: before..frontier })
    }

    /// The next step of shrinking, down to this number of lines.
    pub(super) fn step_down(self, least: u64) -> Option<Step> {
        let (lines, frontier) =
            if self.frontier() == ALL { (smaller(self.lines()), 0) } else { (self.lines(), self.frontier()) };
        let after = (frontier + stride(lines)).min(ALL);
        (lines >= least).then(|| Step { from: self, to: Self::new(lines, after), moved: frontier..after })
    }
}

/// Short ids whose homes are in one step's lines.
const fn stride(lines: u64) -> u64 {
    let stride = (STEP << 32) / lines;
    if stride > ALL { ALL } else { stride }
}

const fn larger(lines: u64) -> u64 {
    lines + lines / 32
}

/// The number that [`larger`] makes this one of.
const fn smaller(lines: u64) -> u64 {
    let mut smaller = lines * 32 / 33;
    while larger(smaller) < lines {
        smaller += 1;
    }
    smaller
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALLEST: u64 = 2_048;

    /// A shape after this number of steps of growing.
    fn grown(steps: usize) -> Shape {
        let shape = Shape::of(SMALLEST);
        (0..steps).fold(shape, |shape, _| shape.step_up().expect("far from the largest").to)
    }

    #[test]
    fn growing_and_shrinking_pass_through_the_same_shapes() {
        let up: Vec<Step> = std::iter::successors(Shape::of(SMALLEST).step_up(), |step| step.to.step_up())
            .take_while(|step| step.to.capacity() < 100_000)
            .collect();
        assert!(up.is_sorted_by_key(|step| step.to.capacity()), "each step adds room");
        let whole: Vec<Shape> =
            up.iter().map(|step| step.to).filter(|shape| shape.frontier() == ALL).collect();
        let last = *whole.last().expect("many sizes are passed");
        let down: Vec<Shape> =
            std::iter::successors(last.step_down(SMALLEST), |step| step.to.step_down(SMALLEST))
                .map(|step| step.to)
                .filter(|shape| shape.frontier() == ALL)
                .collect();
        assert_eq!(down.last(), Some(&Shape::of(SMALLEST)), "it ends where it began");
        assert_eq!(down[..down.len() - 1], whole.iter().rev().skip(1).copied().collect::<Vec<_>>());
    }

    #[test]
    fn a_table_ends_below_its_limit() {
        let sizes = std::iter::successors(Some(Shape::of(SMALLEST)), |shape| {
            // By whole sizes, since single steps to the end are millions.
            let next = Shape::of(larger(shape.lines()));
            next.step_up().map(|_| next)
        });
        let last = sizes.last().expect("the first is one");
        assert!(last.end() > 900_000_000 && last.end() < 1 << 30);
        assert_eq!(last.home(ShortId(u32::MAX)), last.end() - 1);
    }

    proptest! {
        #[test]
        fn homes_are_in_the_order_of_names(steps in 0..600_usize, one: u32, other: u32) {
            let shape = grown(steps);
            let (low, high) = (one.min(other), one.max(other));
            prop_assert!(shape.home(ShortId(low)) <= shape.home(ShortId(high)));
            prop_assert!(shape.home(ShortId(high)) < shape.end());
        }

        #[test]
        fn a_step_moves_only_what_it_says(steps in 0..600_usize, short: u32, down: bool) {
            let shape = grown(steps);
            let step = if down { shape.step_down(SMALLEST) } else { shape.step_up() };
            if let Some(Step { from, to, moved }) = step {
                let (before, after) = (from.home(ShortId(short)), to.home(ShortId(short)));
                if moved.contains(&short.into()) {
                    let right_way = if down { after <= before } else { before <= after };
                    prop_assert!(right_way, "{before} to {after}");
                } else {
                    prop_assert_eq!(before, after);
                }
            }
        }
    }
}
