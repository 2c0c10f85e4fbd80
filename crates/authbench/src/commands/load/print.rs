//! What a load run found, as text and as JSON.

use std::fmt::Write as _;

use load::{LoadRecord, Step, knee};
use measure::{histogram::Encoded, knee::Knee};
use serde::Serialize;

/// The record with what is read from its histograms, so that scripts need no library for those.
pub(super) fn with_figures(record: &LoadRecord) -> anyhow::Result<impl Serialize> {
    #[derive(Serialize)]
    struct WithFigures<'a> {
        #[serde(flatten)]
        record: &'a LoadRecord,
        figures: Vec<Figures>,
        knee: Option<Bounds>,
    }
    let figures = record.steps.iter().map(Figures::of).collect::<anyhow::Result<_>>()?;
    Ok(WithFigures { record, figures, knee: knee(&record.steps).map(Bounds::of) })
}

/// One step in numbers. Times in nanoseconds.
#[derive(Serialize)]
struct Figures {
    rate: Option<f64>,
    answered_per_s: f64,
    response: Quantiles,
    service: Quantiles,
    right: u64,
    wrong: u64,
    refused: u64,
    failed: u64,
    late_p99: u64,
    was_late: bool,
}

#[derive(Serialize)]
struct Quantiles {
    p50: u64,
    p90: u64,
    p99: u64,
    p999: u64,
    max: u64,
}

/// The rates between which the knee is.
#[derive(Serialize)]
struct Bounds {
    kept_up: Option<f64>,
    not_kept_up: Option<f64>,
}

impl Bounds {
    const fn of(knee: Knee) -> Self {
        let (kept_up, not_kept_up) = match knee {
            Knee::Between(kept, not) => (Some(kept), Some(not)),
            Knee::Above(kept) => (Some(kept), None),
            Knee::Below(not) => (None, Some(not)),
        };
        Self { kept_up, not_kept_up }
    }
}

impl Quantiles {
    fn of(encoded: &Encoded) -> anyhow::Result<Self> {
        let histogram = encoded.histogram()?;
        let at = |share| histogram.value_at_quantile(share);
        Ok(Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: histogram.max() })
    }
}

impl Figures {
    fn of(step: &Step) -> anyhow::Result<Self> {
        let count = |encoded: &Encoded| Ok::<_, anyhow::Error>(encoded.histogram()?.len());
        Ok(Self {
            rate: step.rate,
            answered_per_s: step.answered as f64 / step.elapsed_s.max(f64::MIN_POSITIVE),
            response: Quantiles::of(&step.response)?,
            service: Quantiles::of(&step.service)?,
            right: count(&step.response)?,
            wrong: count(&step.wrong)?,
            refused: count(&step.refused)?,
            failed: count(&step.failed)?,
            late_p99: step.generator.late.histogram()?.value_at_quantile(0.99),
            was_late: step.generator.was_late,
        })
    }
}

pub(super) fn wrong_answers(record: &LoadRecord) -> anyhow::Result<u64> {
    record.steps.iter().map(|step| Ok(step.wrong.histogram()?.len())).sum()
}

/// The table for people.
pub(super) fn table(record: &LoadRecord) -> anyhow::Result<String> {
    let mut text = String::new();
    let spacing = match record.arrivals {
        Some(load::Arrivals::Constant) => "open loop, constant arrivals",
        Some(load::Arrivals::Poisson) => "open loop, Poisson arrivals",
        None => "closed loop",
    };
    let generators =
        if record.generators == 1 { String::new() } else { format!(", {} generators", record.generators) };
    writeln!(
        text,
        "{}: {spacing}, {} connections, {} principals{generators}",
        record.target, record.connections, record.principals
    )?;
    let head = [
        "offered/s",
        "answered/s",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "service p99",
        "refused",
        "wrong",
        "failed",
        "CPU",
        "store CPU",
        "late p99",
    ];
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    for step in &record.steps {
        let figures = Figures::of(step)?;
        let (response, server) = (&figures.response, step.server);
        let time = |ns: u64| if figures.right == 0 { "-".to_owned() } else { time(ns as f64) };
        rows.push(vec![
            figures.rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate}")),
            format!("{:.0}", figures.answered_per_s),
            time(response.p50),
            time(response.p90),
            time(response.p99),
            time(response.p999),
            time(figures.service.p99),
            figures.refused.to_string(),
            figures.wrong.to_string(),
            figures.failed.to_string(),
            server.map_or_else(|| "-".to_owned(), |server| self::time(server.cpu_ns)),
            server
                .filter(|server| server.store_cpu_ns > 0.0)
                .map_or_else(|| "-".to_owned(), |server| self::time(server.store_cpu_ns)),
            if record.arrivals.is_none() {
                "-".to_owned()
            } else {
                format!("{}{}", self::time(figures.late_p99 as f64), if figures.was_late { " !" } else { "" })
            },
        ]);
    }
    align(&mut text, &rows)?;
    writeln!(
        text,
        "Times are response times, from the planned send time; CPU is of the service, each answered request."
    )?;
    if record.steps.iter().any(|step| step.generator.was_late) {
        writeln!(
            text,
            "! The generator itself was late by more than 50 µs at p99: times of that rate are partly its own. Offer less, or from more machines."
        )?;
    }
    let open = record.steps.iter().filter(|step| step.rate.is_some()).count();
    match knee(&record.steps).filter(|_| open > 1) {
        Some(Knee::Between(kept, not)) => writeln!(text, "The knee is between {kept} and {not} requests/s.")?,
        Some(Knee::Above(kept)) => {
            writeln!(text, "The knee is above {kept} requests/s: the highest rate was kept up with.")?
        }
        Some(Knee::Below(not)) => {
            writeln!(text, "The knee is below {not} requests/s: no rate was kept up with.")?
        }
        None => {}
    }
    if record.interrupted {
        writeln!(text, "interrupted; this is what was measured until then")?;
    }
    Ok(text)
}

fn align(text: &mut String, rows: &[Vec<String>]) -> std::fmt::Result {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        writeln!(text, "{}", cells.join("  "))?;
    }
    Ok(())
}

fn time(ns: f64) -> String {
    match ns {
        _ if ns < 1e3 => format!("{ns:.0} ns"),
        _ if ns < 1e6 => format!("{:.1} µs", ns / 1e3),
        _ if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        _ => format!("{:.2} s", ns / 1e9),
    }
}
