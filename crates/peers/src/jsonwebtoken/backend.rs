//! Both back ends of the crate in one process.
//!
//! The crate takes its cryptography from a provider that is installed once for the whole process. Ours holds no
//! cryptography: it passes each request on to the provider that the calling thread has chosen. An adapter chooses
//! right before each call and nothing suspends between the two, so threads and tasks do not meet. What this adds to a
//! call is one thread-local write, one read and one jump; the crate goes through a table of functions and a boxed
//! signer in any case.

use std::cell::Cell;
use std::sync::LazyLock;

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, aws_lc, rust_crypto},
    errors::{ErrorKind, Result, new_error},
};

use crate::Unusable;

/// A back end of the crate.
pub trait Backend: Send + Sync + 'static {
    /// The adapter's name, with the crate's feature.
    const NAME: &'static str;

    /// The crate's own provider for it.
    fn provider() -> &'static CryptoProvider;
}

/// AWS-LC by way of `aws-lc-rs`.
#[derive(Clone, Copy, Debug)]
pub struct AwsLc;

impl Backend for AwsLc {
    const NAME: &'static str = "jsonwebtoken on aws_lc_rs";

    fn provider() -> &'static CryptoProvider {
        &aws_lc::DEFAULT_PROVIDER
    }
}

/// The RustCrypto crates.
#[derive(Clone, Copy, Debug)]
pub struct RustCrypto;

impl Backend for RustCrypto {
    const NAME: &'static str = "jsonwebtoken on rust_crypto";

    fn provider() -> &'static CryptoProvider {
        &rust_crypto::DEFAULT_PROVIDER
    }
}

/// Another provider was installed before ours, and cannot be replaced.
const TAKEN: Unusable = Unusable("this process has installed another provider for jsonwebtoken already");

thread_local! {
    static CHOSEN: Cell<Option<&'static CryptoProvider>> = const { Cell::new(None) };
}

/// Makes this thread's next calls of the crate run on this back end.
#[inline]
pub(super) fn choose<B: Backend>() {
    CHOSEN.set(Some(B::provider()));
}

/// Installs the provider that passes on. Any number of calls install it once.
pub(super) fn install() -> std::result::Result<(), Unusable> {
    static PASSES_ON: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
        signer_factory: new_signer,
        verifier_factory: new_verifier,
        // For JWKs, which no adapter here uses; both back ends answer the same.
        key_utils: aws_lc::DEFAULT_PROVIDER.key_utils.clone(),
    });
    static INSTALLED: LazyLock<bool> = LazyLock::new(|| PASSES_ON.install_default().is_ok());
    if *INSTALLED { Ok(()) } else { Err(TAKEN) }
}

fn new_signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let signer = (chosen()?.signer_factory)(algorithm, key)?;
    #[cfg(test)]
    given::note(size_of_val(&*signer));
    Ok(signer)
}

fn new_verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let verifier = (chosen()?.verifier_factory)(algorithm, key)?;
    #[cfg(test)]
    given::note(size_of_val(&*verifier));
    Ok(verifier)
}

#[inline]
fn chosen() -> Result<&'static CryptoProvider> {
    CHOSEN.get().ok_or_else(|| new_error(ErrorKind::Provider("no back end chosen".to_owned())))
}

/// What was handed out, for tests: boxed traits tell neither their type nor their maker, but their sizes differ.
#[cfg(test)]
mod given {
    use std::cell::RefCell;

    thread_local! {
        /// The size of each signer and verifier that this thread was given since the last look.
        static SIZES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(size: usize) {
        SIZES.with_borrow_mut(|sizes| sizes.push(size));
    }

    pub(super) fn take() -> Vec<usize> {
        SIZES.take()
    }
}

#[cfg(test)]
mod tests;
