//! The real program, as a user meets it: what it prints, what it leaves in the results folder, how it ends.
//!
//! Every test has a results folder, a working directory and a temporary folder of its own. The program is whatever
//! profile the tests are built with, so figures are never looked at, only whether they are there.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod support;

mod cases;
mod compare;
mod interrupt;
mod keys;
mod list;
mod load;
mod merge;
mod redis;
mod refusals;
mod renewal;
mod report;
mod run;
mod selftest;
mod serve;
mod splice;
mod unwritable;
mod verify_jws;
