//! Cases that are compared with one of them, and quantiles, side by side.

use measure::{
    record::{Kind, Metric},
    rows::OVER_HTTP,
};

use crate::{
    chart::{AXIS, BESIDE, Contestant, Draft, Mark, Plan, Row, Scale, Stroke, capital, troubles_along},
    view::{Case, QuestionView, Relative, against},
};

/// The cases that are compared with one of them, which is a stroke in each row, and a panel where there is room.
pub(crate) fn compared(
    asked: &QuestionView<'_>,
    against: &Relative<'_, '_>,
    designs_only: bool,
) -> Vec<(String, Plan)> {
    let mut cases = against.others.clone();
    if cases.len() < BESIDE {
        cases.insert(0, against.base);
    }
    let panels: Vec<_> = cases.into_iter().map(|case| (case.name.to_owned(), case, Metric::Time)).collect();
    let how = format!("Quiet time of one operation, {AXIS}");
    side_by_side(asked.question.word(), against, &panels, &how, designs_only)
}

/// The same of whole requests to a service, in CPU time of that.
pub(crate) fn compared_over_http(
    asked: &QuestionView<'_>,
    against: &Relative<'_, '_>,
) -> Vec<(String, Plan)> {
    let title = |case: &Case<'_>| case.name.trim_start_matches(OVER_HTTP).to_owned();
    let panels: Vec<_> = against.others.iter().map(|case| (title(case), *case, Metric::Cpu)).collect();
    let how = format!("CPU time of the service for one request over HTTP and its answer, {AXIS}");
    side_by_side(&format!("{} over HTTP", asked.question), against, &panels, &how, true)
}

/// Quantiles of single operations, a panel each. Empty where none were taken.
pub(crate) fn quantiles(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let Some(against) = against(asked) else { return Vec::new() };
    let taken = |case: &Case<'_>, metric| case.lines.iter().any(|line| line.figure(metric).is_some());
    let plans = against.others.iter().flat_map(|case| {
        let panels: Vec<_> = [Metric::P50, Metric::P99, Metric::P999]
            .into_iter()
            .filter(|metric| taken(case, *metric))
            .map(|metric| (metric.word().to_owned(), *case, metric))
            .collect();
        let how = format!(
            "With {}: the time that half, 99 % and 99.9 % of single operations stay within, {AXIS}",
            case.name
        );
        side_by_side(asked.question.word(), &against, &panels, &how, false)
    });
    plans.collect()
}

/// A panel's title, and the figure in it.
type Panel<'c, 'a> = (String, &'c Case<'a>, Metric);

fn side_by_side(
    what: &str,
    against: &Relative<'_, '_>,
    panels: &[Panel<'_, '_>],
    how: &str,
    designs_only: bool,
) -> Vec<(String, Plan)> {
    // As even as it goes: five are three and two.
    let beside = panels.len().div_ceil(panels.len().div_ceil(BESIDE).max(1)).max(1);
    let chunks = panels.chunks(beside);
    let plans = chunks.flat_map(|panels| {
        let titles: Vec<String> = panels.iter().map(|(title, ..)| title.clone()).collect();
        let draft = Draft {
            name: format!("{}-{}", what.to_lowercase().replace(' ', "-"), titles.join("-")),
            title: format!("{}: {}", capital(what), titles.join(", ")),
            subtitle: format!("{how}. The upright stroke in a row: {}.", against.baseline.about),
            panels: titles,
            scale: Scale::Time,
            stroke: Stroke::Baseline(against.baseline.about),
        };
        let contestants = contestants(against, panels, designs_only);
        let cases: Vec<&Case<'_>> = panels.iter().map(|(_, case, _)| *case).collect();
        draft.plans(contestants, |kinds| {
            let kinds: Vec<Kind> =
                kinds.iter().copied().filter(|kind| !designs_only || *kind == Kind::Design).collect();
            troubles_along(cases.iter().copied(), &kinds)
        })
    });
    plans.collect()
}

fn contestants<'c>(
    against: &Relative<'_, '_>,
    panels: &[Panel<'c, '_>],
    designs_only: bool,
) -> Vec<Contestant<'c>> {
    let mut contestants: Vec<Contestant<'c>> = Vec::new();
    for line in panels.iter().flat_map(|(_, case, _)| &case.lines) {
        let known = contestants.iter().any(|contestant| contestant.row.name == line.id);
        let wanted = if designs_only { line.kind == Kind::Design } else { line.kind != Kind::Twin };
        if known || !wanted {
            continue;
        }
        let marks: Vec<Option<Mark>> =
            panels.iter().map(|(_, case, metric)| mark(against, case, line.id, *metric)).collect();
        if marks.iter().any(Option::is_some) {
            contestants.push(Contestant {
                row: Row { name: line.id.to_owned(), kind: line.kind, marks },
                family: line.declared.map(|declared| declared.family.as_str()),
                floor: line.floor,
            });
        }
    }
    contestants
}

fn mark(against: &Relative<'_, '_>, case: &Case<'_>, id: &str, metric: Metric) -> Option<Mark> {
    let line = case.line(id)?;
    let base = against.base.line(id).filter(|base| base.execution == line.execution);
    let stroke = base.filter(|_| case.name != against.base.name).and_then(|base| base.figure(metric));
    Some(Mark { figure: line.figure(metric)?, stroke: stroke.map(|figure| figure.value) })
}
