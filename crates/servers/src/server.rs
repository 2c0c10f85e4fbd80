//! What every server that the suite starts can say of itself.

use std::fmt;

/// A server of the suite's own, stopped when it is dropped.
pub trait Server: fmt::Debug + Send + Sync + 'static {
    /// Its processes, to be bound to processors and to have their CPU time read.
    fn processes(&self) -> Vec<u32>;

    /// The settings that were stated to it, for the record: name and value. Ports and paths, which differ in every
    /// run, are not among them.
    fn settings(&self) -> Vec<(String, String)>;

    /// How clients reach it, in words for the record.
    fn reached(&self) -> &'static str;
}

/// Settings in the form of [`Server::settings`].
pub(crate) fn stated(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
