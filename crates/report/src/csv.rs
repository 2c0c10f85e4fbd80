//! `results.csv` and `hostile.csv`: every figure and every verdict, for spreadsheets and scripts.

use csv::{Error, Writer};
use measure::{
    record::{HostileTable, Verdict},
    rows::{Outcome, Row},
};

/// The columns, in order; documented in docs/READING_THE_REPORT.md.
const HEADER: [&str; 16] = [
    "question",
    "case",
    "contestant",
    "kind",
    "metric",
    "unit",
    "value",
    "low",
    "high",
    "interval",
    "within_low",
    "within_high",
    "rounds",
    "samples",
    "status",
    "note",
];

/// One line a row, quoted as in RFC 4180, with plain line feeds. Where there is no figure, the numbers are empty and
/// the note begins with the reason.
pub(crate) fn table(rows: &[Row]) -> Result<Vec<u8>, Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(HEADER)?;
    for row in rows {
        let (numbers, note): ([String; 8], String) = match &row.outcome {
            Outcome::Ok(figure, samples) => (
                [
                    plain(figure.value),
                    plain(figure.low),
                    plain(figure.high),
                    figure.interval.word().to_owned(),
                    figure.within.map_or(String::new(), |within| plain(within.0)),
                    figure.within.map_or(String::new(), |within| plain(within.1)),
                    figure.rounds.to_string(),
                    samples.to_string(),
                ],
                row.note.clone(),
            ),
            Outcome::Failed(reason) | Outcome::Unavailable(reason) | Outcome::None(reason) => {
                let note =
                    if row.note.is_empty() { reason.clone() } else { format!("{reason} ({})", row.note) };
                (Default::default(), note)
            }
        };
        let of_row = [
            row.question.word(),
            &row.case,
            &row.contestant,
            row.kind.word(),
            row.metric.word(),
            row.metric.unit(),
        ];
        let fields = of_row.into_iter().chain(numbers.iter().map(String::as_str));
        table.write_record(fields.chain([row.outcome.status(), &note]))?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

/// One line a token and verifier. The leeway is empty where the verifier does not look at expiry.
pub(crate) fn verdicts(hostile: &HostileTable) -> Result<Vec<u8>, Error> {
    let mut table = Writer::from_writer(Vec::new());
    table.write_record(["token", "about", "rule", "verifier", "version", "default_leeway_s", "verdict"])?;
    for token in &hostile.tokens {
        for (verifier, verdict) in hostile.verifiers.iter().zip(&token.verdicts) {
            let leeway = verifier.default_leeway_s.map_or(String::new(), |seconds| seconds.to_string());
            let verdict = match verdict {
                Verdict::Accepted => "accepted",
                Verdict::Refused => "refused",
                Verdict::Panicked => "panicked",
            };
            table.write_record([
                &token.id,
                &token.about,
                &token.rule,
                &verifier.name,
                &verifier.version,
                &leeway,
                verdict,
            ])?;
        }
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

/// Six significant digits, never in exponent notation: more than any interval here is worth, and no noise behind.
fn plain(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let decimals = (5 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use measure::{
        record::{Kind, Metric, Question},
        stats::Estimate,
    };

    use super::*;

    #[test]
    fn numbers_are_plain() {
        let cases =
            [(0.0, "0"), (330.0, "330"), (0.123_456_789, "0.123457"), (1_234_567.8, "1234568"), (2.5, "2.5")];
        for (value, text) in cases {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn text_from_a_record_cannot_break_a_line_or_shift_a_column() {
        let reason = "said \"no\",\nthen left".to_owned();
        let row = |outcome| Row {
            question: Question::Issue,
            case: "a,b".to_owned(),
            contestant: "x\"y".to_owned(),
            kind: Kind::Design,
            metric: Metric::Time,
            outcome,
            note: "round 2".to_owned(),
        };
        let figure = Estimate { low: 0.5, high: 2.0, ..Estimate::exact(1.0) };
        let rows = [row(Outcome::Failed(reason)), row(Outcome::Ok(figure, 7))];
        let bytes = table(&rows).unwrap();
        let read: Vec<csv::StringRecord> =
            csv::Reader::from_reader(&bytes[..]).records().collect::<Result<_, _>>().unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            read[0].iter().collect::<Vec<_>>(),
            [
                "issue",
                "a,b",
                "x\"y",
                "design",
                "time",
                "ns",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "failed",
                "said \"no\",\nthen left (round 2)"
            ]
        );
        assert_eq!(
            read[1].iter().skip(6).collect::<Vec<_>>(),
            ["1", "0.5", "2", "rounds", "", "", "1", "7", "ok", "round 2"]
        );
    }
}
