//! The one call that Rust cannot check: mapping a file into memory.

use std::path::Path;

use heed::{Env, EnvOpenOptions, WithoutTls};

/// Address space for the file, not memory: LMDB maps it whole and once. Room for about 400 million sessions.
const MAP_BYTES: usize = 64 << 30;

/// Opens the environment in a folder.
///
/// Read transactions are not tied to threads (`MDB_NOTLS`), since a view is used by whichever thread comes. Nothing is
/// said about syncing: LMDB's default is the durable one.
#[allow(unsafe_code, reason = "there is no safe way to map a file; LMDB has no other way to read")]
pub(super) fn environment(folder: &Path, readers: u32) -> heed::Result<Env<WithoutTls>> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(MAP_BYTES).max_dbs(2).max_readers(readers);
    // SAFETY: what is mapped must change under LMDB's control alone. The folder is locked, created for this process's user
    // alone, and no code of this process writes to it but LMDB, which is not given any of its unsafe flags.
    unsafe { options.open(folder) }
}
