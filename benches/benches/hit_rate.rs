//! At which hit rate does a cache of verified tokens or of sessions pay?

use std::process::ExitCode;

use measure::record::Question;
use suite::harness;

fn main() -> ExitCode {
    harness::main(Question::HitRate)
}
