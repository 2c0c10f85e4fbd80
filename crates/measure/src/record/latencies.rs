//! How long single requests took.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::histogram::Encoded;

/// Times of the single requests of one round, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latencies {
    /// From the planned send time: of right answers until they came, of other requests until they were given up.
    pub response: Encoded,
    /// From the real send time, of right answers: what a closed loop would have shown.
    pub service: Encoded,
}
