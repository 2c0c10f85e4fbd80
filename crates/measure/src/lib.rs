//! How authbench measures and what it keeps.
//!
//! A run is several *rounds*; each round is a new process started from a fresh copy of the binary
//! ([`rounds`]). In it, all contestants of a batch take turns in shuffled order, one short sample each
//! ([`sampler`]), while the state of the machine is noted ([`state`]); allocations are counted outside the timed samples ([`allocations`]). Every raw sample goes into
//! the run record ([`record`]) together with what is needed to doubt it ([`record::Machine`], [`source`]). Whatever is
//! shown is derived from that record ([`rows`], [`across`], [`pays_from`], [`mod@compare`], [`stats`]).

pub mod across;
pub mod affinity;
pub mod allocations;
pub mod compare;
mod cpuinfo;
pub mod example;
pub mod histogram;
pub mod knee;
mod machine;
mod microarchitecture;
pub mod pays_from;
pub mod percentiles;
pub mod processes;
pub mod record;
pub mod rounds;
pub mod rows;
pub mod sampler;
pub mod source;
pub mod state;
pub mod stats;
