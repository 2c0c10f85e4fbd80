//! At what distance to the store does a look-up cost more than a signature?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Distance)
}
