//! What of the questions was asked for, by patterns, and what is said of a pattern that selects nothing.

use std::collections::BTreeMap;

use anyhow::bail;
use globset::{Glob, GlobSet, GlobSetBuilder};
use measure::record::{Profile, Question};

use crate::{
    contestants,
    questions::{self, Case},
};

/// Which contestants of which cases were asked for.
#[derive(Clone, Debug)]
pub(crate) enum Selection {
    /// All of them.
    All,
    /// Those that match one of the patterns each; where there is none, all do.
    Globs {
        /// Of the names of cases.
        cases: Option<GlobSet>,
        /// Of the ids of contestants.
        contestants: Option<GlobSet>,
    },
    /// Those of that case, by case name.
    Exactly(BTreeMap<String, Vec<String>>),
}

/// A selection that selects nothing: the command line, not the machine, is at fault.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unselectable(String);

impl Selection {
    /// Shell patterns such as `1m-*` and `jwt-*`; none means all.
    ///
    /// # Errors
    /// When a pattern is malformed.
    pub(crate) fn globs(cases: &[String], contestants: &[String]) -> Result<Self, globset::Error> {
        Ok(Self::Globs { cases: glob_set(cases)?, contestants: glob_set(contestants)? })
    }

    pub(crate) fn includes(&self, case: &Case, id: &str) -> bool {
        let matches =
            |globs: &Option<GlobSet>, name: &str| globs.as_ref().is_none_or(|globs| globs.is_match(name));
        match self {
            Self::All => true,
            Self::Globs { cases, contestants } => matches(cases, case.name) && matches(contestants, id),
            Self::Exactly(cases) => {
                cases.get(case.name).is_some_and(|ids| ids.iter().any(|selected| selected == id))
            }
        }
    }
}

fn glob_set(patterns: &[String]) -> Result<Option<GlobSet>, globset::Error> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern)?);
    }
    set.build().map(Some)
}

impl Unselectable {
    /// Each pattern matches something, and yet no contestant that was asked for is in a case that was.
    pub(crate) fn nobody(designs: &[String], cases: &[String]) -> Self {
        let all = |patterns: &[String]| patterns.join(", ");
        Self(if cases.is_empty() {
            format!("nothing to measure: that question has no contestant that matches {}", all(designs))
        } else if designs.is_empty() {
            format!("nothing to measure: no contestant takes part in {}", all(cases))
        } else {
            format!(
                "nothing to measure: in {} no contestant that matches {} takes part",
                all(cases),
                all(designs)
            )
        })
    }
}

/// Each pattern must match somebody; a misspelt one is answered with the near names.
pub(crate) fn check_designs(patterns: &[String], questions: &[Question]) -> anyhow::Result<()> {
    let entries = questions.iter().flat_map(|question| contestants::entries(*question));
    let ids = each_once(entries.map(|entry| entry.id));
    for pattern in patterns {
        if !matches_any(pattern, &ids)? {
            let meant = did_you_mean(pattern, &ids);
            bail!(Unselectable(format!(
                "no design, peer, control or floor matches `{pattern}`; {meant}`authbench list` shows them all"
            )));
        }
    }
    Ok(())
}

/// The same for cases. One that a more thorough profile would measure is no misspelling.
pub(crate) fn check_cases(
    patterns: &[String],
    questions: &[Question],
    profile: Profile,
) -> anyhow::Result<()> {
    let of = |profile| {
        let cases = questions.iter().flat_map(move |question| questions::cases_of(*question, profile));
        each_once(cases.map(|case| case.name.to_owned()))
    };
    let (names, all) = (of(profile), of(Profile::Full));
    for pattern in patterns {
        if matches_any(pattern, &names)? {
            continue;
        }
        if matches_any(pattern, &all)? {
            let thorough = matches_any(pattern, &of(Profile::Standard))?;
            let flag = if thorough { "--standard" } else { "--full" };
            bail!(Unselectable(format!("what matches `{pattern}` is measured with {flag}")));
        }
        let meant = match did_you_mean(pattern, &all) {
            meant if meant.is_empty() => format!("there are {}", all.join(", ")),
            meant => meant.trim_end().to_owned(),
        };
        bail!(Unselectable(format!("no case of these questions matches `{pattern}`; {meant}")));
    }
    Ok(())
}

fn each_once(names: impl Iterator<Item = String>) -> Vec<String> {
    names.fold(Vec::new(), |mut all, name| {
        if !all.contains(&name) {
            all.push(name);
        }
        all
    })
}

fn matches_any(pattern: &str, names: &[String]) -> Result<bool, Unselectable> {
    let glob = Glob::new(pattern).map_err(|error| Unselectable(error.to_string()))?;
    let matcher = glob.compile_matcher();
    Ok(names.iter().any(|name| matcher.is_match(name)))
}

/// The names that are close to what was typed, as a hint, or nothing; of equally close ones the first. What stands before
/// a wildcard is compared with as much of each name, so that the names' lengths do not decide.
fn did_you_mean(typed: &str, names: &[String]) -> String {
    let (begins, wild) = typed.find(['*', '?', '[', '{']).map_or((typed, false), |at| (&typed[..at], true));
    let as_much = |name: &str| {
        name.chars().take(if wild { begins.chars().count() } else { usize::MAX }).collect::<String>()
    };
    let mut close: Vec<(f64, &String)> = names
        .iter()
        .map(|name| (strsim::jaro_winkler(begins, &as_much(name)), name))
        .filter(|(score, _)| *score > 0.7)
        .collect();
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    let close: Vec<&str> = close.iter().take(3).map(|(_, name)| name.as_str()).collect();
    if close.is_empty() { String::new() } else { format!("did you mean {}? ", close.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pattern: &str, questions: &[Question], profile: Profile) -> Option<String> {
        check_cases(&[pattern.to_owned()], questions, profile).err().map(|error| error.to_string())
    }

    #[test]
    fn both_patterns_must_match() {
        let patterns = |text: &str| vec![text.to_owned()];
        let selection = Selection::globs(&patterns("1m-*"), &patterns("session-*")).unwrap();
        let includes =
            |case: &str, id: &str| selection.includes(questions::find(Question::Lookup, case).unwrap(), id);
        assert!(includes("1m-uniform", "session-memory"));
        assert!(!includes("1k-uniform", "session-memory"));
        assert!(!includes("1m-uniform", "tower-sessions-memory"));
    }

    #[test]
    fn a_case_pattern_that_matches_nothing_is_answered_with_what_is_near() {
        let lookup = [Question::Lookup];
        assert_eq!(refusal("1k-*", &lookup, Profile::Quick), None);
        let said = refusal("1k-unifrom", &lookup, Profile::Quick).unwrap();
        assert!(said.contains("`1k-unifrom`; did you mean 1k-uniform"), "{said}");
        let said = refusal("zzz", &[Question::Purge], Profile::Quick).unwrap();
        assert!(said.ends_with("; there are quiet, purging"), "{said}");
        assert!(refusal("genuine", &lookup, Profile::Full).is_some(), "it is a case of another question");
    }

    #[test]
    fn a_case_of_a_more_thorough_profile_is_called_so() {
        for (pattern, flag) in [("1m-*", "--standard"), ("10m-zipf", "--full")] {
            let said = refusal(pattern, &[Question::Lookup], Profile::Quick).unwrap();
            assert!(said.ends_with(&format!("measured with {flag}")), "{said}");
        }
    }
}
