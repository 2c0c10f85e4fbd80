//! What is said to the database.

use std::time::Duration;

use tokio_postgres::{Client, Error, Statement};

/// The statements that every connection prepares.
pub(super) struct Statements {
    pub(super) ping: Statement,
    pub(super) insert: Statement,
    pub(super) get: Statement,
    pub(super) touch: Statement,
    pub(super) replace: Statement,
    pub(super) remove: Statement,
    pub(super) remove_all: Statement,
    pub(super) list: Statement,
    pub(super) purge: Statement,
}

impl Statements {
    pub(super) async fn prepare(client: &Client, table: &str) -> Result<Self, Error> {
        let prepare = |text: &str| {
            let text = text.replace("{table}", table);
            async move { client.prepare(&text).await }
        };
        // All in one round trip, or two.
        let (ping, insert, get, touch, replace, remove, remove_all, list, purge) = tokio::try_join!(
            prepare("SELECT 1"),
            prepare(INSERT),
            prepare(GET),
            prepare(TOUCH),
            prepare(REPLACE),
            prepare("DELETE FROM {table} WHERE id = $1"),
            prepare("DELETE FROM {table} WHERE user_id = $1"),
            prepare("SELECT id FROM {table} WHERE user_id = $1"),
            prepare(PURGE),
        )?;
        Ok(Self { ping, insert, get, touch, replace, remove, remove_all, list, purge })
    }
}

const INSERT: &str = "INSERT INTO {table} (id, user_id, permissions, created, last_seen) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (id) DO NOTHING";

const GET: &str = "SELECT user_id, permissions, created, last_seen FROM {table} WHERE id = $1";

/// Of two uses the later stays.
const TOUCH: &str = "UPDATE {table} SET last_seen = greatest(last_seen, $2) WHERE id = $1";

/// Of many at once, each waits for the one before it, and then finds no row with the old id.
const REPLACE: &str = "UPDATE {table} SET id = $2, permissions = $4, created = $5, last_seen = $6 \
                       WHERE id = $1 AND user_id = $3";

/// Waits for nobody: a row that someone else is changing is left to the next round. Otherwise one login that hangs would
/// hold the whole step up, and a logout everywhere of the same rows, in another order, would be a deadlock. What is locked is
/// looked at again, so that a session that was used meanwhile stays.
const PURGE: &str = "WITH part AS (SELECT id, created, last_seen FROM {table} WHERE id > $1 ORDER BY id LIMIT $2), \
                     over AS (SELECT t.id FROM {table} AS t JOIN part ON t.id = part.id \
                         WHERE (part.created <= $3 OR part.last_seen <= $4) AND (t.created <= $3 OR t.last_seen <= $4) \
                         FOR UPDATE OF t SKIP LOCKED), \
                     gone AS (DELETE FROM {table} AS t USING over WHERE t.id = over.id RETURNING 1) \
                     SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM part), \
                         (SELECT id FROM part ORDER BY id DESC LIMIT 1)";

/// Has the server give up a statement that it has worked on, or waited for a lock with, for so long. The statements that
/// wait before it in the pipeline, and the wait of its commit for the disk, are not in that time.
pub(super) fn limit_statements(limit: Duration) -> String {
    // 0 would be no limit, and more than the greatest is refused.
    let limit = limit.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
    format!("SET statement_timeout = {limit}")
}

/// Whether there is such a table, or whatever else goes by that name, where the role looks for it.
pub(super) const IS_THERE: &str = "SELECT to_regclass($1) IS NOT NULL";

/// What decides what a commit survives, as it is for this role, in this database and of this table.
pub(super) const DURABILITY: &str = "SELECT current_setting('fsync'), current_setting('synchronous_commit'), \
                                     (SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass($1))";

/// In words for the record.
pub(super) fn durability(fsync: &str, synchronous_commit: &str, persistence: Option<&str>) -> String {
    let table = match persistence {
        Some("p") => "logged",
        Some("u") => "unlogged",
        Some("t") => "temporary",
        _ => "no",
    };
    let verdict = match (table, fsync, synchronous_commit) {
        ("logged", "on", "off") => "a crash of the server may undo the last answers",
        ("logged", "on", _) => "the server's disk has what was answered",
        ("logged", ..) => "a crash of the server's machine may undo any answer",
        _ => "a crash of the server loses all",
    };
    format!("{verdict}: fsync {fsync}, synchronous_commit {synchronous_commit}, {table} table")
}

/// What the name of the index on the user adds to the table's, as PostgreSQL itself would name it.
pub(super) const USER_INDEX: &str = "_user_id_idx";

/// Makes the table. The columns stand in the order that leaves no gaps between them. A tenth of each page is left free,
/// for the new version of a row that is touched.
///
/// Two who found no table and make it at once would collide in the database's own catalogue, hence the lock, whose
/// number is arbitrary. Whoever gets it last finds everything made.
pub(super) fn create_table(table: &str) -> String {
    format!(
        "BEGIN;
         SELECT pg_advisory_xact_lock(7164208515);
         CREATE TABLE IF NOT EXISTS {table} (
             user_id bigint NOT NULL,
             created bigint NOT NULL,
             last_seen bigint NOT NULL,
             permissions integer NOT NULL,
             id bytea NOT NULL PRIMARY KEY
         ) WITH (fillfactor = 90);
         CREATE INDEX IF NOT EXISTS {table}{USER_INDEX} ON {table} (user_id);
         COMMIT"
    )
}

/// Drops the table.
pub(super) fn drop_table(table: &str) -> String {
    format!("DROP TABLE IF EXISTS {table}")
}

/// Every namespace's tables, with indices. A sum of `bigint` is `numeric` unless told otherwise.
pub(super) const STORED_BYTES: &str = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class \
                                       WHERE relkind = 'r' AND relname LIKE 'authbench\\_%'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_all_of_it_is_called_less() {
        let verdict = |fsync, commit, table| {
            durability(fsync, commit, table).split(':').next().map(str::to_owned).unwrap()
        };
        for commit in ["on", "local", "remote_write", "remote_apply"] {
            assert_eq!(verdict("on", commit, Some("p")), "the server's disk has what was answered");
        }
        assert_eq!(verdict("on", "off", Some("p")), "a crash of the server may undo the last answers");
        assert_eq!(verdict("off", "on", Some("p")), "a crash of the server's machine may undo any answer");
        for table in [Some("u"), Some("t"), None] {
            assert_eq!(verdict("on", "on", table), "a crash of the server loses all");
        }
    }

    #[test]
    fn every_limit_is_one_that_the_server_takes() {
        let cases = [
            (Duration::ZERO, "1"),
            (Duration::from_micros(1_999), "1"),
            (Duration::from_millis(250), "250"),
            (Duration::MAX, "2147483647"),
        ];
        for (limit, milliseconds) in cases {
            assert_eq!(limit_statements(limit), format!("SET statement_timeout = {milliseconds}"));
        }
    }
}
