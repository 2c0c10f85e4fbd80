//! Which files a report consists of.

use std::path::{Path, PathBuf};

use measure::record::{RunRecord, write_whole};

use crate::{ReportError, csv, markdown, page, section, view::View};

/// Where a report went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The page for people: `report.html`.
    pub page: PathBuf,
    /// Its first screen and tables in Markdown: `summary.md`.
    pub summary: PathBuf,
    /// All figures: `results.csv`.
    pub figures: PathBuf,
    /// What verifiers accept, where that was tried: `hostile.csv`.
    pub verdicts: Option<PathBuf>,
    /// The charts for use elsewhere: `charts/*.svg`.
    pub charts: Vec<PathBuf>,
}

/// Writes the report of a record into `folder`, creating it where needed. Each file is written whole or not at all,
/// the page last. Charts of an earlier report that this record no longer has are left alone.
///
/// # Errors
/// [`ReportError`]: a file cannot be written, or a chart or table cannot be made.
pub fn write(record: &RunRecord, folder: &Path) -> Result<Report, ReportError> {
    let view = View::new(record);
    let charts = section::charts(&view)?;
    let report = Report {
        page: folder.join("report.html"),
        summary: folder.join("summary.md"),
        figures: folder.join("results.csv"),
        verdicts: record.hostile.is_some().then(|| folder.join("hostile.csv")),
        charts: charts
            .iter()
            .map(|chart| folder.join("charts").join(format!("{}.svg", chart.name)))
            .collect(),
    };
    let figures =
        csv::table(&view.rows).map_err(|source| ReportError::Csv { path: report.figures.clone(), source })?;
    if let (Some(path), Some(hostile)) = (&report.verdicts, &record.hostile) {
        let verdicts =
            csv::verdicts(hostile).map_err(|source| ReportError::Csv { path: path.clone(), source })?;
        write_whole(path, &verdicts)?;
    }
    for (chart, path) in charts.iter().zip(&report.charts) {
        write_whole(path, chart.wide.standalone().as_bytes())?;
    }
    write_whole(&report.figures, &figures)?;
    write_whole(&report.summary, markdown::summary(&view).as_bytes())?;
    write_whole(&report.page, page::html(&view, &charts).as_bytes())?;
    Ok(report)
}
