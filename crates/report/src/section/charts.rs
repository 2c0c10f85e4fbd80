//! All charts of a page: the overview, then those of each section.

use std::collections::HashSet;

use crate::{
    ReportError,
    chart::{Chart, Plan, Width},
    first_screen, memory, per_login, question,
    view::{Section, Topic, View},
};

/// All charts: the overview, then those of each section.
pub(crate) fn all(view: &View<'_>) -> Result<Vec<Chart>, ReportError> {
    let mut plans: Vec<(String, Option<Topic>, Plan)> = Vec::new();
    plans.extend(first_screen::overview(view).into_iter().map(|(name, plan)| (name, None, plan)));
    plans.extend(question::cost_against_staleness(view).into_iter().map(|(name, plan)| (name, None, plan)));
    for section in view.sections() {
        let own = match &section {
            Section::Question(asked) => question::charts(asked),
            Section::PerLogin(all) => per_login::chart(view, all),
            Section::Memory(memory) => memory::chart(memory),
            // A matrix of words: the table is the chart.
            Section::Hostile(_) => Vec::new(),
        };
        plans.extend(own.into_iter().map(|(name, plan)| (name, Some(section.topic()), plan)));
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
