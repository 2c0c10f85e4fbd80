//! Keys that are fetched from an issuer: a real HTTP server on loopback, and a clock that the tests move.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

#[path = "../support/mod.rs"]
mod support;

mod ages;
mod conformance;
mod issuer;
mod limits;
mod scene;
mod stampede;
mod tls;
mod unknown_keys;
