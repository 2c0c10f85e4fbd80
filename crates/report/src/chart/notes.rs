//! Who has no mark in a chart, and why.

use measure::record::{Kind, Metric};

use crate::view::{Case, Line};

/// One note a reason, for lines of those kinds.
pub(crate) fn troubles<'c>(cases: impl IntoIterator<Item = &'c Case<'c>>, kinds: &[Kind]) -> Vec<String> {
    let lines: Vec<&Line<'_>> = cases.into_iter().flat_map(|case| &case.lines).collect();
    let lines = lines.into_iter().filter(|line| kinds.contains(&line.kind));
    let mut notes = Notes::default();
    for line in lines {
        if let Some((status, reason)) = line.trouble() {
            notes.add(line.id, status, reason);
        } else if line.figure(Metric::Time).is_some_and(|time| time.value <= 0.0) {
            notes.add(line.id, "", "less than the clock can tell, and no logarithm reaches 0");
        }
    }
    notes.written()
}

/// The same for lines along several cases: a contestant with a mark in some of them is not said to have none, and the first
/// reason of each is enough.
pub(crate) fn troubles_along<'c>(
    cases: impl IntoIterator<Item = &'c Case<'c>>,
    kinds: &[Kind],
) -> Vec<String> {
    let lines: Vec<&Line<'_>> = cases.into_iter().flat_map(|case| &case.lines).collect();
    let marked = |id: &str| {
        let time = |line: &&&Line<'_>| line.figure(Metric::Time).is_some_and(|time| time.value > 0.0);
        lines.iter().filter(|line| line.id == id).any(|line| time(&line))
    };
    let (mut nowhere, mut elsewhere, mut told) = (Notes::default(), Notes::default(), Vec::new());
    for line in lines.iter().filter(|line| kinds.contains(&line.kind)) {
        let Some((status, reason)) = line.trouble().filter(|_| !told.contains(&line.id)) else { continue };
        told.push(line.id);
        let notes = if marked(line.id) { &mut elsewhere } else { &mut nowhere };
        notes.add(line.id, status, reason);
    }
    let mut notes = nowhere.written();
    notes.extend(elsewhere.0.into_iter().map(|(why, ids)| {
        format!("Marks in some cases only: {}. The first of the reasons: {why}.", ids.join(", "))
    }));
    notes
}

/// Reasons, each with the contestants that it concerns.
#[derive(Default)]
pub(crate) struct Notes(Vec<(String, Vec<String>)>);

impl Notes {
    pub(crate) fn add(&mut self, id: &str, status: &str, reason: &str) {
        let how = match status {
            "failed" => "failed: ",
            "" => "",
            _ => "not measured: ",
        };
        let why = format!("{how}{reason}");
        match self.0.iter_mut().find(|(known, _)| *known == why) {
            Some((_, ids)) if ids.iter().any(|known| known == id) => {}
            Some((_, ids)) => ids.push(id.to_owned()),
            None => self.0.push((why, vec![id.to_owned()])),
        }
    }

    pub(crate) fn written(self) -> Vec<String> {
        self.0.into_iter().map(|(why, ids)| format!("No mark for {}; {why}.", ids.join(", "))).collect()
    }
}
