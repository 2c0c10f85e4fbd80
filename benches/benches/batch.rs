//! What does a request cost when several are decided at once?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Batch)
}
