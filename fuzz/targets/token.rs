//! Tokens and headers, as they come and under a genuine signature.

#![no_main]

#[path = "../../crates/jwt/tests/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::invariants::token(bytes));
