//! The redis crate's own `GET` of a value as long as a session: what no lookup in Redis can do without.

use catalogue::Need;
use measure::sampler::Failure;
use rand::distr::{Alphanumeric, SampleString};
use redis::{Client, IntoConnectionInfo, RedisError, aio::MultiplexedConnection, io::tcp::TcpSettings};

use crate::{
    contestants::{self, Built, NotBuilt},
    context::Context,
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests},
};

/// As long as a session's record.
const VALUE: [u8; 25] = [7; 25];
/// Longer than a round takes; then the keys go by themselves.
const SECONDS_TO_KEEP: u64 = 3_600;

struct GetJob {
    connection: MultiplexedConnection,
    keys: Credentials,
    draws: Draws,
    requests: Requests,
}

impl Job for GetJob {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.keys, &mut self.draws);
        Ok(())
    }

    async fn operate(&self, index: usize) -> Verdict {
        let (key, _) = self.requests.get(index);
        let mut command = redis::cmd("GET");
        command.arg(key);
        match command.query_async::<Option<Vec<u8>>>(&mut self.connection.clone()).await {
            Ok(Some(value)) if value == VALUE => Verdict::RIGHT,
            Ok(_) => Verdict::WRONG,
            Err(_) => Verdict::denied(authoriser::Denial::StoreUnavailable),
        }
    }
}

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    const AT_ONCE: usize = 1_000;
    let address = context.address(Need::Redis)?;
    let tag = Alphanumeric.sample_string(&mut rand::rng(), 6);
    let keys: Vec<String> = (0..case.population).map(|index| format!("{tag}{index:08}")).collect();
    let connection = context.runtime.block_on(async {
        // As in the store: its look-ups are held against this.
        let info = address.into_connection_info()?;
        let client = Client::open(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        for some in keys.chunks(AT_ONCE) {
            let mut batch = redis::pipe();
            for key in some {
                batch.set_ex(key, &VALUE[..], SECONDS_TO_KEEP).ignore();
            }
            batch.query_async::<()>(&mut connection).await?;
        }
        Ok(connection)
    });
    let connection = connection.map_err(|error: RedisError| {
        // Without the error's text, which could quote the address.
        NotBuilt::Broken(format!("Redis refuses the bare client: {:?}", error.kind()))
    })?;
    let credentials = Credentials::from_texts(&keys);
    let mut used = connection.clone();
    context.afterwards(move |runtime| {
        for some in keys.chunks(AT_ONCE) {
            // Best effort: what stays behind expires by itself.
            let _ = runtime.block_on(redis::cmd("UNLINK").arg(some).query_async::<()>(&mut used));
        }
    });
    let draws = Draws::new(case.choice, case.population, seed);
    let job = GetJob { connection, keys: credentials, draws, requests: Requests::default() };
    Ok(contestants::waiting(context, case, job, Vec::new()))
}
