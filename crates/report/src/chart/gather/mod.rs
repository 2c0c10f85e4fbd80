//! Which charts a record has.

mod along;
mod beside;
mod entrants;
mod notes;
mod panels;

use std::collections::HashSet;

use measure::record::Question;

use super::{
    Chart, Svg, Width,
    courses::Courses,
    forest::{Forest, Group},
};
use crate::{
    ReportError,
    view::{Asked, Matter, Topic, View, against, series},
};

/// How every figure on a logarithmic axis is drawn.
const AXIS: &str = "on a logarithmic axis; bars are 95 % intervals over rounds, where longer than their mark";

/// A chart that is yet to be drawn.
enum Plan {
    Forest(Forest),
    Courses(Courses),
}

impl Plan {
    /// The groups of rows, where it has such.
    fn groups(&mut self) -> Option<&mut [Group]> {
        match self {
            Self::Forest(forest) => Some(&mut forest.groups),
            Self::Courses(_) => None,
        }
    }

    fn draw(&self, width: Width) -> Result<Option<Svg>, String> {
        match self {
            Self::Forest(forest) => forest.draw(width),
            Self::Courses(courses) => courses.draw(width),
        }
    }
}

/// All charts: the overview, then those of each section.
pub(crate) fn all(view: &View<'_>) -> Result<Vec<Chart>, ReportError> {
    let mut plans: Vec<(String, Option<Topic>, Plan)> = Vec::new();
    plans.extend(panels::overview(view).into_iter().map(|(name, plan)| (name, None, plan)));
    for matter in view.matters() {
        let own = match &matter {
            Matter::Asked(asked) => of_question(asked),
            Matter::Memory(memory) => along::memory(memory),
            // A matrix of words: the table is the chart.
            Matter::Hostile(_) => Vec::new(),
        };
        plans.extend(own.into_iter().map(|(name, plan)| (name, Some(matter.topic()), plan)));
    }

    let mut charts = Vec::new();
    let mut names = HashSet::new();
    for (name, topic, plan) in plans {
        let name = unused(&name, &mut names);
        let failed = |reason| ReportError::Chart { chart: name.clone(), reason };
        let (wide, narrow) =
            (plan.draw(Width::Wide).map_err(failed)?, plan.draw(Width::Narrow).map_err(failed)?);
        if let (Some(wide), Some(narrow)) = (wide, narrow) {
            charts.push(Chart { name, topic, wide, narrow });
        }
    }
    Ok(charts)
}

/// Along an axis what makes one, beside its plain manner what has another, side by side what is compared, by itself what is left.
fn of_question(asked: &Asked<'_>) -> Vec<(String, Plan)> {
    let (all, alone) = series(asked);
    let mut plans = along::of_question(asked, &all);
    plans.extend(beside::of_question(asked));
    let quantiles = panels::quantiles(asked);
    if !quantiles.is_empty() {
        plans.extend(quantiles);
    } else if let Some(against) = against(asked) {
        // Whoever attacks, attacks a design: peers are in the tables.
        let designs_only = asked.question == Question::Attack;
        plans.extend(panels::compared(asked, &against, designs_only));
    } else {
        plans.extend(alone.into_iter().flat_map(|case| panels::of_case(asked, case)));
    }
    plans
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
