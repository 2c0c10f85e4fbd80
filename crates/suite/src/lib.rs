//! What is asked of the catalogue, and how it is measured. The folders are the steps of a run:
//!
//! - `questions`: what is asked: the cases as data, and which of them a command line selects;
//! - `workload`: which users log in, and which request comes next;
//! - `contestants`: how an entry of the catalogue, or a floor, becomes something that can be timed;
//! - `jobs`: what is timed, and the timed loops;
//! - `rounds`: the plan of a run, one process a round, placement on processors, progress.
//!
//! The command line comes in through [`run()`], `cargo bench` through [`harness`]. [`selftest()`] measures known differences.

#![allow(clippy::print_stderr, reason = "progress and warnings of a harness go to the error output")]

mod contestants;
mod criterion_pass;
pub mod harness;
mod hostile_table;
mod jobs;
mod list;
mod paths;
mod questions;
mod rounds;
mod run;
mod selftest;
mod workload;

pub use list::{Listed, list};
pub use paths::{command, results};
pub use rounds::selection::Unselectable;
pub use run::{Outcome, Request, resume, run};
pub use selftest::{Difference, SelftestOutcome, SelftestRequest, selftest};

/// Does what this process was started for, if a run or a self-test started it, and returns true; otherwise returns at once.
/// To be called first thing in the `main` of a program that calls [`run()`] or [`selftest()`].
///
/// # Errors
/// When the order is unusable, or the parent process is gone.
pub fn serve_if_ordered() -> anyhow::Result<bool> {
    Ok(selftest::serve_if_ordered()? || rounds::process::serve_if_ordered()?)
}

/// Counts allocations when asked to; see [`measure::allocations`]. Every binary that times something links this crate.
#[global_allocator]
static ALLOCATOR: measure::allocations::CountingAllocator = measure::allocations::CountingAllocator;
