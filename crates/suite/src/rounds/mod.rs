//! How a run is measured: the plan, one process a round, their places on processors, progress.

pub(crate) mod campaign;
mod estimate;
pub(crate) mod interrupt;
pub(crate) mod placement;
pub(crate) mod plan;
pub(crate) mod process;
pub(crate) mod profile;
pub(crate) mod progress;
pub(crate) mod selection;
pub(crate) mod servers;
