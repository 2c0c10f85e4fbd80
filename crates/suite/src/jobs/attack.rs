//! Requests that must be refused, one job for every kind of attack.

use authoriser::{Authoriser, Denial, UserId};
use measure::sampler::Failure;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::opaque::opaque;
use super::{authorise::own_orders, job::Job, verdict::Verdict};
use crate::workload::{Choice, Credentials, Draws, Requests};

/// What an attacker sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    /// A good credential after all: what the others are compared with.
    None,
    /// As many random printable characters as a credential has.
    Garbage,
    /// A good credential and 64 KiB after it.
    Oversized,
    /// A good credential with one character of its proof changed.
    Forged,
    /// A well-formed credential that somebody else issued: another key and key id, or an id that is in no store.
    Foreign,
    /// A good credential whose time is over.
    Expired,
}

/// Added to an oversized credential.
const TOO_MUCH: usize = 64 * 1024;
/// The distance from the end, in characters, at which a forged credential differs: in the signature, the tag or the id, and not in the
/// last character, some of whose bits stand for nothing.
const FROM_THE_END: usize = 12;

impl Attack {
    /// The denials that are right; any other outcome is a fault, above all a grant.
    const fn allows(self, denial: Denial) -> bool {
        use Denial::{BadSignature, Expired, Malformed, Unknown};
        match self {
            Self::None => false,
            Self::Garbage | Self::Forged | Self::Foreign => {
                matches!(denial, Malformed | BadSignature | Unknown)
            }
            Self::Oversized => matches!(denial, Malformed),
            // A store may have forgotten it already.
            Self::Expired => matches!(denial, Expired | Unknown),
        }
    }

    /// What is sent instead of this credential.
    pub(crate) fn disguise(self, credential: &[u8], seed: u64) -> Vec<u8> {
        let mut text = credential.to_vec();
        match self {
            Self::None | Self::Foreign | Self::Expired => {}
            Self::Garbage => {
                let mut rng = StdRng::seed_from_u64(seed);
                text.fill_with(|| rng.random_range(b'!'..=b'~'));
            }
            Self::Oversized => text.resize(credential.len() + TOO_MUCH, b'A'),
            Self::Forged => {
                let at = text.len() - FROM_THE_END;
                text[at] = if text[at] == b'A' { b'B' } else { b'A' };
            }
        }
        text
    }
}

/// Presents hostile credentials and takes only a fitting denial for an answer.
pub(crate) struct AttackJob<A> {
    design: A,
    attack: Attack,
    hostile: Credentials,
    draws: Draws,
    requests: Requests,
}

impl<A: Authoriser> AttackJob<A> {
    pub(crate) fn new(design: A, attack: Attack, hostile: Credentials, seed: u64) -> Self {
        let draws = Draws::new(Choice::Uniform, hostile.len(), seed);
        Self { design, attack, hostile, draws, requests: Requests::default() }
    }
}

impl<A: Authoriser> Job for AttackJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.hostile, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (presented, user) = self.requests.get(index);
        // Whose they are is asked of the design, and not known beforehand.
        let access = own_orders(UserId(opaque(user.0)));
        match self.design.authorise(presented, &access).await {
            Err(denial) if self.attack.allows(denial) => Verdict::RIGHT,
            Err(denial) => Verdict::denied(denial),
            Ok(_) => Verdict::WRONG,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disguise_is_what_its_name_says() {
        let credential = [b'A'; 43];
        assert_eq!(Attack::Oversized.disguise(&credential, 1).len(), 43 + TOO_MUCH);
        let forged = Attack::Forged.disguise(&credential, 1);
        assert_eq!(forged.iter().filter(|byte| **byte != b'A').count(), 1);
        let garbage = Attack::Garbage.disguise(&credential, 1);
        assert!(
            garbage.iter().all(u8::is_ascii_graphic) && garbage != Attack::Garbage.disguise(&credential, 2)
        );
    }
}
