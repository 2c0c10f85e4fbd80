//! One finished run that many tests look at: made once, kept in memory, laid out on each one's desk.

use std::{fs, sync::OnceLock};

use super::{Desk, Told};

/// What a finished `run --quick --only authorise` has said and left.
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
        let told = desk.authbench("run --quick --only authorise").run().succeeded();
        let bytes = |file: String| {
            let content = fs::read(desk.path("results/latest").join(&file)).unwrap();
            (file, content)
        };
        let files = desk.files("results/latest").into_iter().map(bytes).collect();
        Finished { told, files, litter: desk.litter().len() }
    })
}
