//! What does it add to note a session's use?

use std::process::ExitCode;

use authbench_benches::harness;
use measure::record::Question;

fn main() -> ExitCode {
    harness::main(Question::Touch)
}
