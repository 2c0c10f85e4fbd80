//! What does a larger payload cost?

use std::process::ExitCode;

use authbench_benches::harness;
use measure::record::Question;

fn main() -> ExitCode {
    harness::main(Question::Payload)
}
