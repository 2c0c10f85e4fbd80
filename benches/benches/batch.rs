//! What does a request cost when several are decided at once?

use std::process::ExitCode;

use authbench_benches::harness;
use measure::record::Question;

fn main() -> ExitCode {
    harness::main(Question::Batch)
}
