//! The bare HMAC that no HS256 token can do without.

use std::hint::black_box;

use jwt::Hs256Key;
use measure::sampler::Failure;

use crate::{
    contestants::{self, Built, NotBuilt},
    context::Context,
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests},
};

/// The signature part of an HS256 token: a dot and 32 bytes as base64url.
pub(super) const SIGNATURE: usize = 1 + 43;

struct HmacJob {
    key: Hs256Key,
    tokens: Credentials,
    draws: Draws,
    requests: Requests,
}

impl Job for HmacJob {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.tokens, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (token, _) = self.requests.get(index);
        let code = self.key.mac(black_box(&token[..token.len() - SIGNATURE]));
        // The next operation waits for this code; that its first half is zero happens once in 2^128 times.
        Verdict::equal(u64::from(u128::from_le_bytes(first_half(&code)) == 0), 0)
    }
}

fn first_half(code: &[u8; 32]) -> [u8; 16] {
    std::array::from_fn(|index| code[index])
}

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    let design = context.site.jwt_hs256();
    let (tokens, _) = context.runtime.block_on(Credentials::issue(&design, case.population, 1))?;
    let draws = Draws::new(case.choice, case.population, seed);
    let key = context.site.hmac_key();
    contestants::at_once(HmacJob { key, tokens, draws, requests: Requests::default() }, Vec::new())
}
