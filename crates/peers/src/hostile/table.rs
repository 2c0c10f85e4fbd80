//! The table: verifiers, tokens, and a verdict for each pair.

/// The same tokens before every verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The verifiers, ours first.
    pub verifiers: Vec<Verifier>,
    /// The tokens, each with one verdict a verifier, in the order of the verifiers.
    pub tokens: Vec<Hostile>,
}

/// A verifier in its ordinary use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// The crate.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// How long after its expiry a token is accepted unless the user says otherwise, in seconds; `None` where the crate
    /// does not look at expiry.
    pub default_leeway_s: Option<u64>,
}

/// A token that should be refused, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile {
    /// Its name, e.g. `duplicate-exp`.
    pub id: &'static str,
    /// What is wrong with it.
    pub about: &'static str,
    /// The rule that it breaks, with its source where there is one.
    pub rule: &'static str,
    /// What each verifier did.
    pub verdicts: Vec<Verdict>,
}

/// What a verifier did with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It accepted it.
    Accepted,
    /// It refused it with an error, or could not be set up under the token's secret.
    Refused,
    /// It panicked.
    Panicked,
}
