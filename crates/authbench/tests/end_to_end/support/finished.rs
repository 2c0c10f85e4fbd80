//! One small run, and a finished one that many tests look at: made once, kept in memory, laid out on each one's desk.

use std::{fs, sync::OnceLock};

use super::{Desk, Told};

/// A run with one of each kind of contestant in it, whose cryptography takes no minutes in a debug build either.
pub(crate) const SMALL_RUN: &str = "run --quick --rounds 3 --only authorise --cases 1k-uniform --designs jwt-hs256 --designs session-{memory,redis} --designs control-*";

/// What a finished [`SMALL_RUN`] has said and left.
pub(crate) struct Finished {
    pub(crate) told: Told,
    /// The files of the results folder, by their path from there.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// What was left in the temporary folder.
    pub(crate) litter: usize,
}

/// The run that this process has made, with Redis where that is installed.
pub(crate) fn finished() -> &'static Finished {
    static FINISHED: OnceLock<Finished> = OnceLock::new();
    FINISHED.get_or_init(|| {
        let desk = Desk::new();
        let told = desk.authbench(SMALL_RUN).run().succeeded();
        let bytes = |file: String| {
            let content = fs::read(desk.path("results/latest").join(&file)).unwrap();
            (file, content)
        };
        let files = desk.files("results/latest").into_iter().map(bytes).collect();
        Finished { told, files, litter: desk.litter().len() }
    })
}
