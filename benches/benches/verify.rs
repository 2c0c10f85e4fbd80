//! What does each request cost?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Authorise)
}
