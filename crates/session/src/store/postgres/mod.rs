//! Sessions in PostgreSQL.

mod config;
mod connect;
mod pool;
mod statements;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use authoriser::{Outage, PermissionSet, StateLocation, Timestamp, UserId};
use tokio_postgres::{Row, Statement, error::SqlState, types::ToSql};

pub use self::config::PostgresConfig;
use self::{connect::PostgresConnect, pool::Pool, statements::Statements};
use super::{InsertError, Purged, SessionStore, SharedStore, StoreError, Touched};
use crate::{IdHash, RecordError, SessionPolicy, SessionRecord};

/// How many rows one call of `purge` looks at: a login that is behind it in a pipeline waits for all of them. Removing
/// as many takes about ten milliseconds, of the 250 that a statement has by default.
const PURGE_STEP: i64 = 1_000;

/// Commits of several connections share one wait for the disk.
const WRITERS: usize = 4;

/// Sessions in a table of PostgreSQL, over prepared statements.
///
/// As durable as the server is set up to be: with its default, `synchronous_commit = on`, a login or logout that was
/// answered survives a loss of power, and waits for the disk once. A table that is made here is an ordinary one, never
/// `UNLOGGED`. [`SessionStore::settings`] says what server, role and table were found to give.
///
/// Lookups share one connection, as a pipeline. Writes have four of their own: in one pipeline with them, every lookup
/// behind a login would wait for its commit. A connection that is lost costs the calls that are on it, and lookups
/// their only one until it is replaced; a disk that stalls the commits costs no lookup.
///
/// | Call | Round trips | Statement |
/// |---|---|---|
/// | `get` | 1 | a `SELECT` by primary key |
/// | `insert` | 1 | `INSERT … ON CONFLICT DO NOTHING` |
/// | `touch` | 1 | an `UPDATE`, which never brings back what is gone |
/// | `replace` | 1 | an `UPDATE` of the key: of many at once, all but one find the old id gone |
/// | `remove`, `remove_all`, `list` | 1 | by primary key, or by the index on the user |
///
/// Every call is one statement, hence atomic. There is no index on times, so that a touch changes no index (a
/// heap-only update); [`SessionStore::purge`] walks the primary key instead, a thousand rows at a time.
pub struct PostgresStore {
    connector: PostgresConnect,
    lookups: Pool,
    writes: Pool,
    /// As it was when the store was opened.
    durability: String,
    /// The last id that `purge` looked at; empty at the start.
    purged_to: Mutex<Vec<u8>>,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl PostgresStore {
    /// Connects to `postgresql://user:password@host:port/database`, or to a unix socket by `?host=/folder`, without TLS, on
    /// the current tokio runtime. Makes the table if there is none, which it does not do when it connects again later.
    ///
    /// The URL may hold the parameters of [`tokio_postgres::Config`]. Where it is silent, these hold:
    ///
    /// | Parameter | Unless the URL says otherwise |
    /// |---|---|
    /// | `application_name` | `authbench` |
    /// | `connect_timeout` | [`connection_timeout`](PostgresConfig::connection_timeout), divided among the hosts |
    /// | `tcp_user_timeout` | [`response_timeout`](PostgresConfig::response_timeout), over TCP |
    /// | `keepalives_idle`, `keepalives_interval` | the same, but a second at least, over TCP |
    /// | `target_session_attrs` | `read-write`: of several hosts the primary, and never a standby |
    ///
    /// The client library does not tell a parameter that has its own default value from one that is not there, so that
    /// `target_session_attrs=any`, `keepalives_idle=7200` and 0 for a time are no way around them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the URL is none, nobody answers there, or the role may neither use such a table
    /// nor make one.
    pub async fn connect(url: &str, config: PostgresConfig) -> Result<Self, StoreError> {
        let (in_flight, limit) = (config.in_flight, config.response_timeout);
        let connector = PostgresConnect::new(url, config)?;
        connector.make_table().await?;
        let pool = |connections| Pool::connect(&connector, connections, in_flight, limit);
        let (lookups, writes) = tokio::try_join!(pool(1), pool(WRITERS))?;
        let table = connector.table();
        let asked = writes.call(async |on| on.client.query_one(statements::DURABILITY, &[&table]).await);
        let durability = durability(&asked.await?)?;
        Ok(Self { connector, lookups, writes, durability, purged_to: Mutex::default() })
    }

    /// The table's name, which can stand in a statement as it is: for whoever reads the sessions by other means.
    #[must_use]
    pub fn table(&self) -> &str {
        self.connector.table()
    }

    /// The bare round trip on the connection that lookups use: a prepared statement that reads nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.lookups.call(async |on| on.client.query_one(&on.statements.ping, &[]).await.map(drop)).await
    }

    /// Executes a statement that writes, and says how many rows it changed.
    async fn write(
        &self,
        statement: impl FnOnce(&Statements) -> &Statement + Send,
        parameters: Parameters<'_>,
    ) -> Result<u64, StoreError> {
        self.writes.call(async |on| on.client.execute(statement(&on.statements), parameters).await).await
    }
}

impl SessionStore for PostgresStore {
    fn state(&self) -> StateLocation {
        StateLocation::SharedStore
    }

    fn outage(&self) -> Outage {
        Outage::Deny
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let config = self.connector.config();
        vec![
            ("durability", self.durability.clone()),
            ("response_timeout", format!("{:?}", config.response_timeout)),
            ("statement_timeout", format!("{:?}", config.response_timeout / 2)),
            ("connection_timeout", format!("{:?}", config.connection_timeout)),
            ("connections", format!("1 for look-ups, {WRITERS} for changes, pipelined")),
            ("in_flight", format!("{} look-ups, {0} changes", config.in_flight)),
        ]
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        let [user, created, last_seen] = longs(record)?;
        let permissions = record.permissions.bits().cast_signed();
        let parameters: Parameters<'_> = &[&&id.as_bytes()[..], &user, &permissions, &created, &last_seen];
        match self.write(|statements| &statements.insert, parameters).await? {
            0 => Err(InsertError::Collision),
            _ => Ok(()),
        }
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let row = self
            .lookups
            .call(async |on| on.client.query_opt(&on.statements.get, &[&&id.as_bytes()[..]]).await)
            .await?;
        row.map(|row| record(&row)).transpose().map_err(Into::into)
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        let [_, _, last_seen] = longs(record)?;
        let parameters: Parameters<'_> = &[&&id.as_bytes()[..], &last_seen];
        Ok(match self.write(|statements| &statements.touch, parameters).await? {
            0 => Touched::Gone,
            _ => Touched::Noted,
        })
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        let [user, created, last_seen] = longs(record)?;
        let permissions = record.permissions.bits().cast_signed();
        let (old, new) = (&old.as_bytes()[..], &new.as_bytes()[..]);
        let parameters: Parameters<'_> = &[&old, &new, &user, &permissions, &created, &last_seen];
        let moved = self
            .writes
            .call(async |on| match on.client.execute(&on.statements.replace, parameters).await {
                Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(None),
                moved => moved.map(Some),
            })
            .await?;
        moved.map(|rows| rows > 0).ok_or(InsertError::Collision)
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let parameters: Parameters<'_> = &[&&id.as_bytes()[..]];
        Ok(self.write(|statements| &statements.remove, parameters).await? > 0)
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let parameters: Parameters<'_> = &[&user.0.cast_signed()];
        self.write(|statements| &statements.remove_all, parameters).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        let rows = self
            .lookups
            .call(async |on| on.client.query(&on.statements.list, &[&user.0.cast_signed()]).await)
            .await?;
        let ids = rows.iter().filter_map(|row| row.try_get::<_, &[u8]>(0).ok()?.try_into().ok());
        Ok(ids.map(IdHash::from_bytes).collect())
    }

    /// Looks at a thousand sessions, in the order of their keys.
    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        let after = self.purged_to.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let earlier = |by: Duration| now.0.saturating_sub(by.as_secs()).cast_signed();
        let parameters: Parameters<'_> =
            &[&after, &PURGE_STEP, &earlier(policy.absolute()), &earlier(policy.idle())];
        let row =
            self.writes.call(async |on| on.client.query_one(&on.statements.purge, parameters).await).await?;
        let unexpected = |_| StoreError::Unavailable("an answer of another type".to_owned());
        let removed: i64 = row.try_get(0).map_err(unexpected)?;
        let looked_at: i64 = row.try_get(1).map_err(unexpected)?;
        let last: Option<Vec<u8>> = row.try_get(2).map_err(unexpected)?;
        let round_complete = looked_at < PURGE_STEP;
        let next = if round_complete { Vec::new() } else { last.unwrap_or_default() };
        *self.purged_to.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(Purged { removed: removed.unsigned_abs(), round_complete })
    }
}

impl SharedStore for PostgresStore {
    async fn open(address: &str, namespace: &str) -> Result<Self, StoreError> {
        let config = PostgresConfig { table: table_of(namespace), ..PostgresConfig::default() };
        Self::connect(address, config).await
    }

    /// `server_version`, without what a distribution adds, e.g. `15.18`.
    async fn version(&self) -> Result<String, StoreError> {
        let row = self.lookups.call(async |on| on.client.query_one("SHOW server_version", &[]).await).await?;
        let text = row.try_get::<_, &str>(0).ok().and_then(|text| text.split(' ').next().map(str::to_owned));
        text.ok_or_else(|| StoreError::Unavailable("an answer of another type".to_owned()))
    }

    /// The tables of all namespaces with their indices, as `pg_total_relation_size` gives them.
    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        let row =
            self.lookups.call(async |on| on.client.query_one(statements::STORED_BYTES, &[]).await).await?;
        let bytes: Option<i64> = row.try_get(0).ok();
        bytes
            .map(i64::unsigned_abs)
            .ok_or_else(|| StoreError::Unavailable("an answer of another type".to_owned()))
    }

    /// Drops the table: this store answers nothing more. Over a connection of its own, which has as long as
    /// [`connection_timeout`](PostgresConfig::connection_timeout) says.
    async fn clear(&self) -> Result<(), StoreError> {
        self.connector.drop_table().await
    }
}

impl fmt::Debug for PostgresStore {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("table", &self.table()).finish_non_exhaustive()
    }
}

/// What the server says of it, in words.
fn durability(row: &Row) -> Result<String, StoreError> {
    let unexpected = |_| StoreError::Unavailable("an answer of another type".to_owned());
    let [fsync, synchronous_commit] = [0, 1].map(|place| row.try_get(place).map_err(unexpected));
    let persistence = row.try_get(2).map_err(unexpected)?;
    Ok(statements::durability(fsync?, synchronous_commit?, persistence))
}

/// The table of a namespace: no two share one. PostgreSQL folds upper case to lower, so that `A` is written as `_a`, and
/// hence `_` as `__`.
fn table_of(namespace: &str) -> String {
    let mut table = "authbench_".to_owned();
    for letter in namespace.chars() {
        if letter.is_ascii_uppercase() || letter == '_' {
            table.push('_');
        }
        table.push(letter.to_ascii_lowercase());
    }
    table
}

/// User, login and last use as the database has them: its integers have a sign. Any 64 bits are a user; times have 63.
fn longs(record: &SessionRecord) -> Result<[i64; 3], StoreError> {
    let time = |time: Timestamp| i64::try_from(time.0).map_err(|_| StoreError::from(RecordError::Time));
    Ok([record.user.0.cast_signed(), time(record.created)?, time(record.last_seen)?])
}

fn record(row: &Row) -> Result<SessionRecord, RecordError> {
    let long = |place, name| row.try_get::<_, i64>(place).map_err(|_| RecordError::Field(name));
    let time = |place, name| u64::try_from(long(place, name)?).map(Timestamp).map_err(|_| RecordError::Time);
    let bits: i32 = row.try_get(1).map_err(|_| RecordError::Field("permissions"))?;
    let permissions = PermissionSet::from_bits(bits.cast_unsigned());
    if permissions.bits() != bits.cast_unsigned() {
        return Err(RecordError::Permissions);
    }
    let (created, last_seen) = (time(2, "created")?, time(3, "last_seen")?);
    if last_seen < created {
        return Err(RecordError::Time);
    }
    Ok(SessionRecord { user: UserId(long(0, "user")?.cast_unsigned()), permissions, created, last_seen })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The namespace of a table.
    fn namespace_of(table: &str) -> String {
        let mut letters = table.strip_prefix("authbench_").unwrap().chars();
        let mut namespace = String::new();
        while let Some(letter) = letters.next() {
            namespace.push(if letter == '_' { letters.next().unwrap().to_ascii_uppercase() } else { letter });
        }
        namespace
    }

    proptest! {
        #[test]
        fn a_namespace_can_be_told_from_its_table_so_that_no_two_share_one(
            namespace in prop_oneof!["[a-zA-Z0-9]{0,20}", "[aA_]{0,12}"],
        ) {
            let table = table_of(&namespace);
            prop_assert!(connect::is_plain(&table), "{}", table);
            prop_assert_eq!(namespace_of(&table), namespace);
        }
    }

    #[test]
    fn the_usual_namespace_stands_in_the_name_of_its_table() {
        assert_eq!(table_of("ab12"), "authbench_ab12");
        assert_eq!(table_of("aB_1"), "authbench_a_b__1");
    }
}
