//! What is asked of the catalogue, and how it is measured. The folders are the steps of a run:
//!
//! - `questions`: what is asked: the cases as data, and which of them a command line selects;
//! - `workload`: which users log in, and which request comes next;
//! - `contestants`: how an entry of the catalogue, or a floor, becomes something that can be timed;
//! - `jobs`: what is timed, and the timed loops;
//! - `rounds`: the plan of a run, one process a round, placement on processors, progress.
//!
//! The command line comes in through [`run()`], `cargo bench` through [`harness`].

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
mod workload;

pub use list::{Listed, list};
pub use paths::{command, results};
pub use rounds::{process::serve_if_ordered, selection::Unselectable};
pub use run::{Outcome, Request, resume, run};

/// Counts allocations when asked to; see [`measure::allocations`]. Every binary that times something links this crate.
#[global_allocator]
static ALLOCATOR: measure::allocations::CountingAllocator = measure::allocations::CountingAllocator;
