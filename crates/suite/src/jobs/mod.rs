//! Jobs: what is timed, apart from how it is timed.
//!
//! A [`Job`] makes its inputs ready, does one operation at a time, and checks afterwards what came out. Three drivers
//! turn a job into a contestant: [`InProcess`] for work that never waits, [`Remote`] for work that asks a server,
//! [`Parallel`] for work on several threads. Designs, peers, controls and floors all run through the same loops.

mod attack;
mod authorise;
mod batch;
mod driver;
mod hit_rate;
mod issue;
mod job;
mod opaque;
mod parallel;
mod revoke;
mod verdict;
mod wait;

pub(crate) use attack::{Attack, AttackJob};
pub(crate) use authorise::{AuthoriseJob, own_orders};
pub(crate) use batch::{BatchJob, Shared};
#[cfg(test)]
pub(crate) use driver::now;
pub(crate) use driver::{InProcess, Remote, cpu_time};
pub(crate) use hit_rate::{HitRate, HitRateJob, Misses};
pub(crate) use issue::IssueJob;
pub(crate) use job::Job;

pub(crate) use parallel::Parallel;
pub(crate) use revoke::RevokeJob;
pub(crate) use verdict::Verdict;
pub(crate) use wait::wait;
