//! What does a storm of refreshes cost, and whom does it log out?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::RefreshStorm)
}
