//! What became of requests over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Numbers of requests by what became of them, in bins by planned send time, all of one length. All series are equally long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// The length of a bin, in milliseconds.
    pub bin_ms: u32,
    /// When the outage began, in milliseconds from the first bin; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_ms: Option<f64>,
    /// When it began to be mended, in milliseconds from the first bin; absent where that was not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended_ms: Option<f64>,
    /// Requests that got the answer that they deserved.
    pub right: Vec<u32>,
    /// Requests that got a 503.
    pub unavailable: Vec<u32>,
    /// Requests with a good credential that got a 401 or a 403.
    pub wrongly_rejected: Vec<u32>,
    /// Requests with a revoked credential that got a 2xx.
    pub wrongly_accepted: Vec<u32>,
    /// Requests without an answer, or with one that came too late.
    pub unanswered: Vec<u32>,
}
