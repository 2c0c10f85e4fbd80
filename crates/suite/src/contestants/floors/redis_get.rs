//! The redis crate's own `GET` of a value as long as a session: what no lookup in Redis can do without. And the same with one
//! of the crate's settings changed, which shows what that setting does.

use measure::sampler::Failure;
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, RedisError, aio::MultiplexedConnection,
    io::tcp::TcpSettings,
};

use super::redis_keys::{PopulatedStore, VALUE, key, refused};
use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests},
};

/// The crate as it comes but for one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Small requests are sent at once. All others have that too: what is held against the floor sends at once as well.
    NoDelay,
    /// A small request waits until the one before it has been acknowledged (Nagle's algorithm, RFC 896).
    Delay,
    /// No time limit, and so no timer a request.
    NoTimer,
    /// Twice as many requests as by default may wait to be written: 100.
    LongQueue,
    /// Four connections, which take turns.
    FourConnections,
}

impl Setting {
    async fn connect(self, info: ConnectionInfo) -> Result<Vec<MultiplexedConnection>, RedisError> {
        let count = if self == Self::FourConnections { 4 } else { 1 };
        let tcp = TcpSettings::default().set_nodelay(self != Self::Delay);
        let config = match self {
            Self::NoTimer => AsyncConnectionConfig::new().set_response_timeout(None),
            Self::LongQueue => AsyncConnectionConfig::new().set_pipeline_buffer_size(100),
            _ => AsyncConnectionConfig::new(),
        };
        let client = Client::open(info.set_tcp_settings(tcp))?;
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(client.get_multiplexed_async_connection_with_config(&config).await?);
        }
        Ok(connections)
    }
}

struct GetJob {
    /// They take turns.
    connections: Vec<MultiplexedConnection>,
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
        let mut connection = self.connections[index % self.connections.len()].clone();
        match command.query_async::<Option<Vec<u8>>>(&mut connection).await {
            Ok(Some(value)) if value == VALUE => Verdict::RIGHT,
            Ok(_) => Verdict::WRONG,
            Err(_) => Verdict::denied(authoriser::Denial::StoreUnavailable),
        }
    }
}

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    with(Setting::NoDelay, context, case, seed)
}

/// Where one request is in flight at a time, none of the settings has anything to do.
pub(super) fn build_with(
    setting: Setting,
    context: &Context,
    case: &Case,
    seed: u64,
) -> Result<Built, NotBuilt> {
    if case.in_flight == 1 {
        let reason = "what a setting of the client does shows with many requests in flight";
        return Err(NotBuilt::NothingToTime(reason.to_owned()));
    }
    with(setting, context, case, seed)
}

fn with(setting: Setting, context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    let PopulatedStore { info, tag, .. } = PopulatedStore::new(context, case)?;
    let connections = context.wait(setting.connect(info)).map_err(|error| refused(&error))?;
    let keys: Vec<String> = (0..case.population).map(|index| key(&tag, index)).collect();
    let draws = Draws::new(case.choice, case.population, seed);
    let keys = Credentials::from_texts(&keys);
    let job = GetJob { connections, keys, draws, requests: Requests::default() };
    Ok(timed::waiting(context, case, &[], job, Vec::new()))
}
