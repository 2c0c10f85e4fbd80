//! One message of several that are hashed at once.

use std::ops::Range;

use sha2::block_api::compress256;

/// The bytes of a block of SHA-256.
pub(super) const BLOCK: usize = 64;

/// What SHA-256 hands on from block to block.
pub(super) type State = [u32; 8];

/// Compresses the blocks of these numbers, of all lanes at once, into the states of lanes that have them.
pub(super) type Kernel<const N: usize> = fn(&mut [State; N], &[Lane<'_>; N], Range<usize>);

/// A message with its padding (FIPS 180-4, section 5.1.1).
pub(super) struct Lane<'m> {
    pub(super) whole: &'m [[u8; BLOCK]],
    /// What is left of the message, a one, zeros and the length: one block of it, or both.
    pub(super) tail: [[u8; BLOCK]; 2],
    /// How many there are, whole ones and those of the tail.
    pub(super) blocks: usize,
}

impl<'m> Lane<'m> {
    /// No message, hence no block.
    pub(super) const IDLE: Self = Self { whole: &[], tail: [[0; BLOCK]; 2], blocks: 0 };

    /// In place: a lane that is returned and moved is read in other portions than it was written in, and waits for that.
    /// So written, a batch takes x0.9 of the time.
    #[inline]
    pub(super) fn take(&mut self, message: &'m [u8]) {
        let (whole, rest) = message.as_chunks();
        let last = usize::from(rest.len() + 1 + 8 > BLOCK);
        self.tail[0][..rest.len()].copy_from_slice(rest);
        self.tail[0][rest.len()] = 0x80;
        // The key's block counts as well.
        let bits = (BLOCK as u64 + message.len() as u64) * 8;
        self.tail[last][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        self.whole = whole;
        self.blocks = whole.len() + last + 1;
    }

    /// A block, or any bytes where there is none.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "for kernels"))]
    #[inline]
    pub(super) fn block(&self, number: usize) -> &[u8; BLOCK] {
        self.whole.get(number).unwrap_or_else(|| &self.tail[usize::from(number > self.whole.len())])
    }

    /// Compresses the blocks from this number on.
    pub(super) fn finish(&self, state: &mut State, from: usize) {
        if from < self.blocks {
            let whole = self.whole.len();
            compress256(state, &self.whole[from.min(whole)..]);
            compress256(state, &self.tail[from.saturating_sub(whole)..self.blocks - whole]);
        }
    }
}
