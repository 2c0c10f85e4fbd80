//! How stale a revocation is, and every design's cost against it.

use measure::record::{Kind, Metric, Question};

use crate::{
    chart::{Plan, Point, Scatter, is_on_frontier},
    text::{Sentence, format},
    view::{QuestionView, View},
};

/// A staleness below this is none: instances are asked about each login once in that time.
const PROBE: f64 = 1e6;

/// CPU time of one request with 1 000 users, the store's included, in nanoseconds: with 64 in flight where a server is asked.
fn cost(view: &View<'_>, id: &str) -> Option<f64> {
    let asked = view.question(Question::Authorise)?;
    let usual = ["1k-uniform", "1k-uniform-64-in-flight"];
    let lines = asked.cases.iter().filter(|case| usual.contains(&case.name)).filter_map(|case| case.line(id));
    let costs = lines.filter_map(|line| {
        let own = line.figure(Metric::Cpu).or_else(|| line.figure(Metric::Time))?;
        Some(own.value + line.figure(Metric::StoreCpu).map_or(0.0, |store| store.value))
    });
    costs.reduce(f64::min)
}

/// Every design with a cost and a staleness: measured, or the life of its credential where it only expires.
fn points(view: &View<'_>) -> Vec<Point> {
    let asked = view.question(Question::Staleness);
    let of = |id: &str| {
        let cases =
            asked.into_iter().flat_map(|asked| &asked.cases).filter(|case| !case.name.ends_with("-lost"));
        cases
            .filter_map(|case| case.line(id)?.figure(Metric::Slowest))
            .map(|slowest| slowest.value)
            .reduce(f64::max)
    };
    let point = |line: &crate::view::DesignLine<'_>| {
        let declared = line.declared?;
        let apart = declared.state == "this process" || declared.state.contains("disk");
        let stale = if declared.revocation.contains("expiry") {
            declared.lifetime_s as f64 * 1e9
        } else if apart {
            PROBE
        } else {
            of(line.id)?.max(PROBE)
        };
        let upwards = cost(view, line.id)?;
        Some(Point { name: line.id.to_owned(), kind: line.kind, across: stale, upwards, apart })
    };
    let designs = view.designs.iter().filter(|line| line.kind == Kind::Design);
    // Our path over others' primitives is the same design again.
    designs.filter(|line| !line.id.contains("-on-")).filter_map(point).collect()
}

/// The chart that a reader chooses from. Empty where staleness was not measured.
pub(crate) fn cost_against_staleness(view: &View<'_>) -> Vec<(String, Plan)> {
    if view.question(Question::Staleness).is_none() {
        return Vec::new();
    }
    let points = points(view);
    let scatter = Scatter {
        title: "What a request costs against how long a revoked credential is still accepted".to_owned(),
        subtitle: "On logarithmic axes; left and low is better. Bold names and the line: no other design is better in both. \
                   Staleness is the longest that was measured, 1 ms standing for less; for designs that revoke only by expiry \
                   it is the life of a credential."
            .to_owned(),
        across: "a revoked credential is accepted for up to",
        upwards: "CPU of one request, the store's included: 1 000 users, and 64 requests in flight where a server is asked",
        points,
        notes: vec![
            "Rings keep sessions in the memory or on the disk of one process. No other process accepts them, so that they are no \
             choice for a service of several, and not on the line."
                .to_owned(),
        ],
    };
    vec![("cost-against-staleness".to_owned(), Plan::Scatter(scatter))]
}

/// Who is on the frontier, in words.
pub(crate) fn frontier(view: &View<'_>) -> Option<Sentence> {
    view.question(Question::Staleness)?;
    let all = points(view);
    let mut best: Vec<&Point> = all.iter().filter(|point| is_on_frontier(point, &all)).collect();
    best.sort_by(|one, other| one.across.total_cmp(&other.across));
    if best.is_empty() {
        return None;
    }
    let mut sentence = Sentence::default();
    sentence.text(
        "In measured staleness (less than 1 ms counts as 1 ms) and CPU, the store's included, no design that several processes can \
         share beats ",
    );
    sentence.list(best, |sentence, point| {
        sentence.name(point.name.clone()).text(" (").figure(format::time(point.across));
        sentence.text(", ").figure(format::time(point.upwards)).text(")");
    });
    sentence.text(".");
    Some(sentence)
}

/// The longest by kind, and whether promises were kept with the feed lost.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let mut sentence = Sentence::default();
    for case in &asked.cases {
        let mut measured: Vec<_> =
            case.lines.iter().filter_map(|line| Some((line, line.figure(Metric::Slowest)?.value))).collect();
        measured.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let (fast, slow): (Vec<_>, Vec<_>) = measured.into_iter().partition(|(_, slowest)| *slowest <= PROBE);
        if fast.is_empty() && slow.is_empty() {
            continue;
        }
        if !sentence.0.is_empty() {
            sentence.text(" ");
        }
        sentence.text("With ").name(case.name).text(", ");
        if !fast.is_empty() {
            sentence.list(&fast, |sentence, (line, _)| {
                sentence.name(line.id);
            });
            sentence.text(" accepted nothing that was revoked for more than 1 ms");
        }
        if !slow.is_empty() {
            sentence.text(if fast.is_empty() {
                "the longest that a revoked credential was accepted is "
            } else {
                "; the longest with the others is "
            });
            sentence.list(&slow, |sentence, (line, slowest)| {
                sentence.figure(format::time(*slowest)).text(" with ").name(line.id);
            });
        }
        sentence.text(".");
    }
    (!sentence.0.is_empty()).then_some(sentence)
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Count, Entry, RunRecord},
    };

    use super::*;

    /// Three designs that share a store: one takes 1 µs and is stale for 40 ms, one takes 2 µs and is never stale for a measurable time,
    /// one takes 3 µs and is stale for a second.
    fn record() -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches.remove(0);
        let each = [("cached", 1e3, 4e7), ("asked", 2e3, 2e5), ("worse", 3e3, 1e9)];
        let batch = |question, case: &str| {
            let mut batch = template.clone();
            (batch.question, batch.case) = (question, case.to_owned());
            batch.contestants.truncate(3);
            for (one, (id, cost, stale)) in batch.contestants.iter_mut().zip(each) {
                (one.id, one.kind, one.floor) = (id.to_owned(), Kind::Design, None);
                one.counts.clear();
                if question == Question::Staleness {
                    one.rounds.clear();
                    let (metric, note) = (Metric::Slowest, String::new());
                    one.counts.push(Count { metric, value: stale, over: 10, note });
                } else {
                    one.rounds.iter_mut().for_each(|round| round.samples_ns.fill(cost));
                }
            }
            batch
        };
        record.executions[0].batches =
            vec![batch(Question::Authorise, "1k-uniform"), batch(Question::Staleness, "one-login")];
        let mut entry = record.entries.remove(0);
        let declared = entry.properties.as_mut().unwrap();
        (declared.state, declared.revocation) = ("shared store".to_owned(), "next request".to_owned());
        record.entries =
            each.iter().map(|(id, ..)| Entry { id: (*id).to_owned(), ..entry.clone() }).collect();
        record
    }

    #[test]
    fn what_no_other_design_beats_is_told_with_its_figures() {
        let record = record();
        assert_eq!(
            frontier(&View::new(&record)).unwrap().plain(),
            "In measured staleness (less than 1 ms counts as 1 ms) and CPU, the store's included, no design that several processes can \
             share beats asked (1.00 ms, 2.00 µs) and cached (40.0 ms, 1.00 µs)."
        );
    }
}
