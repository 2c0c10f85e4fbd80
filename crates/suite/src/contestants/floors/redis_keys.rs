//! Keys in Redis for those who only read them: as many as a case has sessions, with values as long as a session's.

use catalogue::Need;
use rand::distr::{Alphanumeric, SampleString};
use redis::{
    Client, ConnectionInfo, IntoConnectionInfo, RedisError, aio::MultiplexedConnection, io::tcp::TcpSettings,
};

use crate::{
    contestants::{context::Context, not_built::NotBuilt},
    questions::Case,
};

/// As long as the string of a user with one session.
pub(super) const VALUE: [u8; 41] = [7; 41];

/// Longer than a round takes; then the keys go by themselves.
const SECONDS_TO_KEEP: u64 = 3_600;
/// Commands in a pipeline.
const AT_ONCE: usize = 1_000;

/// A server with keys in it, which are removed after the case.
pub(super) struct PopulatedStore {
    pub(super) info: ConnectionInfo,
    pub(super) connection: MultiplexedConnection,
    /// Begins every key; twelve digits follow, from zero up.
    pub(super) tag: String,
}

impl PopulatedStore {
    pub(super) fn new(context: &Context, case: &Case) -> Result<Self, NotBuilt> {
        let tag = Alphanumeric.sample_string(&mut rand::rng(), 6);
        let keys: Vec<String> = (0..case.population).map(|index| key(&tag, index)).collect();
        let populated = context.wait(fill(context.address(Need::Redis)?, &keys));
        let (info, connection) = populated.map_err(|error| refused(&error))?;
        let mut used = connection.clone();
        context.afterwards(move |runtime| {
            for some in keys.chunks(AT_ONCE) {
                // Best effort: what stays behind expires by itself.
                let _ = runtime.block_on(redis::cmd("UNLINK").arg(some).query_async::<()>(&mut used));
            }
        });
        Ok(Self { info, connection, tag })
    }
}

/// The key of that number.
pub(super) fn key(tag: &str, index: usize) -> String {
    format!("{tag}{index:012}")
}

/// Without the error's text, which could quote the address.
pub(super) fn refused(error: &RedisError) -> NotBuilt {
    NotBuilt::Broken(format!("Redis refuses the bare client: {:?}", error.kind()))
}

async fn fill(address: &str, keys: &[String]) -> Result<(ConnectionInfo, MultiplexedConnection), RedisError> {
    let info = address.into_connection_info()?;
    // The crate as it is, but for what would hold small requests back: look-ups of the stores are held against it.
    let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
    let mut connection = Client::open(info.clone())?.get_multiplexed_async_connection().await?;
    for some in keys.chunks(AT_ONCE) {
        let mut batch = redis::pipe();
        for key in some {
            batch.set_ex(key, &VALUE[..], SECONDS_TO_KEEP).ignore();
        }
        batch.query_async::<()>(&mut connection).await?;
    }
    Ok((info, connection))
}
