//! The bare signature that no asymmetric token can do without.

use std::hint::black_box;

use jwt::{JwsKey, KeyError};
use measure::{record::Question, sampler::Failure};

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

/// As many as the designs over RSA have.
const MOST_TOKENS: usize = 200;

/// Signs in the issue question, verifies in the others. Base64 of the signature is
/// part of it, so that a floor and its design differ in claims and header alone.
struct SignatureJob<K> {
    key: K,
    signs: bool,
    tokens: Credentials,
    draws: Draws,
    requests: Requests,
}

impl<K: JwsKey> Job for SignatureJob<K> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.tokens, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (token, _) = self.requests.get(index);
        let (signing_input, signature) = token.split_at(token.len() - self.key.signature_chars());
        let done = if self.signs {
            self.key.sign(black_box(signing_input)).is_ok_and(|made| !black_box(made).as_ref().is_empty())
        } else {
            self.key.verify(black_box(signing_input), signature).is_ok()
        };
        Verdict::equal(u64::from(done), 1)
    }
}

pub(super) fn build<K: JwsKey>(
    generate: fn() -> Result<K, KeyError>,
    context: &Context,
    case: &Case,
    seed: u64,
) -> Result<Built, NotBuilt> {
    let key = generate().map_err(|error| NotBuilt::Broken(error.to_string()))?;
    let environment = context.environment(case);
    let design = environment.jwt_hs256();
    let (others, _) = context.wait(Credentials::issue(&design, case.population.min(MOST_TOKENS), 1))?;
    // The same payload under a header of the same length, signed by this key instead.
    let resigned = (0..others.len()).map(|index| {
        let (token, _) = others.get(index);
        let input = &token[..token.len() - super::hmac::SIGNATURE];
        let signature = key.sign(input).map_err(|error| NotBuilt::Broken(error.to_string()))?;
        let encoded = base64_simd::URL_SAFE_NO_PAD.encode_to_string(signature.as_ref());
        Ok([input, encoded.as_bytes()].concat())
    });
    let tokens = Credentials::from_texts(resigned.collect::<Result<Vec<_>, NotBuilt>>()?);
    let draws = Draws::new(case.choice, tokens.len(), seed);
    let signs = case.question == Question::Issue;
    timed::at_once(SignatureJob { key, signs, tokens, draws, requests: Requests::default() }, Vec::new())
}
