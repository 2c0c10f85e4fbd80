//! What `cargo bench` runs: criterion's pass for its console, filters and baselines, then the interleaved rounds over
//! the same contestants, then the report.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::Duration,
};

use anyhow::bail;
use criterion::{BenchmarkId, Criterion, SamplingMode};
use measure::{
    record::{CriterionFigure, Profile, Question},
    stats,
};

use crate::{
    campaign::Campaign,
    contestants::{self, Built, Card},
    context::Context,
    interrupt, place,
    plan::{self, Plan, Selection},
    questions::Case,
    round,
    run::existing,
    services::Services,
};

/// Criterion's samples by question's case and contestant.
type Figures = BTreeMap<String, BTreeMap<String, CriterionFigure>>;

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
    if round::serve_if_ordered()? {
        return Ok(ExitCode::SUCCESS);
    }
    let profile = profile()?;
    let services = Services::obtain();
    let figures = criterion_pass(question, profile, &services)?;
    if figures.is_empty() || !measures() {
        return Ok(ExitCode::SUCCESS);
    }
    let stop = interrupt::listen()?;
    let selected = figures.iter().map(|(case, ids)| (case.clone(), ids.keys().cloned().collect())).collect();
    let plan = Plan::new(profile, &[question], &Selection::Exactly(selected), &services);
    let folder = place::results().join("latest");
    let base = existing(&folder, "latest")?;
    let filter: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let command = place::command();
    eprintln!("{question}: interleaved rounds of the same contestants, each in a process of its own");
    let mut campaign = Campaign::new(plan, services, base, &folder, command, filter, rand::random())?;
    campaign.add_criterion(figures);
    let finished = campaign.run(stop)?;
    let report = report::write(&finished.record, &folder)?;
    eprintln!("report: {}", report.page.display());
    Ok(if finished.interrupted { ExitCode::from(130) } else { ExitCode::SUCCESS })
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

/// Lets criterion time every contestant that its filter selects, one after another in this process.
fn criterion_pass(question: Question, profile: Profile, services: &Services) -> anyhow::Result<Figures> {
    // Short: the figures to quote come from the rounds. `-- --measurement-time 5` and the like override this.
    let quick = profile == Profile::Quick;
    let mut criterion = Criterion::default()
        .sample_size(if quick { 10 } else { 30 })
        .warm_up_time(Duration::from_millis(if quick { 50 } else { 200 }))
        .measurement_time(Duration::from_millis(if quick { 100 } else { 900 }))
        .configure_from_args();
    let context = Context::with_services(services)?;
    let mut figures = Figures::new();
    for case in Case::of(question, profile) {
        let mut group = criterion.benchmark_group(question.word());
        group.sampling_mode(SamplingMode::Auto);
        for card in contestants::cards(question) {
            if let Some(reason) = plan::absence(&card, case, profile, services) {
                eprintln!("{question}/{}/{} is left out: {reason}", case.name, card.id);
                continue;
            }
            let timed = Timed::new(&context, case, &card);
            let id = BenchmarkId::new(case.name, &card.id);
            // A store that dies must not take the other contestants with it, and criterion's closures cannot fail.
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                group
                    .bench_function(id, |bencher| bencher.iter_custom(|operations| timed.sample(operations)));
            }));
            if outcome.is_err() {
                eprintln!("{question}/{}/{} failed; the others go on", case.name, card.id);
            }
            if let Some(figure) = timed.figure() {
                figures.entry(case.name.to_owned()).or_default().insert(card.id.clone(), figure);
            }
        }
        group.finish();
        context.clean_up();
    }
    criterion.final_summary();
    Ok(figures)
}

/// A contestant under criterion: built when it is first called, which criterion's filter decides.
struct Timed<'a> {
    context: &'a Context,
    case: &'a Case,
    card: &'a Card,
    built: RefCell<Option<Built>>,
    samples: RefCell<Vec<(u64, Duration)>>,
}

impl<'a> Timed<'a> {
    const fn new(context: &'a Context, case: &'a Case, card: &'a Card) -> Self {
        Self { context, case, card, built: RefCell::new(None), samples: RefCell::new(Vec::new()) }
    }

    /// # Panics
    /// When the contestant cannot be built or its outcome is wrong: a timed error path is a bug.
    fn sample(&self, operations: u64) -> Duration {
        let mut built = self.built.borrow_mut();
        let built =
            built.get_or_insert_with(|| match contestants::build(self.context, self.case, &self.card.id) {
                Ok(built) => built,
                Err(reason) => panic!("{}: {reason}", self.card.id),
            });
        match built.contestant.sample(operations) {
            Ok(sample) => {
                self.samples.borrow_mut().push((operations, sample.elapsed));
                sample.elapsed
            }
            Err(failure) => panic!("{}: {failure}", self.card.id),
        }
    }

    /// The median of criterion's samples. Its warm-up calls the same closure with few operations, so only samples of
    /// at least half the longest count.
    fn figure(&self) -> Option<CriterionFigure> {
        let samples = self.samples.borrow();
        let longest = samples.iter().map(|(operations, _)| *operations).max()?;
        let each: Vec<f64> = samples
            .iter()
            .filter(|(operations, _)| *operations >= longest.div_ceil(2))
            .map(|(operations, elapsed)| elapsed.as_nanos() as f64 / *operations as f64)
            .collect();
        Some(CriterionFigure { median_ns: stats::median(&each)?, samples: each.len() as u64 })
    }
}
