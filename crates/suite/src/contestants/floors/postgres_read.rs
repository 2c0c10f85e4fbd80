//! tokio-postgres' own prepared point read: what no lookup of a session in PostgreSQL can do without.

use std::sync::Arc;

use catalogue::Need;
use measure::sampler::Failure;
use session::{IdForm, PostgresStore, SessionPolicy, SessionStore, Sessions};
use tokio_postgres::{Client, Error, NoTls, Statement};

use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
    workload::{BenchClock, Credentials, Draws, Requests},
};

/// Reads the rows that the store has written, by a client and a statement of its own, on one connection.
struct ReadJob {
    client: Client,
    read: Statement,
    /// Hashes of the ids, as the store keeps them.
    keys: Credentials,
    draws: Draws,
    requests: Requests,
    /// Keeps the table.
    _store: Arc<Sessions<PostgresStore, BenchClock>>,
}

impl Job for ReadJob {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.keys, &mut self.draws);
        Ok(())
    }

    async fn operate(&self, index: usize) -> Verdict {
        let (key, owner) = self.requests.get(index);
        match self.client.query_opt(&self.read, &[&key]).await {
            Ok(Some(row)) => match row.try_get::<_, i64>(0) {
                Ok(user) => Verdict::equal(user.cast_unsigned(), owner.0),
                Err(_) => Verdict::WRONG,
            },
            Ok(None) => Verdict::WRONG,
            Err(_) => Verdict::denied(authoriser::Denial::StoreUnavailable),
        }
    }
}

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    const FILLING: usize = 100;
    let environment = context.environment(case);
    let address = context.address(Need::Postgres)?;
    let job = context.wait(async {
        let store = environment.store::<PostgresStore>(Need::Postgres).await?;
        let table = store.table().to_owned();
        let design = Sessions::new(store, SessionPolicy::default(), environment.clock());
        let (credentials, _) = Credentials::issue(&design, case.population, FILLING).await?;
        let form: IdForm = <PostgresStore as SessionStore>::ID_FORM;
        let hashes = (0..credentials.len()).map(|index| form.hash(credentials.get(index).0));
        let hashes = hashes.collect::<Result<Vec<_>, _>>();
        let hashes = hashes.map_err(|error| NotBuilt::Broken(error.to_string()))?;
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.map_err(broken)?;
        tokio::spawn(connection);
        let text = format!("SELECT user_id, permissions, created, last_seen FROM {table} WHERE id = $1");
        let read = client.prepare(&text).await.map_err(broken)?;
        Ok::<_, NotBuilt>(ReadJob {
            client,
            read,
            keys: Credentials::from_texts(hashes.iter().map(|hash| hash.as_bytes())),
            draws: Draws::new(case.choice, case.population, seed),
            requests: Requests::default(),
            _store: Arc::new(design),
        })
    })?;
    Ok(timed::waiting(context, case, &[], job, Vec::new()))
}

/// Without the error's text, which could quote the address.
fn broken(error: Error) -> NotBuilt {
    let code = error.code().map_or("no connection", |code| code.code());
    NotBuilt::Broken(format!("PostgreSQL refuses the bare client: {code}"))
}
