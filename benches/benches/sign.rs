//! What does a login cost?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Issue)
}
