//! What does a request cost that must be refused?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Attack)
}
