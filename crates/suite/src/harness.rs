//! What `cargo bench` runs: criterion's pass, then the interleaved rounds over the same contestants, then the report.

use std::{env, process::ExitCode};

use anyhow::bail;
use measure::record::{Profile, Question};

use crate::{
    criterion_pass, paths,
    rounds::{
        campaign::Campaign,
        interrupt,
        plan::{self, Plan},
        process, profile,
        selection::Selection,
        servers::Servers,
    },
    run::existing,
};

/// The `main` of a benchmark harness that asks one question.
#[must_use]
pub fn main(question: Question) -> ExitCode {
    match harness(question) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn harness(question: Question) -> anyhow::Result<ExitCode> {
    if process::serve_if_ordered()? {
        return Ok(ExitCode::SUCCESS);
    }
    let profile = profile()?;
    let folder = paths::results().join("latest");
    // Before minutes of measuring: is there a record that cannot be added to?
    let base = if measures() { Some(existing(&folder, "latest")?) } else { None };
    let servers = Servers::obtain(&plan::needs(&[question], &Selection::All, profile));
    let pass = criterion_pass::run(question, profile, &servers)?;
    let Some(base) = base.filter(|_| !pass.admitted.is_empty()) else {
        // Nothing was measured; as a test this passes only if everybody answered.
        return Ok(if pass.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    let stop = interrupt::listen()?;
    let selection = Selection::Exactly(pass.admitted);
    let plan = Plan::new(profile, rounds(profile), &[question], &selection, &servers);
    eprintln!("{question}: interleaved rounds of the same contestants, each in a process of its own");
    let mut campaign = Campaign::new(plan, servers, base, &folder, paths::command(), rand::random())?;
    campaign.add_criterion(pass.figures);
    let finished = campaign.run(stop)?;
    let report = report::write(&finished.record, &folder)?;
    eprintln!("report: {}", report.page.display());
    if finished.interrupted {
        eprintln!("interrupted; finished rounds are in the report. Run the same command again for the rest");
        return Ok(ExitCode::from(130));
    }
    Ok(ExitCode::SUCCESS)
}

/// Fewer rounds than `authbench run` has, as criterion's pass takes its time too: of seven most questions are in five, whose range
/// covers the median 94 times in 100.
fn rounds(profile: Profile) -> u32 {
    profile::rounds(profile).min(7)
}

/// Whether criterion measured: not when it only listed, tested, profiled or compared stored figures.
fn measures() -> bool {
    let has = |flag: &str| env::args().any(|word| word == flag || word.starts_with(&format!("{flag}=")));
    has("--bench") && !["--list", "--test", "--profile-time", "--load-baseline"].into_iter().any(has)
}

fn profile() -> anyhow::Result<Profile> {
    match env::var("AUTHBENCH_PROFILE").as_deref() {
        Err(_) | Ok("" | "standard") => Ok(Profile::Standard),
        Ok("quick") => Ok(Profile::Quick),
        Ok("full") => Ok(Profile::Full),
        Ok(other) => bail!("AUTHBENCH_PROFILE is quick, standard or full, not {other}"),
    }
}
