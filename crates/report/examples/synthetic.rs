//! Writes the reports of the synthetic test records into the folder given, for looking at in a browser:
//! `cargo run -p authbench-report --example synthetic -- /tmp/synthetic`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::{path::PathBuf, time::Instant};

use measure::{example, record::RunRecord};

#[allow(clippy::print_stdout, reason = "it is a program")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("give a folder to write to")?;
    let records = [
        ("full", support::record(200)),
        ("without-redis", support::without_redis(200)),
        ("interrupted", support::interrupted(50)),
        ("example", example::record()),
        ("empty", RunRecord::new("empty")),
    ];
    for (name, record) in records {
        let start = Instant::now();
        let report = authbench_report::write(&record, &folder.join(name))?;
        println!("{} in {:.0?}", report.page.display(), start.elapsed());
    }
    Ok(())
}
