//! What does a whole HTTP request cost, and what share of it is authorisation?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Request)
}
