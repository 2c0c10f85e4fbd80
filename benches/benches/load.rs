//! How do response times grow with the offered load, and where is the knee?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::Load)
}
