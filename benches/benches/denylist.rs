//! Is a token with a deny-list cheaper than a session?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Denylist)
}
