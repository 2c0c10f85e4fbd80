//! All cases of a question side by side, one row a contestant.

use measure::{
    record::{Kind, Metric},
    rows::OVER_HTTP,
    stats::Estimate,
};

use crate::{
    text::{Column, Content, Row, Table, format, grouped, sort_by_figure},
    view::{Case, Line, QuestionView, Relative, against, against_over_http, contestants, series},
};

/// What stands in a matrix.
struct Plan {
    metric: Metric,
    /// Of the cases that are whole requests to a service, or of the others.
    over_http: bool,
    title: &'static str,
    about: &'static str,
    text: fn(Estimate) -> String,
}

/// Times wherever there are several cases, then whatever else varies with the case.
pub(crate) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    let time = Plan {
        metric: Metric::Time,
        over_http: false,
        title: "Time by case",
        about: "Quiet time of one operation, with the interval expected on a rerun.",
        text: format::time_interval,
    };
    let mut tables: Vec<Table> = table(asked, &time).into_iter().collect();
    let over_http = Plan {
        metric: Metric::Cpu,
        over_http: true,
        title: "CPU of the service by request",
        about: "CPU time of the service for one request over HTTP and its answer.",
        text: format::time_interval,
    };
    tables.extend(table(asked, &over_http));
    tables.extend(quantiles(asked));
    // Bytes that grow along an axis of bytes are those of the credential; sessions have a section of their own.
    if asked.words.axis.is_some_and(|axis| axis.unit == crate::view::Unit::Bytes) {
        let bytes = Plan {
            metric: Metric::Bytes,
            over_http: false,
            title: "Bytes by case",
            about: "What the credential adds to each request.",
            text: |figure| format::count(figure.value),
        };
        tables.extend(table(asked, &bytes));
    }
    tables
}

fn table(asked: &QuestionView<'_>, plan: &Plan) -> Option<Table> {
    let cases: Vec<&Case<'_>> = ordered(asked)
        .into_iter()
        .filter(|case| case.name.starts_with(OVER_HTTP) == plan.over_http)
        .filter(|case| case.lines.iter().any(|line| line.figure(plan.metric).is_some()))
        .collect();
    if cases.len() < 2 {
        return None;
    }
    let against = if plan.over_http { against_over_http(asked) } else { against(asked) };
    let columns = cases.iter().map(|case| Column::number(case.name)).collect();
    let mut rows: Vec<(Option<Estimate>, Row)> = contestants(&cases, |_| true)
        .into_iter()
        .filter(|(id, _)| first_figure(&cases, id, plan.metric).is_some())
        .map(|(id, kind)| {
            let cells = cases.iter().map(|case| match case.line(id) {
                Some(line) => {
                    cell(line, plan.metric, plan.text, ratio(against.as_ref(), case, line, plan.metric))
                }
                None => Content::None,
            });
            (first_figure(&cases, id, plan.metric), row(id, kind, cells.collect()))
        })
        .collect();
    sort_by_figure(&mut rows);
    Some(Table {
        title: plan.title.to_owned(),
        about: format!("{}{}", plan.about, compared(against.as_ref())),
        first: "Contestant",
        columns,
        groups: grouped(rows.into_iter().map(|(_, row)| row).collect()),
        notes: without_figures(&cases),
    })
}

/// Quantiles of single operations: for each the cases side by side.
fn quantiles(asked: &QuestionView<'_>) -> Option<Table> {
    let cases = ordered(asked);
    let found: Vec<Metric> = [Metric::P50, Metric::P99, Metric::P999]
        .into_iter()
        .filter(|metric| cases.iter().flat_map(|case| &case.lines).any(|line| line.figure(*metric).is_some()))
        .collect();
    let sorting = *found.first()?;
    let against = against(asked);
    let pairs: Vec<(Metric, &Case<'_>)> =
        found.iter().flat_map(|metric| cases.iter().map(|case| (*metric, *case))).collect();
    // Cases in which only something else was counted would be columns of nothing.
    let pairs: Vec<(Metric, &Case<'_>)> = pairs
        .into_iter()
        .filter(|(metric, case)| case.lines.iter().any(|line| line.figure(*metric).is_some()))
        .collect();
    let columns = pairs.iter().map(|(metric, case)| Column {
        title: metric.word().to_owned(),
        about: case.name.to_owned(),
        numbers: true,
    });
    let mut rows: Vec<(Option<Estimate>, Row)> = contestants(&cases, |_| true)
        .into_iter()
        .filter(|(id, _)| found.iter().any(|metric| first_figure(&cases, id, *metric).is_some()))
        .map(|(id, kind)| {
            let cells = pairs.iter().map(|(metric, case)| match case.line(id) {
                Some(line) => {
                    let ratio = ratio(against.as_ref(), case, line, *metric);
                    cell(line, *metric, format::time_interval, ratio)
                }
                None => Content::None,
            });
            (first_figure(&cases, id, sorting), row(id, kind, cells.collect()))
        })
        .collect();
    sort_by_figure(&mut rows);
    Some(Table {
        title: "Quantiles of single operations".to_owned(),
        about: "The time that half, 99 % and 99.9 % of all single operations stay within: the median over rounds, \
                with its 95 % interval."
            .to_owned()
            + &compared(against.as_ref()),
        first: "Contestant",
        columns: columns.collect(),
        groups: grouped(rows.into_iter().map(|(_, row)| row).collect()),
        notes: without_figures(&cases),
    })
}

/// Along the axis where there is one, else in the order of the record.
fn ordered<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<&'c Case<'a>> {
    let (all, _) = series(asked);
    let mut cases: Vec<&Case<'a>> =
        all.iter().flat_map(|series| &series.cases).map(|(_, case)| *case).collect();
    let rest = asked.cases.iter().filter(|case| !cases.iter().any(|known| known.name == case.name));
    let rest: Vec<_> = rest.collect();
    cases.extend(rest);
    cases
}

fn compared(against: Option<&Relative<'_, '_>>) -> String {
    against.map_or(String::new(), |against| {
        format!(" Below it, the ratio to {}, taken within each round.", against.baseline.about)
    })
}

/// Who has no figure in any case, each reason once: rows of nothing else would hide those with figures.
fn without_figures(cases: &[&Case<'_>]) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for (id, _) in contestants(cases, |_| true) {
        let lines: Vec<&Line<'_>> = cases.iter().filter_map(|case| case.line(id)).collect();
        let troubles: Option<Vec<_>> = lines.iter().map(|line| line.trouble()).collect();
        let Some((status, reason)) = troubles.and_then(|troubles| troubles.first().copied()) else {
            continue;
        };
        let why = format!("{status}: {reason}");
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, ids)) => ids.push(id),
            None => reasons.push((why, vec![id])),
        }
    }
    reasons.into_iter().map(|(why, ids)| format!("Without a figure: {} ({why}).", ids.join(", "))).collect()
}

fn row(id: &str, kind: Kind, cells: Vec<Content>) -> Row {
    Row { name: id.to_owned(), kind: Some(kind), about: String::new(), cells }
}

fn first_figure(cases: &[&Case<'_>], id: &str, metric: Metric) -> Option<Estimate> {
    cases.iter().find_map(|case| case.line(id)?.figure(metric))
}

fn cell(line: &Line<'_>, metric: Metric, text: fn(Estimate) -> String, ratio: Option<Estimate>) -> Content {
    match (line.figure(metric), line.trouble()) {
        (Some(figure), _) => Content::Figure(text(figure), ratio.map_or(String::new(), format::ratio)),
        (None, Some((status, reason))) => Content::Trouble(status, reason.to_owned()),
        (None, None) => Content::None,
    }
}

fn ratio(
    against: Option<&Relative<'_, '_>>,
    case: &Case<'_>,
    line: &Line<'_>,
    metric: Metric,
) -> Option<Estimate> {
    let against = against.filter(|against| against.base.name != case.name)?;
    against.ratio(line, metric)
}
