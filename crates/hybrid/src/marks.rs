//! What is certainly not in a table.

/// Bits that are set for each key of a table: three of one word. A key of which one is not set is not in the table. Whoever
/// looks has then read from 2 to 4 bytes an entry and not from the table's 50, so that a million entries fit into a cache.
///
/// It is a Bloom filter whose places lie in one word (Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters",
/// 2007): with at most [`Marks::EACH`] keys a word, about one in a hundred seems to be there and is not.
#[derive(Default)]
pub(crate) struct Marks {
    /// None, or a power of two.
    words: Vec<u64>,
}

impl Marks {
    /// Keys that a word has at most, on average.
    const EACH: usize = 4;

    /// Marks of these keys, by 56 random bits of each, with room for as many more.
    pub(crate) fn of(keys: impl ExactSizeIterator<Item = u64>) -> Self {
        let words = (keys.len() * 2).div_ceil(Self::EACH).next_power_of_two();
        let mut marks = Self { words: vec![0; words] };
        keys.for_each(|key| marks.set(key));
        marks
    }

    /// Whether that number of keys needs more words.
    pub(crate) const fn is_full(&self, keys: usize) -> bool {
        keys > self.words.len() * Self::EACH
    }

    /// Marks a key. There are words.
    pub(crate) fn set(&mut self, key: u64) {
        let (word, bits) = (self.word(key), Self::bits(key));
        if let Some(word) = self.words.get_mut(word) {
            *word |= bits;
        }
    }

    /// Whether a key is perhaps in the table. `false` is certain.
    #[inline]
    pub(crate) fn may_have(&self, key: u64) -> bool {
        let bits = Self::bits(key);
        self.words.get(self.word(key)).is_some_and(|word| word & bits == bits)
    }

    #[inline]
    const fn word(&self, key: u64) -> usize {
        (key >> 18) as usize & (self.words.len().wrapping_sub(1))
    }

    #[inline]
    const fn bits(key: u64) -> u64 {
        (1 << (key & 63)) | (1 << ((key >> 6) & 63)) | (1 << ((key >> 12) & 63))
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn what_is_marked_is_found_and_few_others_are() {
        let mut rng = StdRng::seed_from_u64(1);
        let keys: Vec<u64> = (0..40_000).map(|_| rng.random()).collect();
        let mut marks = Marks::of(keys[..20_000].iter().copied());
        assert!(!marks.is_full(40_000));
        keys[20_000..].iter().for_each(|key| marks.set(*key));
        assert!(keys.iter().all(|key| marks.may_have(*key)));
        let wrong = (0..100_000).filter(|_| marks.may_have(rng.random())).count();
        assert!((10..2_000).contains(&wrong), "{wrong} of 100 000");
    }

    #[test]
    fn nothing_has_no_marks_and_needs_words_for_the_first_key() {
        let none = Marks::default();
        assert!(!none.may_have(0) && !none.may_have(u64::MAX) && none.is_full(1));
        let mut first = Marks::of([5].into_iter());
        assert!(first.may_have(5) && !first.may_have(7));
        first.set(7);
        assert!(first.may_have(5) && first.may_have(7));
    }
}
