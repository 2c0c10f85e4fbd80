//! What does a session lookup cost, by store, population and choice?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Lookup)
}
