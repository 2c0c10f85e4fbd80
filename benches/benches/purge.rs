//! What does removing expired sessions do to look-ups?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Purge)
}
