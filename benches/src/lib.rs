//! The criterion harnesses are in `benches/`, one a question; what they call is the crate `suite`.
