//! The one list of designs, peers and controls.
//!
//! Adding a design is one file in its crate and one line in [`mod@list`]. The conformance suite (the tests of this
//! crate), the harnesses, the command line and the report walk this list and pick it up from there.

#[cfg(test)]
mod conformance;
pub mod controls;
mod entry;
mod keys;
#[macro_use]
mod entries_macro;
mod environment;
pub mod list;
mod unavailable;

pub use entry::{Cache, Capabilities, Description, Entry, Kind, Visitor, left_out};
pub use environment::Environment;
pub use list::{descriptions, visit};
pub use servers::Kind as Need;
pub use unavailable::Unavailable;
