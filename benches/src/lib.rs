//! The questions put to the catalogue, and everything between them and a report.
//!
//! A *question* has *cases* (`questions`); every design, peer, control and floor that a question concerns becomes a
//! *contestant* (`contestants`) by way of a *job* (`jobs`: what is timed, in the same two loops for all). A [`run()`]
//! plans who of those selected (`selection`) takes part (`plan`), starts the services (`services`), sends out one process a round (`campaign`,
//! `round`) and leaves record and report. `cargo bench` comes in through [`harness`], the command line through [`run()`].

#![allow(clippy::print_stderr, reason = "progress and warnings of a harness go to the error output")]

mod builder;
mod campaign;
mod clock;
mod contestants;
mod context;
mod criterion_pass;
mod entries;
mod floors;
pub mod harness;
mod hostile;
mod huge_pages;
mod interrupt;
mod jobs;
mod list;
mod opaque;
mod payload;
mod place;
mod placement;
mod plan;
mod progress;
mod purge;
mod questions;
mod round;
mod run;
mod selection;
mod services;
mod workload;

pub use list::{Listed, list};
pub use place::{command, results};
pub use questions::about;
pub use round::serve_if_ordered;
pub use run::{Outcome, Request, resume, run};
pub use selection::Unselectable;

/// Counts allocations when asked to; see [`measure::allocations`]. Every binary that times something links this crate.
#[global_allocator]
static ALLOCATOR: measure::allocations::CountingAllocator = measure::allocations::CountingAllocator;
