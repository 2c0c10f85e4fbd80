//! HMAC-SHA256 of several messages at once: one in each lane of wide registers, or two interleaved.
//!
//! A single SHA-256 waits for itself, as each round needs the one before; messages side by side do not wait for each
//! other. Lanes go in step, block by block. One whose message has ended stands still, and when few are left they are
//! finished one at a time, so that one long message among short ones costs no more than it does alone.

mod lane;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "vector instructions: a usual token's code takes x0.59 of the time among sixteen, x0.63 in a pair"
)]
mod x86;
#[cfg(not(target_arch = "x86_64"))]
mod x86 {
    //! No kernels for this processor: messages are hashed one at a time.

    pub(super) fn pair() -> Option<super::lane::Kernel<2>> {
        None
    }

    pub(super) fn sixteen() -> Option<super::lane::Kernel<16>> {
        None
    }
}

use sha2::{Digest, Sha256, block_api::compress256};

use self::lane::{BLOCK, Kernel, Lane, State};
use super::hmac_key::MOST_TOGETHER;

/// SHA-256's initial state (FIPS 180-4, section 5.3.3).
const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A key as two states: what the block that HMAC makes of it on either side leaves (RFC 2104, section 4).
#[derive(Clone)]
pub(super) struct HmacLanes {
    inner: State,
    outer: State,
}

impl HmacLanes {
    /// From this number of messages on, sixteen lanes are faster than pairs although some stay idle: a step of theirs takes as
    /// long however many are at work.
    const WORTH_SIXTEEN: usize = 14;

    pub(super) fn new(secret: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if secret.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(secret));
        } else {
            block[..secret.len()].copy_from_slice(secret);
        }
        let keyed = |pad: u8| {
            let mut state = INITIAL;
            compress256(&mut state, &[block.map(|byte| byte ^ pad)]);
            state
        };
        Self { inner: keyed(0x36), outer: keyed(0x5c) }
    }

    /// The codes of as many messages, at most [`MOST_TOGETHER`], each in the place of its message.
    pub(super) fn macs(&self, messages: &[&[u8]], codes: &mut [[u8; 32]]) {
        debug_assert!(messages.len() <= MOST_TOGETHER && messages.len() == codes.len());
        match x86::sixteen() {
            Some(kernel) if messages.len() >= Self::WORTH_SIXTEEN => {
                self.macs_in_lanes(Some(kernel), messages, codes);
            }
            _ => {
                for (messages, codes) in messages.chunks(2).zip(codes.chunks_mut(2)) {
                    self.macs_in_lanes(x86::pair(), messages, codes);
                }
            }
        }
    }

    fn macs_in_lanes<const N: usize>(
        &self,
        kernel: Option<Kernel<N>>,
        messages: &[&[u8]],
        codes: &mut [[u8; 32]],
    ) {
        let mut lanes = [const { Lane::IDLE }; N];
        for (lane, message) in lanes.iter_mut().zip(messages) {
            lane.take(message);
        }
        let inner = digests(kernel, &self.inner, &lanes);
        let mut lanes = [const { Lane::IDLE }; N];
        for (lane, digest) in lanes.iter_mut().zip(&inner[..messages.len()]) {
            lane.take(digest);
        }
        let outer = digests(kernel, &self.outer, &lanes);
        codes.copy_from_slice(&outer[..messages.len()]);
    }
}

/// Digests of messages that each follow one block with this state.
#[inline]
fn digests<const N: usize>(kernel: Option<Kernel<N>>, start: &State, lanes: &[Lane<'_>; N]) -> [[u8; 32]; N] {
    let mut states = [*start; N];
    let mut together = 0;
    if let Some(kernel) = kernel {
        let mut lengths = lanes.each_ref().map(|lane| lane.blocks);
        lengths.sort_unstable();
        // As long as this many lanes have blocks: both of two, a third of sixteen.
        together = lengths[N - N.div_ceil(3).max(2)];
        kernel(&mut states, lanes, 0..together);
    }
    for (lane, state) in lanes.iter().zip(&mut states) {
        lane.finish(state, together);
    }
    states.map(to_bytes)
}

fn to_bytes(state: State) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (four, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *four = word.to_be_bytes();
    }
    bytes
}
