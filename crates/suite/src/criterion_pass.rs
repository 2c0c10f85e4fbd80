//! Criterion's part of `cargo bench`: it times the same contestants, one after another in this process, for its console,
//! its filters and its baselines.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::Duration,
};

use criterion::{BenchmarkId, Criterion, SamplingMode};
use measure::{
    record::{CriterionFigure, Profile, Question},
    stats,
};

use crate::{
    contestants::{self, Built, ContestantEntry, Context, NotBuilt},
    questions::{self, Case},
    rounds::{plan, servers::Servers},
};

/// What criterion's pass left.
#[derive(Default)]
pub(crate) struct Pass {
    /// The contestants that its filter admitted, by case. Those that are unavailable or failed are among them: their rows say so.
    pub(crate) admitted: BTreeMap<String, Vec<String>>,
    /// What it measured, by case and contestant.
    pub(crate) figures: BTreeMap<String, BTreeMap<String, CriterionFigure>>,
    /// Who failed.
    pub(crate) failed: Vec<String>,
}

/// Lets criterion time every contestant that its filter selects, one after another in this process.
pub(crate) fn run(question: Question, profile: Profile, servers: &Servers) -> anyhow::Result<Pass> {
    // Short: the figures to quote come from the rounds, and some six hundred benchmarks share a few minutes.
    // `-- --measurement-time 5` and the like override this.
    let quick = profile == Profile::Quick;
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(if quick { 10 } else { 30 }))
        .measurement_time(Duration::from_millis(if quick { 30 } else { 100 }))
        .nresamples(2_000)
        .configure_from_args();
    let context = Context::with_servers(servers)?;
    let mut pass = Pass::default();
    let cases: Vec<&Case> = questions::cases_of(question, profile).collect();
    for (number, case) in cases.iter().copied().enumerate() {
        let mut group = criterion.benchmark_group(question.word());
        group.sampling_mode(SamplingMode::Auto);
        for entry in contestants::entries_of(case) {
            let absence = plan::absence(&entry, case, profile, servers);
            let timed = Timed::new(&context, case, &entry);
            let id = BenchmarkId::new(case.name, &entry.id);
            // A store that dies must not take the other contestants with it, and criterion's closures cannot fail. Only
            // criterion knows what its filter admits, so absent contestants are called as well, and leave at once.
            let mut admitted = false;
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                group.bench_function(id, |bencher| {
                    admitted = true;
                    // What is only counted is left to the rounds.
                    if absence.is_some() || case.is_counted_alone() {
                        resume_unwind(Box::new(Absent));
                    }
                    bencher.iter_custom(|operations| timed.sample(operations));
                });
            }));
            if !admitted {
                continue;
            }
            let full_name = format!("{question}/{}/{}", case.name, entry.id);
            pass.admitted.entry(case.name.to_owned()).or_default().push(entry.id.clone());
            match (absence, outcome) {
                (Some(reason), _) => eprintln!("{full_name} is left out: {reason}"),
                (None, Err(_)) if case.is_counted_alone() || timed.has_nothing_to_time() => {}
                (None, Err(_)) => {
                    eprintln!("{full_name} failed; the others go on");
                    pass.failed.push(full_name);
                }
                (None, Ok(())) => {
                    let figure = timed.figure().map(|figure| (entry.id.clone(), figure));
                    pass.figures.entry(case.name.to_owned()).or_default().extend(figure);
                }
            }
        }
        group.finish();
        context.clean_up();
        let later = &cases[number + 1..];
        context.kept.retain(|population| later.iter().any(|case| case.population == population));
    }
    criterion.final_summary();
    Ok(pass)
}

/// Leaves a benchmark that cannot run, without the message of a panic.
struct Absent;

/// A contestant under criterion: built when it is first called, which criterion's filter decides.
struct Timed<'a> {
    context: &'a Context,
    case: &'a Case,
    entry: &'a ContestantEntry,
    built: RefCell<Option<Built>>,
    nothing_to_time: Cell<bool>,
    samples: RefCell<Vec<(u64, Duration)>>,
}

impl<'a> Timed<'a> {
    const fn new(context: &'a Context, case: &'a Case, entry: &'a ContestantEntry) -> Self {
        Self {
            context,
            case,
            entry,
            built: RefCell::new(None),
            nothing_to_time: Cell::new(false),
            samples: RefCell::new(Vec::new()),
        }
    }

    /// # Panics
    /// When the contestant cannot be built or its outcome is wrong: a timed error path is a bug.
    fn sample(&self, operations: u64) -> Duration {
        if self.case.fault.is_some() {
            // Only counted, and it takes seconds: the rounds do that.
            self.nothing_to_time.set(true);
            resume_unwind(Box::new(Absent));
        }
        let mut built = self.built.borrow_mut();
        let built = match &mut *built {
            Some(built) => built,
            none => match contestants::build(self.context, self.case, &self.entry.id) {
                Ok(built) => none.insert(built),
                Err(NotBuilt::NothingToTime(reason)) => {
                    eprintln!(
                        "{}/{}/{} is left out: {reason}",
                        self.case.question, self.case.name, self.entry.id
                    );
                    self.nothing_to_time.set(true);
                    resume_unwind(Box::new(Absent));
                }
                Err(NotBuilt::Broken(reason)) => panic!("{}: {reason}", self.entry.id),
            },
        };
        let Some(contestant) = &mut built.contestant else {
            // Only counted: the rounds do that.
            self.nothing_to_time.set(true);
            resume_unwind(Box::new(Absent));
        };
        match contestant.sample(operations) {
            Ok(sample) => {
                self.samples.borrow_mut().push((operations, sample.elapsed));
                sample.elapsed
            }
            Err(failure) => panic!("{}: {failure}", self.entry.id),
        }
    }

    /// Whether it turned out that there is no operation to be timed, which is no failure.
    const fn has_nothing_to_time(&self) -> bool {
        self.nothing_to_time.get()
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
