//! The three sentences of the first screen: what it costs, what that buys, what to make of the differences.

use measure::{
    record::{Declared, Kind, Metric, Question},
    stats::{Comparison, Estimate},
};

use super::choice;
use crate::{
    question,
    text::{Sentence, format, unmeasured},
    view::{Case, Line, View},
};

/// The answer to what it costs to authorise a request, a paragraph each: what most people choose between where the record
/// says what that is, and otherwise the cheapest of each sort; then what to make of differences.
pub(crate) fn overall(view: &View<'_>) -> Vec<Sentence> {
    let case = view.question(Question::Authorise).and_then(|asked| {
        let has_design = |case: &&Case<'_>| case.measured().iter().any(|(line, _)| line.kind == Kind::Design);
        asked.cases.iter().find(has_design).or_else(|| asked.cases.first())
    });
    let Some(case) = case else {
        let others: Vec<Sentence> = view.asked.iter().map(question::answer).collect();
        if !others.is_empty() {
            return others;
        }
        let mut none = Sentence::default();
        none.text("This record holds no figures.");
        return vec![none];
    };
    let mut sentences = choice::sentences(view);
    if sentences.is_empty() {
        let cheapest = cheapest_of_each_sort(case);
        sentences.extend(cost(case, &cheapest));
        sentences.extend(bought(&cheapest));
    }
    sentences.extend([ties(case), fastest_peer(case), without_a_figure(case)].into_iter().flatten());
    sentences
}

/// The cheapest design of each combination of family and place of state, cheapest first, and of how many.
fn cheapest_of_each_sort<'c, 'a>(case: &'c Case<'a>) -> Vec<(&'c Line<'a>, Estimate, usize)> {
    let sort =
        |line: &Line<'_>| line.declared.map(|declared| (declared.family.clone(), declared.state.clone()));
    let mut cheapest: Vec<(&Line<'_>, Estimate, usize)> = Vec::new();
    for (line, time) in case.measured() {
        if line.kind != Kind::Design {
            continue;
        }
        match cheapest.iter_mut().find(|(known, ..)| sort(known) == sort(line)) {
            Some((.., how_many)) => *how_many += 1,
            None => cheapest.push((line, time, 1)),
        }
    }
    cheapest
}

fn cost(case: &Case<'_>, cheapest: &[(&Line<'_>, Estimate, usize)]) -> Option<Sentence> {
    let mut sentence = Sentence::default();
    if cheapest.is_empty() {
        sentence.text("No design has a figure for authorising a request; not measured: ");
        let lines: Vec<_> = case.lines.iter().filter(|line| line.kind == Kind::Design).collect();
        unmeasured(&mut sentence, &lines);
        sentence.text(".");
        return Some(sentence);
    }
    sentence.text("To authorise one request takes ").list(cheapest, |sentence, (line, time, how_many)| {
        sentence.figure(format::time_interval(*time)).text(" with ").name(line.id);
        if let Some(declared) = line.declared {
            let of = if *how_many > 1 { format!(", the cheapest of {how_many}") } else { String::new() };
            sentence.text(format!(" ({}, server state: {}{of})", declared.family, declared.state));
        }
    });
    let reference = &cheapest[0].0.batch.reference;
    let compared: Vec<_> = cheapest
        .iter()
        .filter(|(line, ..)| !line.is_reference() && line.batch.reference == *reference)
        .filter_map(|(line, ..)| Some((line.id, line.figure(Metric::Ratio)?)))
        .collect();
    if !compared.is_empty() {
        sentence.text("; with ").name(reference).text(" as 1, that is ").list(
            compared,
            |sentence, (id, ratio)| {
                sentence.figure(format::ratio(ratio)).text(" for ").name(id);
            },
        );
    }
    sentence.text(".");
    Some(sentence)
}

/// What the designs of the first sentence declare: revocation and outage, designs with the same words together.
fn bought(cheapest: &[(&Line<'_>, Estimate, usize)]) -> Option<Sentence> {
    let declared: Vec<(&str, &Declared)> =
        cheapest.iter().filter_map(|(line, ..)| Some((line.id, line.declared?))).collect();
    if declared.is_empty() {
        return None;
    }
    let mut sentence = Sentence::default();
    sentence.text("How soon a revoked credential is refused: ");
    by_words(&mut sentence, &declared, revocation);
    sentence.text(". When the store cannot be reached: ");
    by_words(&mut sentence, &declared, |declared| declared.outage.clone());
    sentence.text(".");
    Some(sentence)
}

/// When a revoked credential stops being accepted; with the longest life where only that ends it.
fn revocation(declared: &Declared) -> String {
    if declared.revocation.contains("expiry") {
        format!("{}, up to {} after issue", declared.revocation, format::lifetime(declared.lifetime_s))
    } else {
        declared.revocation.clone()
    }
}

fn by_words(sentence: &mut Sentence, all: &[(&str, &Declared)], words: impl Fn(&Declared) -> String) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (id, declared) in all {
        let said = words(declared);
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((said, vec![id])),
        }
    }
    for (position, (said, ids)) in groups.into_iter().enumerate() {
        if position > 0 {
            sentence.text("; ");
        }
        sentence.text("with ").list(ids, |sentence, id| {
            sentence.name(id);
        });
        sentence.text(format!(", {said}"));
    }
}

fn contends(line: &Line<'_>) -> bool {
    matches!(line.kind, Kind::Design | Kind::Peer)
}

/// Which designs and peers tie with the reference.
fn ties(case: &Case<'_>) -> Option<Sentence> {
    let mut sentence = Sentence::default();
    let measured = case.measured();
    if let Some((line, noise)) =
        measured.iter().find_map(|(line, _)| Some((line, case.noise(line).filter(|_| contends(line))?)))
    {
        let reference = &line.batch.reference;
        let ties: Vec<&str> = measured
            .iter()
            .filter(|(one, _)| contends(one) && !one.is_reference() && one.batch.reference == *reference)
            .filter(|(one, _)| {
                let ratio = one.figure(Metric::Ratio);
                ratio.is_some_and(|ratio| ratio.comparison(case.noise(one)) == Comparison::Tie)
            })
            .map(|(one, _)| one.id)
            .collect();
        sentence.text("Against a noise floor of ").figure(format::percent(noise)).text(", ");
        if ties.is_empty() {
            sentence.text("nothing ties with ").name(reference);
        } else {
            let verb = if ties.len() == 1 { " ties with " } else { " tie with " };
            sentence.list(ties, |sentence, id| {
                sentence.name(id);
            });
            sentence.text(verb).name(reference);
        }
    } else if measured.is_empty() {
        return None;
    } else {
        sentence.text("Without a twin and six rounds, ties cannot be told from differences");
    }
    sentence.text(".");
    Some(sentence)
}

/// The fastest of other projects' crates.
fn fastest_peer(case: &Case<'_>) -> Option<Sentence> {
    let measured = case.measured();
    let peers: Vec<_> = measured.iter().filter(|(line, _)| line.kind == Kind::Peer).collect();
    let (line, time) = peers.first()?;
    let which = if peers.len() > 1 {
        format!("The fastest of {} peers, ", peers.len())
    } else {
        "The one peer, ".to_owned()
    };
    let mut sentence = Sentence::default();
    sentence.text(which).name(line.id).text(", takes ").figure(format::time_interval(*time));
    if let Some(ratio) = line.figure(Metric::Ratio) {
        sentence.text(", ").figure(format::ratio(ratio)).text(" of ").name(&line.batch.reference);
    }
    sentence.text(".");
    Some(sentence)
}

/// What could not be measured, and why.
fn without_a_figure(case: &Case<'_>) -> Option<Sentence> {
    let missing: Vec<_> =
        case.lines.iter().filter(|line| contends(line) && line.trouble().is_some()).collect();
    if missing.is_empty() || case.measured().is_empty() {
        return None;
    }
    let mut sentence = Sentence::default();
    sentence.text("Without a figure: ");
    unmeasured(&mut sentence, &missing);
    sentence.text(".");
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use measure::{example, record::RunRecord};

    use super::*;

    fn said(record: &RunRecord) -> String {
        overall(&View::new(record)).iter().map(Sentence::plain).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_answer_is_made_of_what_the_record_holds() {
        let said = said(&example::record());
        for part in [
            "To authorise one request takes 300 ns with jwt-hs256 (stateless, server state: none)",
            "303 ns with near-x; with jwt-hs256 as 1, that is ×1.01 for near-x.",
            "How soon a revoked credential is refused: with jwt-hs256, only by expiry, up to 1 h after issue. When the \
             store cannot be reached: with jwt-hs256, no store to lose.",
            "Against a noise floor of 2.0 %, near-x ties with jwt-hs256",
            "The one peer, peer-x, takes 900 ns, ×3.00 of jwt-hs256",
            "broken-x (failed: connection refused",
            "; missing-x (unavailable: redis-server is not installed)",
        ] {
            assert!(said.contains(part), "{part:?} is not in: {said}");
        }
    }

    #[test]
    fn what_is_missing_is_not_claimed() {
        assert_eq!(said(&RunRecord::new("empty")), "This record holds no figures.");

        let mut nothing_ran = example::record();
        for one in &mut nothing_ran.executions[0].batches[0].contestants {
            one.rounds.clear();
            one.counts.clear();
        }
        let said_then = said(&nothing_ran);
        assert!(said_then.starts_with("No design has a figure"), "{said_then}");
        assert!(said_then.contains("redis-server is not installed"), "{said_then}");

        let mut no_twin = example::record();
        no_twin.executions[0].batches[0].contestants.retain(|one| one.kind != Kind::Twin);
        assert!(said(&no_twin).contains("Without a twin"), "{}", said(&no_twin));
    }
}
