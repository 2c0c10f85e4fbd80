//! Bytes of sessions and of credentials, as counts of a record.

use authoriser::{Credential, Transport};
use catalogue::Need;
use measure::record::{Count, Metric};

use crate::{questions::Case, workload::Credentials};

pub(super) const IN_THIS_PROCESS: &str = "a session in the memory of this process: bytes allocated or mapped, index and vacant places of its tables included";

pub(super) fn session_bytes(case: &Case, value: f64, note: &str) -> Count {
    Count { metric: Metric::Bytes, value, over: case.population as u64, note: note.to_owned() }
}

/// What a credential adds to each request.
pub(super) fn credential_bytes(transport: Transport, credentials: &Credentials) -> Count {
    let credential = String::from_utf8_lossy(credentials.get(0).0).into_owned();
    Count {
        metric: Metric::Bytes,
        value: transport.request_bytes(&Credential::new(credential)) as f64,
        over: 1,
        note: "the whole header line that carries the credential, in each request".to_owned(),
    }
}

/// What the bytes of a session in that store are.
pub(super) const fn stored_bytes_note(store: Need) -> &'static str {
    match store {
        Need::Redis | Need::RedisUnix | Need::RedisCluster => {
            "a session in the server: growth of used_memory, index, TTL and vacant places of its tables included"
        }
        Need::Postgres => "a session on the server's disk: growth of the table and its indices",
        Need::Memcached => {
            "a session in the server: growth of its items with their headers, without what slabs leave unused"
        }
        Need::Folder => "a session on the disk: growth of the blocks that its files occupy, index included",
    }
}
