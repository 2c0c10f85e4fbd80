//! What can go wrong.

use std::path::PathBuf;

use measure::record::RecordError;

/// Why a report could not be written. Every message names the file or chart and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file could not be written; an older one at its place is as it was.
    #[error("the report needs a folder that can be written to, with a few megabytes of room")]
    Write(#[from] RecordError),
    /// A table could not be put into CSV.
    #[error("cannot make {path}; the record is at fault or this suite is: please report it")]
    Csv {
        /// The file that was to be written.
        path: PathBuf,
        /// What the CSV writer said.
        source: csv::Error,
    },
    /// A chart could not be drawn.
    #[error(
        "cannot draw the chart {chart}: {reason}; the record is at fault or this suite is: please report it"
    )]
    Chart {
        /// The chart's name, without folder and ending.
        chart: String,
        /// What the drawing library said.
        reason: String,
    },
}
