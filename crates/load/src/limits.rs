//! File descriptors: a connection takes one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the generator needs beside its connections.
const OTHERS: u64 = 64;

/// Makes room for that number of connections beside what is open already. The number that the system allows otherwise.
pub(crate) fn allow(connections: usize) -> Result<(), u64> {
    // Where the system does not tell, nothing but the usual is taken to be open.
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let wanted = (open as u64).saturating_add(connections as u64).saturating_add(OTHERS);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let most = limit.maximum.unwrap_or(u64::MAX);
    // As many as there can be: a service in the same process takes one for each connection as well.
    if most >= wanted
        && setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).is_ok()
    {
        return Ok(());
    }
    Err(most.max(limit.current.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_connections_than_the_system_has_are_refused_with_the_limit() {
        allow(10).unwrap();
        assert!(allow(usize::MAX / 2).unwrap_err() > 0);
    }
}
