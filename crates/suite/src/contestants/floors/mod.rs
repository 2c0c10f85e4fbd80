//! Floors: the least work that a contestant cannot do without, timed beside it in the same loop. They are not
//! authorisers and decide nothing; they say how far a design is from what is possible.

#[cfg(feature = "embedded")]
mod engine_read;
mod hmac;
mod huge_pages;
mod listed_token;
mod password_hash;
mod ping;
mod postgres_read;
mod probe;
mod redis_benchmark;
mod redis_get;
mod redis_keys;
mod signature;
mod token_digest;

use catalogue::Need;
use measure::record::Question;
use session::{MemcachedStore, RedisClusterStore, RedisStore};

use self::{redis_benchmark::InFlight, redis_get::Setting};
use crate::{
    contestants::{context::Context, not_built::NotBuilt, request, timed::Built},
    questions::Case,
};

/// One floor: a name, and how to build it for a case.
pub(crate) struct Floor {
    /// The id used in files, charts and on the command line.
    pub(crate) id: &'static str,
    /// What it does, in a phrase.
    pub(crate) about: &'static str,
    /// The services it needs.
    pub(crate) needs: &'static [Need],
    /// Whether it bounds anything in that question.
    pub(crate) belongs_to: fn(Question) -> bool,
    /// Builds it.
    pub(crate) build: fn(&Context, &Case, u64) -> Result<Built, NotBuilt>,
}

/// Every floor.
pub(crate) const ALL: &[Floor] = &[
    Floor {
        id: "floor-hmac-sha256",
        about: "HMAC-SHA256 with a prepared key over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| {
            matches!(question, Question::Issue | Question::Authorise | Question::Payload | Question::Batch)
        },
        build: hmac::build,
    },
    Floor {
        id: "floor-sha256-of-input",
        about: "SHA-256 over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| question == Question::Payload,
        build: hmac::hash_alone,
    },
    Floor {
        id: "floor-rs256",
        about: "RSA-2048 PKCS#1 v1.5 with a parsed key over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Issue | Question::Authorise),
        build: |context, case, seed| signature::build(jwt::Rs256Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-ps256",
        about: "RSA-2048 PSS with a parsed key over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Issue | Question::Authorise),
        build: |context, case, seed| signature::build(jwt::Ps256Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-es256",
        about: "ECDSA over P-256 with a parsed key over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Issue | Question::Authorise),
        build: |context, case, seed| signature::build(jwt::Es256Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-es384",
        about: "ECDSA over P-384 with a parsed key over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Issue | Question::Authorise),
        build: |context, case, seed| signature::build(jwt::Es384Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-eddsa",
        about: "Ed25519 with a parsed key over the signing input of the same tokens",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Issue | Question::Authorise | Question::Payload),
        build: |context, case, seed| signature::build(jwt::EdDsaKey::generate, context, case, seed),
    },
    Floor {
        id: "floor-flat-probe",
        about: "SHA-256 of the session id, then one probe of a flat table with one cache line a session",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Authorise | Question::Lookup),
        build: probe::hash_and_probe,
    },
    Floor {
        id: "floor-map-probe",
        about: "one probe of the flat table alone, the hash being known",
        needs: &[],
        belongs_to: |question| question == Question::Lookup,
        build: probe::probe_alone,
    },
    Floor {
        id: "floor-sha256",
        about: "SHA-256 of the session id alone",
        needs: &[],
        belongs_to: |question| question == Question::Lookup,
        build: probe::hash_alone,
    },
    Floor {
        id: "floor-listed-token",
        about: "jwt-hs256 over tokens that name their place in a status list, without a look into the list",
        needs: &[],
        belongs_to: |question| question == Question::Denylist,
        build: listed_token::build,
    },
    Floor {
        id: "floor-digest-hs256",
        about: "SHA-256 of a text as long as a HS256 token, then one probe of a flat table with one cache line an entry",
        needs: &[],
        belongs_to: |question| question == Question::HitRate,
        build: |context, case, seed| token_digest::build(jwt::Hs256Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-digest-rs256",
        about: "SHA-256 of a text as long as a RS256 token, then one probe of a flat table with one cache line an entry",
        needs: &[],
        belongs_to: |question| question == Question::HitRate,
        build: |context, case, seed| token_digest::build(jwt::Rs256Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-digest-es256",
        about: "SHA-256 of a text as long as a ES256 token, then one probe of a flat table with one cache line an entry",
        needs: &[],
        belongs_to: |question| question == Question::HitRate,
        build: |context, case, seed| token_digest::build(jwt::Es256Key::generate, context, case, seed),
    },
    Floor {
        id: "floor-axum-route",
        about: "the same answer by a plain route of axum: the framework, the connection and the handler",
        needs: &[],
        belongs_to: |question| matches!(question, Question::Request | Question::Load),
        build: |context, case, _| request::bare(context, case),
    },
    Floor {
        id: "floor-argon2id",
        about: "the password hash alone, on this thread",
        needs: &[],
        belongs_to: |question| question == Question::Login,
        build: |_, _, _| password_hash::build(),
    },
    Floor {
        id: "floor-redis-ping",
        about: "PING over the same client and connection",
        needs: &[Need::Redis],
        belongs_to: |question| asks_a_server(question) || question == Question::Distance,
        build: |context, case, _| ping::build::<RedisStore>(context, case, Need::Redis),
    },
    Floor {
        id: "floor-redis-unix-ping",
        about: "PING over the same client and connection, by the unix socket",
        needs: &[Need::RedisUnix],
        belongs_to: asks_a_server,
        build: |context, case, _| ping::build::<RedisStore>(context, case, Need::RedisUnix),
    },
    Floor {
        id: "floor-redis-cluster-ping",
        about: "EXISTS of a key that nobody has, over the same client of the cluster",
        needs: &[Need::RedisCluster],
        belongs_to: asks_a_server,
        build: |context, case, _| ping::build::<RedisClusterStore>(context, case, Need::RedisCluster),
    },
    Floor {
        id: "floor-redis-get",
        about: "GET of a value as long as a user's with one session, by the redis crate alone",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: redis_get::build,
    },
    Floor {
        id: "floor-redis-get-delay",
        about: "the same with Nagle's algorithm, as the crate comes",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: |context, case, seed| redis_get::build_with(Setting::Delay, context, case, seed),
    },
    Floor {
        id: "floor-redis-get-no-timer",
        about: "the same without a time limit",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: |context, case, seed| redis_get::build_with(Setting::NoTimer, context, case, seed),
    },
    Floor {
        id: "floor-redis-get-long-queue",
        about: "the same with room for 100 requests that wait to be written, not 50",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: |context, case, seed| redis_get::build_with(Setting::LongQueue, context, case, seed),
    },
    Floor {
        id: "floor-redis-get-4-connections",
        about: "the same over four connections, which take turns",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: |context, case, seed| redis_get::build_with(Setting::FourConnections, context, case, seed),
    },
    Floor {
        id: "floor-redis-benchmark-pipelined",
        about: "the same GET by redis-benchmark, a client in C, in pipelines over one connection",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: |context, case, _| redis_benchmark::build(context, case, InFlight::Pipelined),
    },
    Floor {
        id: "floor-redis-benchmark-connections",
        about: "the same GET by redis-benchmark over as many connections as are in flight",
        needs: &[Need::Redis],
        belongs_to: |question| question == Question::Lookup,
        build: |context, case, _| redis_benchmark::build(context, case, InFlight::Connections),
    },
    Floor {
        id: "floor-memcached-ping",
        about: "mg of a key that nobody has, over the same client and connection",
        needs: &[Need::Memcached],
        belongs_to: |question| asks_a_server(question) || question == Question::Distance,
        build: |context, case, _| ping::build::<MemcachedStore>(context, case, Need::Memcached),
    },
    Floor {
        id: "floor-postgres-read",
        about: "the same row read by primary key through tokio-postgres' own prepared statement",
        needs: &[Need::Postgres],
        belongs_to: |question| matches!(question, Question::Authorise | Question::Lookup),
        build: postgres_read::build,
    },
    #[cfg(feature = "embedded")]
    Floor {
        id: "floor-redb-read",
        about: "redb's own point read of the same record",
        needs: &[Need::Folder],
        belongs_to: |question| matches!(question, Question::Authorise | Question::Lookup),
        build: engine_read::build::<session::RedbStore>,
    },
    #[cfg(feature = "embedded")]
    Floor {
        id: "floor-lmdb-read",
        about: "LMDB's own point read of the same record",
        needs: &[Need::Folder],
        belongs_to: |question| matches!(question, Question::Authorise | Question::Lookup),
        build: engine_read::build::<session::LmdbStore>,
    },
    #[cfg(feature = "embedded")]
    Floor {
        id: "floor-sqlite-read",
        about: "SQLite's own point read of the same record",
        needs: &[Need::Folder],
        belongs_to: |question| matches!(question, Question::Authorise | Question::Lookup),
        build: engine_read::build::<session::SqliteStore>,
    },
];

/// The floor in that question of an entry whose floor is that one in general: a look-up in Redis is at the least a `GET`, and a
/// request whatever the framework does with it.
pub(crate) fn of(general: Option<&'static str>, question: Question) -> Option<&'static str> {
    match (general, question) {
        (_, Question::Request | Question::Load) => Some("floor-axum-route"),
        (_, Question::Login) => Some("floor-argon2id"),
        // What is counted has none.
        (_, Question::Outage) => None,
        (Some("floor-redis-ping"), Question::Lookup) => Some("floor-redis-get"),
        (general, _) => general,
    }
}

/// Whether each operation of the question asks a store once or more often.
const fn asks_a_server(question: Question) -> bool {
    matches!(
        question,
        Question::Issue | Question::Authorise | Question::Lookup | Question::Revoke | Question::Touch
    )
}
