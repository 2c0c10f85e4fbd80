//! What only the stores on this machine's disk promise, over each engine.

#![cfg(any(feature = "lmdb", feature = "redb", feature = "sqlite"))]
#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod child;
mod crash;
mod disk;
mod dump;
#[cfg(feature = "sqlite")]
mod foreign;
mod promises;

/// One `#[test]` a case and engine.
macro_rules! over_each_engine {
    ($($case:ident),* $(,)?) => {
        #[cfg(feature = "lmdb")]
        mod lmdb {
            $(#[test] fn $case() { crate::child::run(concat!(module_path!(), "::", stringify!($case)), super::$case::<authbench_session::LmdbStore>); })*
        }
        #[cfg(feature = "redb")]
        mod redb {
            $(#[test] fn $case() { crate::child::run(concat!(module_path!(), "::", stringify!($case)), super::$case::<authbench_session::RedbStore>); })*
        }
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[test] fn $case() { crate::child::run(concat!(module_path!(), "::", stringify!($case)), super::$case::<authbench_session::SqliteStore>); })*
        }
    };
}
use over_each_engine;

/// Opens the store in that folder.
fn open<S: authbench_session::SharedStore>(folder: &std::path::Path) -> S {
    common::block_on(common::open_folder(folder)).expect("the folder is usable")
}
