//! What was run, where, on what: everything needed to doubt or to repeat a measurement.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Question;

/// How thorough a run is, from a look to the last case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Three rounds: a look.
    Quick,
    /// Nine rounds: figures to quote.
    Standard,
    /// Fifteen rounds and the largest populations: figures to publish.
    Full,
}

/// The provenance of one execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The command line, the program's name without its folder.
    pub command: String,
    /// The version of this suite.
    pub suite_version: String,
    /// The commit of the source tree, where it is a git checkout.
    pub commit: Option<String>,
    /// Whether that tree had uncommitted changes.
    pub dirty: Option<bool>,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// End, RFC 3339 in UTC.
    pub finished: String,
    /// How thorough.
    pub profile: Profile,
    /// Rounds that were asked for.
    pub rounds_planned: u32,
    /// Whether it was stopped before all rounds were done.
    pub interrupted: bool,
    /// What went wrong on the way without ending the run: a round that crashed, a service that died.
    pub incidents: Vec<String>,
    /// The seed of every random choice of the workload (not of keys and ids, which come from the operating system).
    pub seed: u64,
    /// What was to be measured, case by case: a resumed run measures exactly this.
    pub planned: Vec<Planned>,
    /// SHA-256 of the measuring program, hexadecimal. Rounds of different programs do not mix.
    pub program_sha256: String,
    /// The processors that the measuring process and the servers were bound to, where they were.
    pub placement: String,
    /// The compiler, as `rustc --version` prints it.
    pub rustc: String,
    /// The build profile, e.g. `release`.
    pub build: String,
    /// Versions of the crates in the lock file.
    pub crates: BTreeMap<String, String>,
    /// The machine.
    pub machine: Machine,
    /// The services that took part.
    pub services: Vec<Service>,
}

impl Provenance {
    /// In how many rounds a case was to be measured; `None` in older records, which do not say.
    #[must_use]
    pub fn rounds_of(&self, question: Question, case: &str) -> Option<u32> {
        self.planned.iter().find(|one| one.question == question && one.case == case)?.rounds
    }
}

/// The contestants of one case that a run was to measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Of which question.
    pub question: Question,
    /// Of which case.
    pub case: String,
    /// Catalogue ids, those among them that are not available here too.
    pub contestants: Vec<String>,
    /// In how many of the run's rounds it was to be measured; absent in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u32>,
}

/// The machine a run was made on. What cannot be read is absent, never guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// CPU model as the kernel names it.
    pub cpu_model: Option<String>,
    /// CPU family, model and stepping as numbers: machines of one model name differ in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_signature: Option<String>,
    /// What the maker calls the generation of its cores, e.g. `Zen 5`, where the numbers are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microarchitecture: Option<String>,
    /// How many hardware threads share a core, as the kernel sees it; a hypervisor may hide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads_per_core: Option<usize>,
    /// Logical CPUs this process may use.
    pub logical_cpus: usize,
    /// CPU feature flags as the kernel lists them.
    pub cpu_flags: Vec<String>,
    /// Cache sizes, e.g. `L2 1024K`.
    pub caches: Vec<String>,
    /// The frequency governor, where the kernel tells.
    pub governor: Option<String>,
    /// When the kernel gives huge pages, as it writes it: `always [madvise] never`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub huge_pages: Option<String>,
    /// The hypervisor flag or product, where the machine is virtual.
    pub virtualisation: Option<String>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Kernel name and release.
    pub kernel: Option<String>,
    /// The operating system's name and version.
    pub operating_system: Option<String>,
    /// Instruction set.
    pub architecture: String,
    /// The one-minute load average at the start: what else was running.
    pub load_average: Option<String>,
}

/// A server that took part in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name, e.g. `Redis`.
    pub name: String,
    /// Its version as it reports it.
    pub version: String,
    /// How it was reached: started by the suite or given, over what.
    pub reached: String,
    /// The settings it was started with.
    pub settings: BTreeMap<String, String>,
}
