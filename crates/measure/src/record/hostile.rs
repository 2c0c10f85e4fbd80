//! What verifiers do with tokens that a strict one refuses: tried, not timed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The same hostile tokens before every verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostileTable {
    /// The verifiers, ours first.
    #[serde(rename = "judges")]
    pub verifiers: Vec<Verifier>,
    /// The tokens, with one verdict a verifier, in the order of the verifiers.
    pub tokens: Vec<HostileToken>,
}

/// A verifier in its ordinary use, without the checks that we add when we time it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verifier {
    /// The crate.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How long after its expiry a token is accepted unless the user says otherwise, in seconds; none where the crate
    /// does not look at expiry.
    pub default_leeway_s: Option<u64>,
}

/// A token that should be refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostileToken {
    /// Its name, e.g. `duplicate-exp`.
    pub id: String,
    /// What is wrong with it.
    pub about: String,
    /// The rule that it breaks, with its source where there is one.
    pub rule: String,
    /// What each verifier did.
    #[serde(rename = "rulings")]
    pub verdicts: Vec<Verdict>,
}

/// What a verifier did with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It accepted it.
    Accepted,
    /// It refused it with an error.
    Refused,
    /// It panicked.
    Panicked,
}
