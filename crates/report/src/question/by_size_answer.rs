//! What happens along an axis: from the smallest to the largest case of the first series.

use measure::{
    across::{Ends, ratio_of_slopes, slope},
    record::{Kind, Metric},
    stats::Estimate,
};

use crate::{
    text::{Sentence, format},
    view::{Axis, Case, LIMITS, Limit, Line, QuestionView, Series, Unit, crossing, series},
};

/// How many designs a sentence follows along an axis before it becomes a list.
const FOLLOWED: usize = 3;

type End = (f64, Estimate);

/// A number of the axis as a sentence writes it.
pub(crate) fn number(axis: Axis, value: f64) -> String {
    match axis.unit {
        Unit::Count => format::population_tick(value),
        Unit::Bytes => format::count(value),
        Unit::OneIn => format::percentile(value),
    }
}

/// From the smallest to the largest number, along the first series.
pub(crate) fn growth(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let (all, _) = series(asked);
    let (Some(first), Some(axis)) = (all.first(), asked.words.axis) else { return };
    let ends: Vec<(&str, End, End)> = first
        .curves(Metric::Time)
        .into_iter()
        .filter(|curve| matches!(curve.kind, Kind::Design | Kind::Peer))
        .filter_map(|curve| {
            let (from, to) = (*curve.points.first()?, *curve.points.last()?);
            (from.0 < to.0).then_some((curve.id, from, to))
        })
        .collect();
    let Some((_, (from, _), (to, _))) = ends.first().copied() else { return };
    let same: Vec<_> = ends.iter().filter(|(_, one, other)| one.0 == from && other.0 == to).collect();
    let variant = if first.name.is_empty() { String::new() } else { format!(" ({})", first.name) };
    let (least, most) = (number(axis, from), number(axis, to));
    sentence.text(format!("; from {least} to {most} {}{variant}, ", axis.name));
    sentence.list(same.iter().take(FOLLOWED), |sentence, (id, from, to)| {
        // Growth is claimed only where the intervals are apart.
        if from.1.low <= to.1.high && to.1.low <= from.1.high {
            sentence.name(*id).text(" does not measurably change");
        } else {
            sentence.name(*id).text(" goes from ").figure(format::time_interval(from.1));
            sentence.text(" to ").figure(format::time_interval(to.1));
        }
    });
    if same.len() > FOLLOWED {
        sentence.text(format!("; {} more are in the chart", same.len() - FOLLOWED));
    }
}

/// What a byte of payload costs the reference, beside the cheapest thing that reads every byte, and where its
/// credential outgrows what it travels in. Nothing where the axis is not one of bytes.
pub(crate) fn payload(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let (all, _) = series(asked);
    let bytes = asked.words.axis.is_some_and(|axis| axis.unit == Unit::Bytes);
    let Some(first) = all.first().filter(|_| bytes) else { return };
    let [(least, small), .., (most, large)] = &first.cases[..] else { return };
    if let Some(reference) = large.lines.iter().find(|line| line.is_reference()) {
        a_byte(sentence, (small, large), most - least, reference);
        outgrown(sentence, first, reference);
    }
}

fn a_byte(sentence: &mut Sentence, cases: (&Case<'_>, &Case<'_>), steps: f64, reference: &Line<'_>) {
    let ends = |id: &str| -> Option<Ends<'_>> {
        let (less, more) = (cases.0.line(id)?, cases.1.line(id)?);
        (less.execution == more.execution).then_some((less.source, more.source))
    };
    let Some(own) = ends(reference.id) else { return };
    let Some(each) = slope(own, steps) else { return };
    sentence.text(". Each byte of payload adds ").figure(format::time_interval(each));
    sentence.text(" to ").name(reference.id);
    // The floor that takes least at the large end: whatever else a floor does comes on top of reading the bytes.
    let floors = cases.1.lines.iter().filter(|line| line.kind == Kind::Floor);
    let floor = floors
        .filter_map(|line| Some((line, line.figure(Metric::Time)?.value)))
        .min_by(|(_, one), (_, other)| one.total_cmp(other));
    let over = floor.and_then(|(floor, _)| Some((floor.id, ratio_of_slopes(own, ends(floor.id)?)?)));
    if let Some((floor, ratio)) = over {
        sentence.text(", ").figure(format::ratio(ratio)).text(" of what it adds to ").name(floor);
    }
}

fn outgrown(sentence: &mut Sentence, series: &Series<'_, '_>, reference: &Line<'_>) {
    let curves = series.curves(Metric::Bytes);
    let Some(curve) = curves.iter().find(|curve| curve.id == reference.id) else { return };
    let points: Vec<(f64, f64)> = curve.points.iter().map(|(x, bytes)| (*x, bytes.value)).collect();
    let Some((largest, _)) = points.last().copied() else { return };
    sentence.text(". What ").name(reference.id).text(" adds to each request ");
    sentence.list(LIMITS, |sentence, Limit { bytes, written, what }| match crossing(&points, bytes) {
        Some((below, above, at)) => {
            let (below, above) = (format::count(below), format::count(above));
            sentence
                .text(format!("outgrows {written} ({what}) between {below} and {above} bytes of payload"));
            sentence.text(" (about ").figure(format::count(round(at)));
            sentence.text(", if it grows evenly between them)");
        }
        None if points.first().is_some_and(|(_, least)| *least > bytes) => {
            sentence.text(format!("is over {written} ({what}) in every case"));
        }
        None => {
            let largest = format::count(largest);
            sentence.text(format!("stays within {written} ({what}) up to {largest} bytes of payload"));
        }
    });
}

/// To tens: an interpolation is no more exact than that.
fn round(value: f64) -> f64 {
    (value / 10.0).round() * 10.0
}
