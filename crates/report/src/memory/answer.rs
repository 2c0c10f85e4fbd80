//! The answer to what a session takes.

use measure::stats::Estimate;

use crate::{
    text::{Sentence, format},
    view::{Curve, Memory, View},
};

/// A store with what it takes for a session.
type Taken<'m, 'c> = (&'m Curve<'c>, Estimate);

/// The leanest and the fattest store of each way to count, each way at the largest population that was counted in it
/// for most of its stores, and how the leanest of all came there. Bytes that were counted in different ways are not set
/// against each other, so that they need not be of the same population; which it was stands beside them.
pub(crate) fn of(view: &View<'_>, memory: &Memory<'_>) -> Sentence {
    let mut sentence = Sentence::default();
    let mut groups: Vec<Group<'_, '_, '_>> =
        by_count(view, memory).into_iter().filter_map(|(how, curves)| largest(how, &curves)).collect();
    // The largest population first, then the leanest.
    let leanest = |group: &Group<'_, '_, '_>| group.stores[0].1.value;
    groups.sort_by(|one, other| {
        other.population.total_cmp(&one.population).then(leanest(one).total_cmp(&leanest(other)))
    });
    if groups.is_empty() {
        sentence.text("Nothing was counted.");
        return sentence;
    }
    let mut before = None;
    for Group { how, population, stores } in &groups {
        if before == Some(*population) {
            sentence.text("; ");
        } else {
            let with = if before.is_none() { "With " } else { ". With " };
            sentence
                .text(format!("{with}{} sessions stored, each takes ", format::population_tick(*population)));
        }
        before = Some(*population);
        extremes(&mut sentence, stores);
        if !how.is_empty() {
            sentence.text(format!(" ({how})"));
        }
    }
    growth(&mut sentence, groups[0].stores[0].0);
    sentence.text(".");
    sentence
}

/// Stores that were counted in the same way, at one population, the leanest first.
struct Group<'v, 'm, 'c> {
    how: &'v str,
    population: f64,
    stores: Vec<Taken<'m, 'c>>,
}

fn by_count<'v, 'm, 'c>(view: &'v View<'_>, memory: &'m Memory<'c>) -> Vec<(&'v str, Vec<&'m Curve<'c>>)> {
    let mut groups: Vec<(&str, Vec<&Curve<'_>>)> = Vec::new();
    for curve in &memory.curves {
        let how = view.memory_note(curve.id);
        match groups.iter_mut().find(|(known, _)| *known == how) {
            Some((_, curves)) => curves.push(curve),
            None => groups.push((how, vec![curve])),
        }
    }
    groups
}

/// At the largest population that most of them have.
fn largest<'v, 'm, 'c>(how: &'v str, curves: &[&'m Curve<'c>]) -> Option<Group<'v, 'm, 'c>> {
    let at = |number: f64| -> Vec<Taken<'m, 'c>> {
        let figure = |curve: &&'m Curve<'c>| curve.points.iter().find(|(known, _)| *known == number);
        curves.iter().filter_map(|curve| Some((*curve, figure(curve)?.1))).collect()
    };
    let populations = || curves.iter().flat_map(|curve| &curve.points).map(|(number, _)| *number);
    let most = populations().map(|number| at(number).len()).max()?;
    let population = populations().filter(|number| at(*number).len() == most).max_by(f64::total_cmp)?;
    let mut stores = at(population);
    stores.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    Some(Group { how, population, stores })
}

fn extremes(sentence: &mut Sentence, stores: &[Taken<'_, '_>]) {
    let [(leanest, least), others @ ..] = stores else { return };
    sentence.figure(format::bytes_interval(*least)).text(" with ").name(leanest.id);
    if let Some((fattest, most)) = others.last() {
        sentence.text(" to ").figure(format::bytes_interval(*most)).text(" with ").name(fattest.id);
    }
}

fn growth(sentence: &mut Sentence, curve: &Curve<'_>) {
    if let [(from, before), .., (to, after)] = &curve.points[..] {
        let (few, many) = (format::population_tick(*from), format::population_tick(*to));
        sentence.text(format!(". From {few} to {many}, ")).name(curve.id).text(" goes from ");
        sentence.figure(format::bytes_interval(*before)).text(" to ");
        sentence.figure(format::bytes_interval(*after)).text(" a session");
    }
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Count, Metric, Question},
    };

    use crate::{
        section::answer,
        view::{Section, View},
    };

    #[test]
    fn each_way_to_count_has_the_largest_population_that_its_own_stores_have() {
        let mut record = example::record();
        let batches = &mut record.executions[0].batches;
        batches.truncate(1);
        batches[0].question = Question::Lookup;
        let count =
            |value, note: &str| Count { metric: Metric::Bytes, value, over: 1_000, note: note.to_owned() };
        let mut ids = Vec::new();
        for (one, (bytes, note)) in batches[0]
            .contestants
            .iter_mut()
            .filter(|one| one.kind.word() == "design")
            .zip([(150.0, "heap"), (400.0, "disk")])
        {
            one.counts = vec![count(bytes, note)];
            ids.push(one.id.clone());
        }
        let mut larger = batches[0].clone();
        larger.case = "1m-uniform".to_owned();
        larger.contestants.retain(|one| one.id == ids[0]);
        larger.contestants[0].counts = vec![count(90.0, "heap")];
        batches.push(larger);

        let view = View::new(&record);
        let memory = view.memory().unwrap();
        let said = answer(&view, &Section::Memory(memory)).plain();
        assert_eq!(
            said,
            format!(
                "With 1M sessions stored, each takes 90 B with {0} (heap). With 1k sessions stored, each takes 400 B with \
                 {1} (disk). From 1k to 1M, {0} goes from 150 B to 90 B a session.",
                ids[0], ids[1]
            )
        );
    }
}
