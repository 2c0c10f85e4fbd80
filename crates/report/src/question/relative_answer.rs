//! How cases compare with the one that they are held against.

use std::collections::BTreeSet;

use measure::{
    record::{Kind, Metric},
    rows::OVER_HTTP,
    stats::Estimate,
};

use crate::{
    text::{Sentence, format},
    view::{Line, QuestionView, Relative, against, against_over_http},
};

/// For each other case, the least and the most that it multiplies a design's time by.
pub(crate) fn spread(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let Some(against) = against(asked) else { return };
    let write = |sentence: &mut Sentence, (line, ratio): &(&Line<'_>, Estimate), which: &str| {
        sentence.figure(format::ratio(*ratio)).text(" with ").name(line.id);
        if let Some(time) = line.figure(Metric::Time) {
            sentence.text(" (").figure(format::time(time.value)).text(format!("{which})"));
        }
    };
    for case in &against.others {
        let ratios = ratios(&against, &case.lines, Metric::Time);
        let [least, others @ ..] = &ratios[..] else { continue };
        sentence.text("; ").name(case.name).text(format!(" takes, against {}, ", against.baseline.about));
        let Some(most) = others.last() else {
            write(sentence, least, "");
            continue;
        };
        write(sentence, least, ", the least");
        sentence.text(" to ");
        write(sentence, most, ", the most");
    }
}

/// Designs by how many times their figure in the case that is compared with they take, rising.
fn ratios<'c, 'a>(
    against: &Relative<'_, 'a>,
    lines: &'c [Line<'a>],
    metric: Metric,
) -> Vec<(&'c Line<'a>, Estimate)> {
    let mut ratios: Vec<_> = lines
        .iter()
        .filter(|line| line.kind == Kind::Design)
        .filter_map(|line| Some((line, against.ratio(line, metric)?)))
        .collect();
    ratios.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    ratios
}

/// The dearest request that a design of each family refuses, beside a genuine one; and the one that costs most in
/// proportion. `None` without such figures.
pub(crate) fn dearest_refusals(asked: &QuestionView<'_>) -> Option<Sentence> {
    let against = against(asked)?;
    let mut all: Vec<(&str, &str, &Line<'_>, Estimate, Estimate)> = Vec::new();
    for case in &against.others {
        for (line, ratio) in ratios(&against, &case.lines, Metric::Time) {
            let family = family(line).unwrap_or("other");
            all.extend(line.figure(Metric::Time).map(|time| (family, case.name, line, time, ratio)));
        }
    }
    let families: BTreeSet<&str> = all.iter().map(|(family, ..)| *family).collect();
    let dearest = families.into_iter().filter_map(|family| {
        let own = all.iter().filter(|(other, ..)| *other == family);
        own.max_by(|(.., one, _), (.., other, _)| one.value.total_cmp(&other.value))
    });
    let mut sentence = Sentence::default();
    for (position, (family, case, line, time, ratio)) in dearest.enumerate() {
        sentence.text(if position == 0 { "The dearest request to refuse is, of " } else { "; of " });
        sentence.text(format!("{family} designs, ")).name(*case).text(" with ").name(line.id);
        sentence.text(" at ").figure(format::time_interval(*time)).text(", ");
        sentence.figure(format::ratio(*ratio)).text(format!(" of {}", against.baseline.about));
    }
    let (_, case, line, _, ratio) =
        all.iter().max_by(|(.., one), (.., other)| one.value.total_cmp(&other.value))?;
    if ratio.low > 1.0 {
        sentence.text(". In proportion, the worst is ").name(*case).text(" with ").name(line.id);
        sentence.text(": ").figure(format::ratio(*ratio)).text(format!(" of {}", against.baseline.about));
    } else {
        sentence.text(". None measurably costs more than the same design's genuine request");
    }
    first_of_them(&mut sentence, &against);
    sentence.text(".");
    over_http(&mut sentence, asked);
    Some(sentence)
}

/// The cheapest and the dearest refusal of a whole request, and what of a genuine one it takes.
fn over_http(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let Some(against) = against_over_http(asked) else { return };
    let mut all: Vec<(&str, &Line<'_>, Estimate, Estimate)> = Vec::new();
    for case in &against.others {
        for (line, ratio) in ratios(&against, &case.lines, Metric::Cpu) {
            all.extend(line.figure(Metric::Cpu).map(|cpu| (case.name, line, cpu, ratio)));
        }
    }
    all.sort_by(|(.., one, _), (.., other, _)| one.value.total_cmp(&other.value));
    let (Some(least), Some(most)) = (all.first(), all.last()) else { return };
    sentence.text(" Over HTTP, to refuse a request takes the service from ");
    for (position, (case, line, cpu, ratio)) in [least, most].into_iter().enumerate() {
        sentence.text(if position > 0 { " to " } else { "" }).figure(format::time_interval(*cpu));
        sentence.text(" of CPU (").name(case.trim_start_matches(OVER_HTTP)).text(" with ").name(line.id);
        sentence.text(", ").figure(format::ratio(*ratio)).text(format!(" of {})", against.baseline.about));
    }
    sentence.text(".");
}

fn family<'a>(line: &Line<'a>) -> Option<&'a str> {
    line.declared.map(|declared| declared.family.as_str())
}

/// The least and the most that each family takes in the first of the cases: times, since next to nothing is no ratio that
/// anybody reads.
fn first_of_them(sentence: &mut Sentence, against: &Relative<'_, '_>) {
    let Some(case) = against.others.first() else { return };
    let measured = case.measured();
    let designs = || measured.iter().filter(|(line, _)| line.kind == Kind::Design);
    let families: BTreeSet<&str> = designs().filter_map(|(line, _)| family(line)).collect();
    if families.is_empty() {
        return;
    }
    sentence.text(". To refuse ").name(case.name).text(" takes ");
    sentence.list(families, |sentence, one| {
        let own: Vec<_> = designs().filter(|(line, _)| family(line) == Some(one)).collect();
        let [(first, least), others @ ..] = &own[..] else { return };
        sentence.text(format!("{one} designs ")).figure(format::time_interval(*least));
        sentence.text(" with ").name(first.id);
        if let Some((last, most)) = others.last() {
            sentence.text(" to ").figure(format::time_interval(*most)).text(" with ").name(last.id);
        }
    });
}

/// What the other cases do to quantiles of single operations. `None` where none were taken.
pub(crate) fn tails(asked: &QuestionView<'_>) -> Option<Sentence> {
    let against = against(asked)?;
    let mut sentence = Sentence::default();
    for case in &against.others {
        for metric in [Metric::P99, Metric::P999] {
            let ratios = ratios(&against, &case.lines, metric);
            let [first, ..] = &ratios[..] else { continue };
            sentence.text(if sentence.0.is_empty() { "With " } else { "; with " });
            sentence.name(case.name);
            sentence.text(format!(", the {metric} is, against {}, ", against.baseline.about));
            let ends = if ratios.len() > 1 { vec![first, ratios.last()?] } else { vec![first] };
            for (position, (line, ratio)) in ends.into_iter().enumerate() {
                sentence.text(if position > 0 { " to " } else { "" }).figure(format::ratio(*ratio));
                sentence.text(" with ").name(line.id);
                let both = against.of(line).map(|base| (base.figure(metric), line.figure(metric)));
                if let Some((Some(quiet), Some(other))) = both {
                    sentence.text(", from ").figure(format::time(quiet.value)).text(" to ");
                    sentence.figure(format::time(other.value));
                }
                if ratios.len() > 1 {
                    let which = if position == 0 { "least" } else { "most" };
                    sentence.text(format!(" (the {which} of {})", ratios.len()));
                }
            }
        }
    }
    if sentence.0.is_empty() {
        return None;
    }
    sentence.text(".");
    Some(sentence)
}
