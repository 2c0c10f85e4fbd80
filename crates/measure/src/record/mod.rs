//! The run record: everything a sceptic needs, in one versioned JSON file.
//!
//! A record holds *executions* (one invocation of the suite each, with its provenance), an execution holds *batches*
//! (contestants that were measured interleaved), a batch holds its contestants with every raw sample. Nothing in
//! it is derived: medians, intervals and ratios are computed by [`crate::rows`] each time.

mod file;
mod hostile;
mod latencies;
mod merge;
mod provenance;
mod question;
mod schema;
mod timeline;

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use file::{RecordError, write_whole};
pub use hostile::{HostileTable, HostileToken, Verdict, Verifier};
pub use latencies::Latencies;
pub use provenance::{Machine, Planned, Profile, Provenance, Service};
pub use question::Question;
pub use schema::schema;
pub use timeline::Timeline;

/// The version that this build writes and the only one it reads.
pub const SCHEMA_VERSION: u32 = 1;

/// A whole run record, as in `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// The version of this format; see [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The run's name: the folder below `results/` that it was first written to.
    pub name: String,
    /// Everything the catalogue lists, measured or not.
    pub entries: Vec<Entry>,
    /// What each verifier of tokens accepts, where that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostile: Option<HostileTable>,
    /// The invocations whose measurements this record holds, oldest first.
    pub executions: Vec<Execution>,
}

/// One line of the catalogue, as it was when the run was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The catalogue id, e.g. `jwt-hs256`.
    pub id: String,
    /// What it is in the comparison.
    pub kind: Kind,
    /// What it does, in a phrase.
    pub about: String,
    /// Whether it is one of those that most people choose between.
    #[serde(default, skip_serializing_if = "is_false")]
    pub common: bool,
    /// What it declares about itself; conformance has held it to that. Floors declare nothing.
    pub properties: Option<Declared>,
    /// What its store was set to, as far as it decides durability, limits and cost.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The services it needs, e.g. `Redis`.
    pub needs: Vec<String>,
    /// Why it could not be measured on this machine, if so.
    pub unavailable: Option<String>,
}

/// The declared properties of a design, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// `stateless`, `stateful` or `hybrid`.
    pub family: String,
    /// Where the server keeps state.
    pub state: String,
    /// When a revoked credential stops being accepted.
    pub revocation: String,
    /// What an unreachable store does.
    pub outage: String,
    /// How the credential travels.
    pub transport: String,
    /// Accepted at most this long after issue, in seconds.
    pub lifetime_s: u64,
    /// Accepted at most this long without use, in seconds.
    pub idle_timeout_s: Option<u64>,
}

/// One invocation of the suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// What was run, where, on what.
    pub provenance: Provenance,
    /// What was measured.
    pub batches: Vec<Batch>,
}

/// Contestants that were measured interleaved, in every round together. Ratios are taken inside a batch only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What is measured.
    pub question: Question,
    /// Under which conditions, e.g. `1k-uniform`.
    pub case: String,
    /// The case in words.
    pub about: String,
    /// The contestant that the others' ratios refer to.
    pub reference: String,
    /// Who took part, in the order of the catalogue.
    pub contestants: Vec<Contestant>,
    /// What the machine was like in each round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<RoundState>,
}

/// One contestant of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contestant {
    /// The catalogue id; a twin carries the suffix `~twin`.
    pub id: String,
    /// What it is in the comparison.
    pub kind: Kind,
    /// What is timed, in a phrase.
    pub about: String,
    /// The floor of the same batch that bounds it from below.
    pub floor: Option<String>,
    /// One entry for each round it took part in.
    pub rounds: Vec<Round>,
    /// What was counted rather than timed: one entry a metric and round.
    pub counts: Vec<Count>,
    /// What became of requests over time, where that is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// How long single requests took at a given rate, where that is asked: one entry a round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latencies: Vec<Latencies>,
    /// What criterion measured for it in a process of its own, where `cargo bench` ran.
    pub criterion: Option<CriterionFigure>,
    /// Why it was not measured at all, if so.
    pub unavailable: Option<String>,
}

/// What one contestant did in one round. Sample *n*, counted from 0, belongs to repetition *n* × `every` of the shuffled
/// order that all contestants of the batch took part in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Which round, from 0; all contestants of the same number ran in the same process.
    pub round: u32,
    /// How many operations one sample timed.
    pub operations_per_sample: u64,
    /// It took a sample in every N-th repetition: 1, but for those whose samples take long.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub every: u32,
    /// Wall-clock time an operation, in nanoseconds, one value a sample, in the order of the repetitions.
    pub samples_ns: Vec<f64>,
    /// CPU time an operation of this process, in nanoseconds, one value a sample; for contestants that wait. Of requests over HTTP
    /// it is the service's, without its clients'.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpu_ns: Vec<f64>,
    /// CPU time an operation of the processes of its store, in nanoseconds, one value a sample; where the suite started them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub store_cpu_ns: Vec<f64>,
    /// Why it stopped, if it did; the samples before that are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(value: &bool) -> bool {
    !*value
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_one(every: &u32) -> bool {
    *every == 1
}

/// What the machine was like while one round of a batch was measured: what may tell a quiet round from a loud one. What
/// the system does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundState {
    /// Which round, from 0.
    pub round: u32,
    /// The time of a fixed piece of arithmetic in nanoseconds, before the samples: it moves with the clock frequency and
    /// with a neighbour on the same core.
    pub spin_before_ns: f64,
    /// The same after the samples.
    pub spin_after_ns: f64,
    /// How long the hypervisor ran somebody else while a CPU of this machine was wanted, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal_ms: Option<u64>,
    /// How often this process waited for something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voluntary_switches: Option<u64>,
    /// How often this process was put off its CPU for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub involuntary_switches: Option<u64>,
    /// Memory of this process in huge pages, in bytes, with all contestants of the batch built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub huge_page_bytes: Option<u64>,
}

/// Something counted rather than timed, once a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// What was counted.
    pub metric: Metric,
    /// How many an operation, a request or a session.
    pub value: f64,
    /// Over how many operations or sessions it was averaged.
    pub over: u64,
    /// What the count means here.
    pub note: String,
}

/// What criterion measured: one contestant after another in one process, for comparison with the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionFigure {
    /// Median time an operation over criterion's samples, in nanoseconds.
    pub median_ns: f64,
    /// How many samples.
    pub samples: u64,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in the order in which reports list them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word used in files and on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

words! {
    /// What a contestant is in the comparison.
    Kind {
        /// A way to authorise that we wrote and that passed the conformance suite.
        Design = "design",
        /// Someone else's crate doing the same job.
        Peer = "peer",
        /// No auth work: what the harness itself costs.
        Control = "control",
        /// The least work that bounds a design from below.
        Floor = "floor",
        /// The reference once more under another name: the gap is noise.
        Twin = "twin",
    }
}

words! {
    /// What a figure says.
    Metric {
        /// Wall-clock time an operation.
        Time = "time",
        /// The same in the loudest round: what a busy machine makes of it.
        Loud = "loud",
        /// CPU time of the measuring process an operation.
        Cpu = "cpu",
        /// CPU time of the store's processes an operation.
        StoreCpu = "store-cpu",
        /// That CPU time, or the service's, less that of the question's reference.
        CpuAdded = "cpu-added",
        /// That CPU time, or the service's, over that of the question's reference.
        CpuRatio = "cpu-ratio",
        /// Heap allocations an operation.
        Allocations = "allocations",
        /// Bytes; the note says of what.
        Bytes = "bytes",
        /// Time over the time of the question's reference.
        Ratio = "ratio",
        /// Time over the time of the contestant's floor.
        RatioToFloor = "ratio-to-floor",
        /// CPU time of the measuring process less that of the contestant's floor.
        AddedToFloor = "added-to-floor",
        /// The time that half of all single operations stay within.
        P50 = "p50",
        /// The time that 99 % of them stay within.
        P99 = "p99",
        /// The time that 99.9 % of them stay within.
        P999 = "p99.9",
        /// The time that 99 % of them stay within from the moment when they were really sent.
        ServiceP99 = "service-p99",
        /// The time that half of the requests of all rounds together stay within, from the planned send time.
        AllP50 = "all-p50",
        /// The time that 90 % of them do.
        AllP90 = "all-p90",
        /// The time that 99 % of them do.
        AllP99 = "all-p99",
        /// The time that 99.9 % of them do.
        AllP999 = "all-p99.9",
        /// The time that 99.99 % of them do.
        AllP9999 = "all-p99.99",
        /// The time that half of them stay within from the moment when they were really sent.
        AllServiceP50 = "all-service-p50",
        /// The time that 90 % of them do.
        AllServiceP90 = "all-service-p90",
        /// The time that 99 % of them do.
        AllServiceP99 = "all-service-p99",
        /// The time that 99.9 % of them do.
        AllServiceP999 = "all-service-p99.9",
        /// The time that 99.99 % of them do.
        AllServiceP9999 = "all-service-p99.99",
        /// The share of planned requests that got their right answer.
        Answered = "answered",
        /// Requests with a revoked credential that got a 2xx.
        WronglyAccepted = "wrongly-accepted",
        /// Requests with a good credential that got a 401 or a 403.
        WronglyRejected = "wrongly-rejected",
        /// Requests that got a 503.
        Unavailable = "unavailable",
        /// Requests without an answer, or with one that came too late.
        Unanswered = "unanswered",
        /// The longest of them: of an outage, the slowest request, answered or given up.
        Slowest = "slowest",
        /// The time from the beginning of an outage's mending until its errors end.
        Recovery = "recovery",
        /// Sessions that are not accepted after an outage and were before.
        SessionsLost = "sessions-lost",
        /// The number of requests a login at which two designs have cost the same.
        BreakEven = "break-even",
        /// The time from the first refresh of a storm until all are answered.
        AllServed = "all-served",
        /// Commands that clients sent to the store, in sum.
        StoreCommands = "store-commands",
        /// The same a second, while they were sent.
        StoreRate = "store-commands-a-second",
        /// Clients that have lost their login although nobody else used it.
        LoggedOut = "logged-out",
        /// CPU time that following what others revoke takes of a process for each revocation.
        FeedCpu = "feed-cpu",
        /// The share of requests with a good token that seem revoked, and ask a store.
        SeemRevoked = "seem-revoked",
        /// The hit rate from which a cache takes less CPU time than none.
        PaysFrom = "pays-from",
        /// Fetches of a key set from its issuer.
        Fetches = "fetches",
        /// CPU time that a process takes in a second to fetch lists of what was revoked, however many revocations there are.
        FeedCpuASecond = "feed-cpu-a-second",
    }
}

impl Metric {
    /// The unit of its values.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Time
            | Self::Loud
            | Self::Cpu
            | Self::CpuAdded
            | Self::StoreCpu
            | Self::P50
            | Self::P99
            | Self::P999
            | Self::ServiceP99
            | Self::AllP50
            | Self::AllP90
            | Self::AllP99
            | Self::AllP999
            | Self::AllP9999
            | Self::AllServiceP50
            | Self::AllServiceP90
            | Self::AllServiceP99
            | Self::AllServiceP999
            | Self::AllServiceP9999
            | Self::Slowest
            | Self::AllServed
            | Self::Recovery
            | Self::AddedToFloor
            | Self::FeedCpu
            | Self::FeedCpuASecond => "ns",
            Self::Allocations
            | Self::WronglyAccepted
            | Self::WronglyRejected
            | Self::Unavailable
            | Self::Unanswered
            | Self::StoreCommands
            | Self::LoggedOut
            | Self::SessionsLost
            | Self::Fetches => "count",
            Self::BreakEven => "requests",
            Self::StoreRate => "per-second",
            Self::Bytes => "bytes",
            Self::Answered
            | Self::CpuRatio
            | Self::Ratio
            | Self::RatioToFloor
            | Self::SeemRevoked
            | Self::PaysFrom => "ratio",
        }
    }
}

/// The suffix of a twin's id.
pub const TWIN_SUFFIX: &str = "~twin";
