//! What does a session lookup cost, by store, population and choice?

use std::process::ExitCode;

use authbench_benches::harness;
use measure::record::Question;

fn main() -> ExitCode {
    harness::main(Question::Lookup)
}
