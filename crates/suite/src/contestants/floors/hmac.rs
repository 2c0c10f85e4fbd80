//! The bare HMAC that no HS256 token can do without, and the bare hash that no HMAC can.

use measure::sampler::Failure;
use sha2::{Digest, Sha256};

use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests},
};

/// The signature part of an HS256 token: a dot and 32 bytes as base64url.
pub(super) const SIGNATURE: usize = 1 + 43;

/// Digests the signing input of one token after another.
struct DigestJob<F> {
    digest: F,
    tokens: Credentials,
    draws: Draws,
    requests: Requests,
}

impl<F: Fn(&[u8]) -> [u8; 32]> Job for DigestJob<F> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.tokens, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (token, _) = self.requests.get(index);
        let digest = (self.digest)(&token[..token.len() - SIGNATURE]);
        // The next operation waits for this digest; that its first half is zero happens once in 2^128 times.
        Verdict::equal(u64::from(u128::from_le_bytes(first_half(&digest)) == 0), 0)
    }
}

fn first_half(digest: &[u8; 32]) -> [u8; 16] {
    std::array::from_fn(|index| digest[index])
}

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    let key = context.environment(case).hmac_key();
    over_tokens(context, case, seed, move |input| key.mac(input))
}

pub(super) fn hash_alone(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    over_tokens(context, case, seed, |input| Sha256::digest(input).into())
}

fn over_tokens(
    context: &Context,
    case: &Case,
    seed: u64,
    digest: impl Fn(&[u8]) -> [u8; 32] + 'static,
) -> Result<Built, NotBuilt> {
    let design = context.environment(case).jwt_hs256();
    let (tokens, _) = context.wait(Credentials::issue(&design, case.population, 1))?;
    let draws = Draws::new(case.choice, case.population, seed);
    timed::at_once(DigestJob { digest, tokens, draws, requests: Requests::default() }, Vec::new())
}
