//! The key of a remembered session: a keyed hash of the id that was presented.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use rand::Rng;
use session::{IdForm, MalformedId};
use siphasher::sip128::SipHasher13;

/// Makes [`Fingerprint`]s under a key that is drawn when this is made and never leaves the process.
///
/// A store is read by others than this process: it holds SHA-256 of an id, from which nobody learns the id. A cache is in the
/// process that ids are presented to. It has to keep apart what strangers make up, and the time of a look-up must not say how
/// close they came. A keyed hash does both. Without the key, a fingerprint says nothing about an id. Who reads the memory of
/// this process has the key, and also the ids that are presented to it.
///
/// The hash is SipHash (Aumasson and Bernstein, 2012) with one round a word, three at the end, and the 128 bits that its authors added
/// later. They promise a pseudorandom function from SipHash-2-4 on. With 1-3, as in the hash tables of Rust, it is an assumption: no attack
/// that beats guessing is known to us, and nobody outside sees a fingerprint. A made-up text has the fingerprint of one of
/// 65 536 remembered sessions with a probability of 2^-112, and each try is a request. The best differential path to a collision in
/// SipHash-1-x that was published in 2014 has 2^-167 (Dobraunig, Mendel and Schläffer).
///
/// It takes 19 ns for an id, SipHash-2-4 takes 31. With SHA-256, and the user's number decoded for each hit, a hit of
/// `session-redis-cached` took x1.75 of `session-memory`; with SipHash-2-4 it takes x1.32, with 1-3 x1.18 (`authorise`, Zen 4).
pub(crate) struct Fingerprints {
    keyed: SipHasher13,
    form: IdForm,
}

/// SipHash-1-3-128 of a presented id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64, u64);

impl Fingerprints {
    /// Of ids of one form, under a new key.
    pub(crate) fn new(form: IdForm) -> Self {
        let mut key = [0; 16];
        rand::rng().fill_bytes(&mut key);
        Self::with_key(form, key)
    }

    fn with_key(form: IdForm, key: [u8; 16]) -> Self {
        Self { keyed: SipHasher13::new_with_key(&key), form }
    }

    /// The fingerprint of what was presented: untrusted, of any length. The length alone is looked at.
    ///
    /// # Errors
    /// [`MalformedId`] for any other length than that of the form.
    #[inline]
    pub(crate) fn of(&self, presented: &[u8]) -> Result<Fingerprint, MalformedId> {
        if presented.len() != self.form.text_len() {
            return Err(MalformedId);
        }
        let hash = self.keyed.hash(presented);
        Ok(Fingerprint(hash.h1, hash.h2))
    }
}

impl Hash for Fingerprint {
    /// Half of it: it is a hash already. Equality compares all.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

impl fmt::Debug for Fingerprints {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fingerprints").field("form", &self.form).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use authoriser::UserId;

    use super::*;

    #[test]
    fn one_text_has_one_fingerprint_and_any_other_has_another() {
        for form in [IdForm::Opaque, IdForm::NamesUser] {
            let (ours, theirs) = (Fingerprints::new(form), Fingerprints::new(form));
            let (credential, _) = form.draw(UserId(7));
            let text = credential.reveal().as_bytes();
            let own = ours.of(text).unwrap();
            assert!(own == ours.of(text).unwrap());
            assert!(own != theirs.of(text).unwrap(), "each has a key of its own");
            for place in 0..text.len() {
                let mut other = text.to_vec();
                other[place] ^= 1;
                let other = ours.of(&other).unwrap();
                assert!(own.0 != other.0 && own.1 != other.1, "{form:?}, another byte {place}");
            }
        }
    }

    #[test]
    fn what_has_another_length_is_no_id() {
        for form in [IdForm::Opaque, IdForm::NamesUser] {
            let fingerprints = Fingerprints::new(form);
            for length in (0..100).chain([1 << 20]).filter(|length| *length != form.text_len()) {
                assert_eq!(fingerprints.of(&vec![b'A'; length]).err(), Some(MalformedId), "{length}");
            }
            assert!(fingerprints.of(&vec![b'A'; form.text_len()]).is_ok());
        }
    }

    /// By an implementation of its own in Python, which gives the published vectors for SipHash-2-4 (64 and 128 bits).
    #[test]
    fn it_is_siphash_1_3_with_128_bits() {
        let key = std::array::from_fn(|index| index as u8);
        let text: Vec<u8> = (0..43).collect();
        let Fingerprint(first, second) = Fingerprints::with_key(IdForm::Opaque, key).of(&text).unwrap();
        assert_eq!((first, second), (0x4696_6457_c8e7_d43a, 0x56de_624d_6c0a_eb11));
    }

    #[test]
    fn no_key_is_shown() {
        let shown = format!("{:?}", Fingerprints::new(IdForm::Opaque));
        assert_eq!(shown, "Fingerprints { form: Opaque, .. }");
    }
}
