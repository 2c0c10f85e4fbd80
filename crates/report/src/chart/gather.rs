//! Which charts a record has.

use std::collections::HashSet;

use measure::record::{Kind, Metric};

use super::{
    Chart, Width,
    courses::{self, Courses},
    forest::{Forest, Mark, Row},
};
use crate::{
    ReportError,
    view::{Asked, Case, Cell, DesignLine, Line, Series, View, series},
};

const HOW: &str = "Median time of one operation, on a logarithmic axis; bars are 95 % intervals over rounds, where \
                   longer than their mark";

/// All charts: the overview, then each question's.
pub(crate) fn all(view: &View<'_>) -> Result<Vec<Chart>, ReportError> {
    let mut charts = Vec::new();
    let mut names = HashSet::new();
    let mut add = |name: &str, question, draw: &dyn Fn(Width) -> Result<Option<super::Svg>, String>| {
        let name = unused(name, &mut names);
        let failed = |reason| ReportError::Chart { chart: name.clone(), reason };
        if let (Some(wide), Some(narrow)) =
            (draw(Width::Wide).map_err(failed)?, draw(Width::Narrow).map_err(failed)?)
        {
            charts.push(Chart { name, question, wide, narrow });
        }
        Ok::<(), ReportError>(())
    };

    let overview = overview(view);
    add("overview", None, &|width| overview.draw(width))?;
    for asked in &view.asked {
        let word = asked.question.word();
        let (all, alone) = series(asked);
        if !all.is_empty() {
            let chart = by_population(asked, &all);
            add(&format!("{word}-by-population"), Some(asked.question), &|width| chart.draw(width))?;
        }
        for case in alone {
            let chart = of_case(asked, case);
            add(&format!("{word}-{}", case.name), Some(asked.question), &|width| chart.draw(width))?;
        }
    }
    Ok(charts)
}

/// Issue and authorise for designs and peers, cheapest to authorise first.
fn overview(view: &View<'_>) -> Forest {
    type Pick = fn(&DesignLine<'_>) -> Cell;
    let wanted: [(&str, Pick); 2] = [
        ("Authorise, every request", |line| line.authorise.clone()),
        ("Issue, once a login", |line| line.issue.clone()),
    ];
    let panels: Vec<_> = wanted
        .into_iter()
        .filter(|(_, pick)| view.designs.iter().any(|line| pick(line).value().is_some()))
        .collect();
    let mut rows: Vec<Row> = view
        .designs
        .iter()
        .map(|line| Row {
            name: line.id.to_owned(),
            kind: line.kind,
            marks: panels.iter().map(|(_, pick)| mark_of(view, line.id, &pick(line))).collect(),
        })
        .filter(|row| row.marks.iter().any(Option::is_some))
        .collect();
    sort(&mut rows);
    let notes = view.designs.iter().filter_map(|line| {
        let (status, reason) = line.trouble()?;
        Some(note(line.id, status, reason))
    });
    Forest {
        title: "What it costs to authorise and to issue".to_owned(),
        subtitle: format!("{HOW}."),
        notes: notes.collect(),
        panels: panels.into_iter().map(|(title, _)| title.to_owned()).collect(),
        rows,
    }
}

fn mark_of(view: &View<'_>, id: &str, cell: &Cell) -> Option<Mark> {
    let Cell::Figure(row) = cell else { return None };
    let case = view.question(row.question)?.cases.iter().find(|case| case.name == row.case)?;
    Some(Mark { time: row.outcome.estimate()?, floor: floor_of(case, case.line(id)?) })
}

/// The time of a line's floor in the same batch: times of different batches do not belong on one line.
fn floor_of(case: &Case<'_>, line: &Line<'_>) -> Option<f64> {
    let floor = case.line(line.floor?)?;
    let together = std::ptr::eq(floor.batch, line.batch);
    floor.figure(Metric::Time).filter(|_| together).map(|time| time.median)
}

fn of_case(asked: &Asked<'_>, case: &Case<'_>) -> Forest {
    let mut rows: Vec<Row> = case
        .measured()
        .into_iter()
        .map(|(line, time)| Row {
            name: line.id.to_owned(),
            kind: line.kind,
            marks: vec![Some(Mark { time, floor: floor_of(case, line) })],
        })
        .collect();
    sort(&mut rows);
    Forest {
        title: format!("{}: {}", capital(asked.question.word()), case.name),
        subtitle: format!("{}. {HOW}.", capital(case.about)),
        panels: vec![case.name.to_owned()],
        rows,
        notes: troubles(std::iter::once(case)),
    }
}

fn by_population(asked: &Asked<'_>, all: &[Series<'_, '_>]) -> Courses {
    let panels = all.iter().map(|series| courses::Panel {
        title: series.name.to_owned(),
        lines: series
            .courses()
            .into_iter()
            .map(|course| courses::Line {
                name: course.id.to_owned(),
                kind: course.kind,
                points: course.points,
            })
            .collect(),
    });
    Courses {
        title: format!("{}: cost against population", capital(asked.question.word())),
        subtitle: format!("{HOW}. The figure beside a name is its last."),
        panels: panels.collect(),
        notes: troubles(all.iter().flat_map(|series| series.cases.iter().map(|(_, case)| *case))),
    }
}

/// Who has no mark in the chart, and why, each reason once.
fn troubles<'c>(cases: impl Iterator<Item = &'c Case<'c>>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for line in cases.flat_map(|case| &case.lines) {
        if let Some((status, reason)) = line.trouble() {
            let text = note(line.id, status, reason);
            if !notes.contains(&text) {
                notes.push(text);
            }
        } else if line.figure(Metric::Time).is_some_and(|time| time.median <= 0.0) {
            let text = format!("{} took less than the clock can tell; no logarithm reaches 0.", line.id);
            if !notes.contains(&text) {
                notes.push(text);
            }
        }
    }
    notes
}

fn note(id: &str, status: &str, reason: &str) -> String {
    let how = if status == "failed" { "failed" } else { "not measured" };
    format!("No mark for {id}, {how}: {reason}.")
}

fn sort(rows: &mut [Row]) {
    // Twins stand below their reference, whichever of them happened to be faster.
    let cost = |row: &Row| row.marks.iter().flatten().next().map_or(f64::INFINITY, |mark| mark.time.median);
    rows.sort_by(|one, other| {
        cost(one).total_cmp(&cost(other)).then((one.kind == Kind::Twin).cmp(&(other.kind == Kind::Twin)))
    });
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A file name made of what the record calls it, which may be anything, and different from all before.
fn unused(wish: &str, taken: &mut HashSet<String>) -> String {
    let safe: String = wish
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '-' })
        .take(80)
        .collect();
    let mut name = safe.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{safe}-{number}");
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_stay_in_their_folder_and_differ() {
        let mut taken = HashSet::new();
        assert_eq!(unused("issue-../../x y", &mut taken), "issue-------x-y");
        assert_eq!(unused("lookup-1k", &mut taken), "lookup-1k");
        assert_eq!(unused("lookup-1K", &mut taken), "lookup-1k-2");
    }
}
