//! The statuses of many tokens, a bit each, and how they are packed.

use std::{
    collections::HashSet,
    fmt,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering, fence},
    },
};

use jwt::StatusIndex;
use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib_with_limit};

/// Tokens in a list: 128 KiB of bits.
pub(crate) const LIST_LENGTH: u32 = 1 << 20;
pub(crate) const LIST_BYTES: usize = LIST_LENGTH as usize / 8;

/// Lists that are known at a time: what is issued in an hour at 18 000 logins a second. Of more, those with the lowest numbers are
/// forgotten.
const LISTS: usize = 64;

/// What the draft recommends, the most (section 4.1).
const COMPRESSION: u8 = 9;

/// Why a list that its issuer has signed is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ListError {
    /// Cut off, or not in the ZLIB format (RFC 1950).
    #[error("the list is cut off, or is no ZLIB stream")]
    Compression,
    /// It would be longer than any list is: it was not unpacked to its end.
    #[error("the list is longer than a list may be")]
    TooLong,
    /// Every token of the list has to be in it.
    #[error("the list is too short")]
    TooShort,
}

/// Packs a list; missing bytes are zeros.
pub(crate) fn pack(mut bits: Vec<u8>) -> Vec<u8> {
    bits.resize(LIST_BYTES, 0);
    compress_to_vec_zlib(&bits, COMPRESSION)
}

/// Unpacks a list, and never more than one.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>, ListError> {
    let bits = decompress_to_vec_zlib_with_limit(packed, LIST_BYTES).map_err(|error| match error.status {
        miniz_oxide::inflate::TINFLStatus::HasMoreOutput => ListError::TooLong,
        _ => ListError::Compression,
    })?;
    if bits.len() == LIST_BYTES { Ok(bits) } else { Err(ListError::TooShort) }
}

/// What is known of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Valid,
    Revoked,
    /// Its list is not known here, or not any more.
    UnknownList,
    /// No list is as long as that.
    Outside,
}

/// The lists that are known. Whoever looks takes no lock: a bit is only ever set, and a list's place is given to another when
/// its tokens have expired long ago.
pub(crate) struct Statuses {
    places: Box<[Place]>,
    /// Held by who takes a list over, and by who notes a revocation. What was revoked in lists that are not known yet: it is noted when
    /// they are taken over.
    adopting: Mutex<HashSet<StatusIndex>>,
}

#[derive(Default)]
struct Place {
    /// The number of the list and one, or zero.
    list: AtomicU64,
    /// Made when there is a list.
    words: OnceLock<Box<[AtomicU64]>>,
}

impl Statuses {
    pub(crate) fn new() -> Self {
        Self { places: (0..LISTS).map(|_| Place::default()).collect(), adopting: Mutex::default() }
    }

    #[inline]
    pub(crate) fn of(&self, StatusIndex { list, index }: StatusIndex) -> Status {
        if index >= LIST_LENGTH {
            return Status::Outside;
        }
        let Some(word) = self.words(list).and_then(|words| words.get(index as usize / 64)) else {
            return Status::UnknownList;
        };
        let is_revoked = word.load(Ordering::Acquire) >> (index % 64) & 1 == 1;
        // Its place may have been given to a later list in between, whose bit this then is.
        if !self.is_in_place(list) {
            return Status::UnknownList;
        }
        if is_revoked { Status::Revoked } else { Status::Valid }
    }

    /// Notes that a token is revoked, now or when its list is taken over. Where a later list has the place of its list, there is nothing
    /// to note: the token expired long ago.
    pub(crate) fn revoke(&self, status: StatusIndex) {
        let StatusIndex { list, index } = status;
        // Held while the bit is set: otherwise the place could be given to a later list meanwhile.
        let mut pending = self.adopting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(words) = self.words(list) {
            note(words, index);
        } else if self.place(list).list.load(Ordering::Acquire) <= u64::from(list) {
            pending.insert(status);
        }
    }

    pub(crate) fn knows(&self, list: u32) -> bool {
        self.words(list).is_some()
    }

    /// Takes a list over: what was known to be revoked stays so, whatever the list says, for nothing is ever un-revoked. A list whose
    /// place a later one has is not wanted any more.
    pub(crate) fn adopt(&self, list: u32, bits: &[u8]) {
        let mut pending = self.adopting.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.place(list);
        let words = place.words.get_or_init(|| (0..LIST_BYTES / 8).map(|_| AtomicU64::new(0)).collect());
        let known = place.list.load(Ordering::Acquire);
        if known > u64::from(list) + 1 {
            return;
        }
        let is_new = known <= u64::from(list);
        if is_new {
            place.list.store(0, Ordering::Relaxed);
            // Whoever reads a bit of this list then sees that the earlier one is gone.
            fence(Ordering::Release);
        }
        for (word, bytes) in words.iter().zip(bits.as_chunks().0) {
            let bits = u64::from_le_bytes(*bytes);
            if is_new {
                word.store(bits, Ordering::Relaxed);
            } else if bits != 0 {
                word.fetch_or(bits, Ordering::Relaxed);
            }
        }
        pending.retain(|status| {
            if status.list == list {
                note(words, status.index);
            }
            // Earlier lists of this place are not wanted any more.
            status.list > list || status.list as usize % LISTS != list as usize % LISTS
        });
        place.list.store(u64::from(list) + 1, Ordering::Release);
    }

    fn place(&self, list: u32) -> &Place {
        &self.places[list as usize % LISTS]
    }

    #[inline]
    fn words(&self, list: u32) -> Option<&[AtomicU64]> {
        let is_here = self.is_in_place(list);
        self.place(list).words.get().filter(|_| is_here).map(|words| &**words)
    }

    #[inline]
    fn is_in_place(&self, list: u32) -> bool {
        self.place(list).list.load(Ordering::Acquire) == u64::from(list) + 1
    }
}

/// Sets the bit of a token. There is none for a token outside of every list.
fn note(words: &[AtomicU64], index: u32) {
    if let Some(word) = words.get(index as usize / 64) {
        word.fetch_or(1 << (index % 64), Ordering::Relaxed);
    }
}

impl fmt::Debug for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.places.iter().filter(|place| place.list.load(Ordering::Relaxed) > 0).count();
        f.debug_struct("Statuses").field("lists", &known).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    fn at(list: u32, index: u32) -> StatusIndex {
        StatusIndex { list, index }
    }

    #[test]
    fn bits_count_from_the_least_significant_of_the_first_byte() {
        // The example of the draft, section 4.1: 1001 1101 1100 0101 is 0xB9, 0xA3.
        let example = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        let statuses = Statuses::new();
        let packed = pack(vec![0xb9, 0xa3]);
        statuses.adopt(7, &unpack(&packed).unwrap());
        for (index, bit) in (0..).zip(example) {
            let expected = if bit == 1 { Status::Revoked } else { Status::Valid };
            assert_eq!(statuses.of(at(7, index)), expected, "{index}");
        }
        assert_eq!(statuses.of(at(7, LIST_LENGTH - 1)), Status::Valid);
        assert_eq!(statuses.of(at(7, LIST_LENGTH)), Status::Outside);
        assert_eq!(statuses.of(at(7, u32::MAX)), Status::Outside);
        assert_eq!(statuses.of(at(8, 0)), Status::UnknownList);
    }

    #[test]
    fn what_is_revoked_stays_so_and_places_are_given_to_later_lists() {
        let statuses = Statuses::new();
        statuses.revoke(at(7, 3));
        assert_eq!(statuses.of(at(7, 3)), Status::UnknownList, "nothing is known of its list");
        statuses.adopt(8, &[0; LIST_BYTES]);
        statuses.adopt(7, &[0; LIST_BYTES]);
        assert_eq!(statuses.of(at(7, 3)), Status::Revoked, "before its list was taken over");
        statuses.revoke(at(7, 4));
        assert_eq!(statuses.of(at(7, 4)), Status::Revoked);
        statuses.adopt(7, &[0; LIST_BYTES]);
        assert_eq!(statuses.of(at(7, 3)), Status::Revoked, "an older list changes nothing");
        let later = 7 + LISTS as u32;
        statuses.revoke(at(later, 5));
        statuses.adopt(later, &[0; LIST_BYTES]);
        assert_eq!((statuses.of(at(later, 3)), statuses.of(at(7, 3))), (Status::Valid, Status::UnknownList));
        assert_eq!(statuses.of(at(later, 5)), Status::Revoked, "before its list was taken over");
        statuses.revoke(at(7, 3));
        assert_eq!(
            statuses.adopting.lock().unwrap().len(),
            0,
            "nothing is kept for a list that is not wanted"
        );
        statuses.adopt(7, &[0xff; LIST_BYTES]);
        assert_eq!((statuses.of(at(later, 3)), statuses.knows(7)), (Status::Valid, false));
        statuses.adopt(u32::MAX, &[0xff; LIST_BYTES]);
        assert_eq!(statuses.of(at(u32::MAX, 0)), Status::Revoked);
    }

    #[test]
    fn what_is_revoked_while_its_list_is_taken_over_stays_so() {
        for _ in 0..20 {
            let statuses = Statuses::new();
            std::thread::scope(|threads| {
                threads.spawn(|| statuses.adopt(7, &[0; LIST_BYTES]));
                for index in 0..2_000 {
                    statuses.revoke(at(7, index * 500));
                }
            });
            assert!((0..2_000).all(|index| statuses.of(at(7, index * 500)) == Status::Revoked));
        }
    }

    #[test]
    fn a_list_whose_place_is_given_to_another_while_a_token_is_looked_up_is_unknown() {
        let (statuses, wanted) = (Statuses::new(), AtomicU32::new(7));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                // Of each two lists in that place all tokens of the first are valid, and all of the second revoked.
                for list in (7..7 + 2_000 * LISTS as u32).step_by(2 * LISTS) {
                    statuses.adopt(list, &[0; 64]);
                    wanted.store(list, Ordering::SeqCst);
                    statuses.adopt(list + LISTS as u32, &[0xff; 64]);
                }
                wanted.store(0, Ordering::SeqCst);
            });
            loop {
                match wanted.load(Ordering::SeqCst) {
                    0 => break,
                    list => assert_ne!(statuses.of(at(list, 500)), Status::Revoked, "of list {list}"),
                }
            }
        });
    }

    #[test]
    fn what_is_cut_off_too_long_or_too_short_is_no_list() {
        let packed = pack(vec![0xa5; LIST_BYTES]);
        assert_eq!(unpack(&packed), Ok(vec![0xa5; LIST_BYTES]));
        for length in [0, 1, 2, packed.len() / 2, packed.len() - 1] {
            assert_eq!(unpack(&packed[..length]), Err(ListError::Compression), "{length} bytes");
        }
        assert_eq!(unpack(b"nonsense"), Err(ListError::Compression));
        let mut damaged = packed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(unpack(&damaged), Err(ListError::Compression), "the checksum");
        assert_eq!(unpack(&compress_to_vec_zlib(&[0; 10], 9)), Err(ListError::TooShort));
        assert_eq!(unpack(&compress_to_vec_zlib(&[0; LIST_BYTES + 1], 9)), Err(ListError::TooLong));
        // A hundred megabytes of zeros, a thousand times as much as it is packed.
        let bomb = compress_to_vec_zlib(&vec![0; 100_000_000], 9);
        assert!(bomb.len() < 200_000);
        assert_eq!(unpack(&bomb), Err(ListError::TooLong));
    }
}
