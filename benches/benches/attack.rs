//! What does a request cost that must be refused?

use std::process::ExitCode;

use authbench_benches::harness;
use measure::record::Question;

fn main() -> ExitCode {
    harness::main(Question::Attack)
}
