//! What does authorisation cost when a request crosses several services?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::FanOut)
}
