//! What does a storm of refreshes cost, and which clients does it log out?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::RefreshStorm)
}
