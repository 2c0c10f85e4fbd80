//! "How to doubt this": everything a sceptic needs to find fault or to repeat it.

mod noise;
mod page;

pub(crate) use page::section;
