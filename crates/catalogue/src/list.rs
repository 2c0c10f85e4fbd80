//! The list itself: one entry for each design, peer and control, in the order in which reports show them.
//!
//! What an entry names, and in which order, is in `entries_macro.rs`.

use authoriser::{Clock, Family};
use session::{
    MemcachedStore, MemoryStore, PostgresStore, RedisClusterStore, RedisFieldsStore, RedisStore, Sessions,
};

use crate::{
    Capabilities, Description, Entry, Environment, Kind, Need, Unavailable, Visitor,
    controls::{NoWork, StaticToken},
    keys::{generated, key_set, published},
};

catalogue! {
    Design JwtHs256 = "jwt-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "JWT signed with HMAC-SHA256, verified with a prepared key and a strict borrowed parse",
        jwt::Hs256<C> => |environment| Ok(environment.jwt_hs256()),
        capabilities Capabilities { batches: true, ..Capabilities::ORDINARY }.common().across_services();

    Design JwtHs384 = "jwt-hs384", Stateless, needs &[], floor None,
        "JWT signed with HMAC-SHA384",
        jwt::Hs384<C> => |environment| {
            Ok(jwt::Hs384::new(generated(jwt::Hs384Key::generate())?, environment.token_policy(), environment.clock()))
        };

    Design JwtHs512 = "jwt-hs512", Stateless, needs &[], floor None,
        "JWT signed with HMAC-SHA512",
        jwt::Hs512<C> => |environment| {
            Ok(jwt::Hs512::new(generated(jwt::Hs512Key::generate())?, environment.token_policy(), environment.clock()))
        };

    Design JwtRs256 = "jwt-rs256", Stateless, needs &[], floor Some("floor-rs256"),
        "JWT signed with RSA-2048, PKCS#1 v1.5, key parsed once",
        jwt::Rs256<C> => |environment| {
            Ok(jwt::Rs256::new(published()?, environment.token_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads().common();

    Design JwtPs256 = "jwt-ps256", Stateless, needs &[], floor Some("floor-ps256"),
        "JWT signed with RSA-2048, PSS, key parsed once",
        jwt::Ps256<C> => |environment| {
            Ok(jwt::Ps256::new(published()?, environment.token_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads();

    Design JwtEs256 = "jwt-es256", Stateless, needs &[], floor Some("floor-es256"),
        "JWT signed with ECDSA over P-256, key parsed once",
        jwt::Es256<C> => |environment| {
            Ok(jwt::Es256::new(published()?, environment.token_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.without_payloads().common().across_services();

    Design JwtEs384 = "jwt-es384", Stateless, needs &[], floor Some("floor-es384"),
        "JWT signed with ECDSA over P-384, key parsed once",
        jwt::Es384<C> => |environment| {
            Ok(jwt::Es384::new(published()?, environment.token_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.without_payloads();

    Design JwtEdDsa = "jwt-eddsa", Stateless, needs &[], floor Some("floor-eddsa"),
        "JWT signed with Ed25519, key parsed once",
        jwt::EdDsa<C> => |environment| {
            Ok(jwt::EdDsa::new(published()?, environment.token_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.common();

    // Keys fetched from an issuer (`jwt::RemoteKeySet`) cost the same while they are fresh, and would need a server at
    // every environment.
    Design JwtKeySet = "jwt-key-set", Stateless, needs &[], floor Some("floor-eddsa"),
        "JWT signed with Ed25519 under the newest of three keys, looked up by the header's kid",
        jwt::KeySetJwt<C> => |environment| {
            let keys = generated(key_set(["2026-09", "2026-10", "2026-11"]))?;
            Ok(jwt::KeySetJwt::new(keys, environment.token_policy(), environment.clock()))
        },
        capabilities Capabilities { rotates: true, ..Capabilities::ORDINARY };

    Design PasetoV4Local = "paseto-v4-local", Stateless, needs &[], floor None,
        "PASETO v4.local: the same claims encrypted with XChaCha20 and authenticated with keyed BLAKE2b",
        jwt::V4Local<C> => |environment| {
            Ok(jwt::V4Local::new(generated(jwt::PasetoLocalKey::generate())?, environment.token_policy(), environment.clock()))
        };

    Design PasetoV4Public = "paseto-v4-public", Stateless, needs &[], floor Some("floor-eddsa"),
        "PASETO v4.public: the same claims signed with Ed25519, key parsed once",
        jwt::V4Public<C> => |environment| {
            Ok(jwt::V4Public::new(generated(jwt::PasetoSecretKey::generate())?, environment.token_policy(), environment.clock()))
        };

    Design CookieSigned = "cookie-signed", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same claims as a cookie's value with HMAC-SHA256 over name and payload",
        jwt::SignedCookie<C> => |environment| {
            Ok(jwt::SignedCookie::new(generated(jwt::SignedCookieKey::generate())?, environment.token_policy(), environment.clock()))
        };

    Design CookiePrivate = "cookie-private", Stateless, needs &[], floor None,
        "the same claims as a cookie's value encrypted with AES-256-GCM under a random nonce",
        jwt::PrivateCookie<C> => |environment| {
            Ok(jwt::PrivateCookie::new(generated(jwt::PrivateCookieKey::generate())?, environment.token_policy(), environment.clock()))
        };

    Design SessionMemory = "session-memory", Stateful, needs &[], floor Some("floor-flat-probe"),
        "random session id, SHA-256 of it at rest, flat table in this process, readers without a lock",
        Sessions<MemoryStore, C> => |environment| Ok(Sessions::new(MemoryStore::new(), environment.session_policy(), environment.clock())),
        capabilities Capabilities::ORDINARY.common().across_services();

    Design SessionRedis = "session-redis", Stateful, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "the same session in Redis over TCP: a part of its user's string, one round trip a lookup, one multiplexed connection",
        Sessions<RedisStore, C> => |environment| {
            Ok(Sessions::new(environment.store::<RedisStore>(Need::Redis).await?, environment.session_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.common().across_services();

    Design SessionRedisUnix = "session-redis-unix", Stateful, needs &[Need::RedisUnix], floor Some("floor-redis-unix-ping"),
        "the same over a unix socket",
        Sessions<RedisStore, C> => |environment| {
            Ok(Sessions::new(environment.store::<RedisStore>(Need::RedisUnix).await?, environment.session_policy(), environment.clock()))
        };

    Design SessionRedisHash = "session-redis-hash", Stateful, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "the usual layout in Redis: a hash with readable fields for each session, and an index for each user",
        Sessions<RedisFieldsStore, C> => |environment| {
            Ok(Sessions::new(environment.store::<RedisFieldsStore>(Need::Redis).await?, environment.session_policy(), environment.clock()))
        };

    Design SessionRedisCluster = "session-redis-cluster", Stateful, needs &[Need::RedisCluster], floor Some("floor-redis-cluster-ping"),
        "the same as session-redis over three primaries: a user's sessions are in one slot, so that each call reaches one",
        Sessions<RedisClusterStore, C> => |environment| {
            let store = environment.store::<RedisClusterStore>(Need::RedisCluster).await?;
            Ok(Sessions::new(store, environment.session_policy(), environment.clock()))
        };

    Design SessionPostgres = "session-postgres", Stateful, needs &[Need::Postgres], floor Some("floor-postgres-read"),
        "sessions in a table of PostgreSQL: prepared statements, pipelined lookups, every login and logout on the disk",
        Sessions<PostgresStore, C> => |environment| {
            Ok(Sessions::new(environment.store::<PostgresStore>(Need::Postgres).await?, environment.session_policy(), environment.clock()))
        };

    Design SessionMemcached = "session-memcached", Stateful, needs &[Need::Memcached], floor Some("floor-memcached-ping"),
        "sessions in memcached: an item a user, changed by compare and swap, looked up in one round trip",
        Sessions<MemcachedStore, C> => |environment| {
            Ok(Sessions::new(environment.store::<MemcachedStore>(Need::Memcached).await?, environment.session_policy(), environment.clock()))
        };

    [feature "embedded"]
    Design SessionRedb = "session-redb", Stateful, needs &[Need::Folder], floor Some("floor-redb-read"),
        "the same session on this machine's disk in redb, a B-tree in Rust: read in this process, one fsync a commit",
        Sessions<session::RedbStore, C> => |environment| {
            Ok(Sessions::new(environment.store(Need::Folder).await?, environment.session_policy(), environment.clock()))
        };

    [feature "embedded"]
    Design SessionLmdb = "session-lmdb", Stateful, needs &[Need::Folder], floor Some("floor-lmdb-read"),
        "the same session on this machine's disk in LMDB, a mapped B-tree in C: read in this process, two syncs a commit",
        Sessions<session::LmdbStore, C> => |environment| {
            Ok(Sessions::new(environment.store(Need::Folder).await?, environment.session_policy(), environment.clock()))
        };

    [feature "embedded"]
    Design SessionSqlite = "session-sqlite", Stateful, needs &[Need::Folder], floor Some("floor-sqlite-read"),
        "the same session on this machine's disk in SQLite, in write-ahead mode: read in this process, one fsync a commit",
        Sessions<session::SqliteStore, C> => |environment| {
            Ok(Sessions::new(environment.store(Need::Folder).await?, environment.session_policy(), environment.clock()))
        };

    Design JwtHs256Cached = "jwt-hs256-cached", Hybrid, needs &[], floor None,
        "jwt-hs256 behind a cache of verified tokens, by the SHA-256 of the whole token; times checked at each hit",
        hybrid::CachedJwt<jwt::Hs256Key, C> => |environment| environment.cached_jwt(environment.hmac_key()),
        capabilities Capabilities::ORDINARY.without_payloads()
            .with_cache("jwt-hs256", "floor-digest-hs256");

    Design JwtRs256Cached = "jwt-rs256-cached", Hybrid, needs &[], floor None,
        "jwt-rs256 behind a cache of verified tokens, by the SHA-256 of the whole token; times checked at each hit",
        hybrid::CachedJwt<jwt::Rs256Key, C> => |environment| environment.cached_jwt(published()?),
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads()
            .with_cache("jwt-rs256", "floor-digest-rs256");

    Design JwtEs256Cached = "jwt-es256-cached", Hybrid, needs &[], floor None,
        "jwt-es256 behind a cache of verified tokens, by the SHA-256 of the whole token; times checked at each hit",
        hybrid::CachedJwt<jwt::Es256Key, C> => |environment| environment.cached_jwt(published()?),
        capabilities Capabilities::ORDINARY.without_payloads()
            .with_cache("jwt-es256", "floor-digest-es256");

    Design JwtDenylistRedis = "jwt-denylist-redis", Hybrid, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "jwt-hs256, then one round trip to a deny-list in Redis by issuer and jti; denies when Redis is away",
        hybrid::JwtDenylistRedis<jwt::Hs256Key, C> => |environment| {
            environment.denylist_redis(hybrid::WhenAway::Deny).await
        },
        capabilities Capabilities::ORDINARY.with_deny_list("jwt-hs256");

    Design JwtDenylistRedisOpen = "jwt-denylist-redis-open", Hybrid, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "the same, but when Redis is away every token that proves itself is accepted, revoked or not",
        hybrid::JwtDenylistRedis<jwt::Hs256Key, C> => |environment| {
            environment.denylist_redis(hybrid::WhenAway::Accept).await
        };

    Design JwtDenylistMemory = "jwt-denylist-memory", Hybrid, needs &[Need::Redis], floor Some("floor-hmac-sha256"),
        "jwt-hs256, then a look into a deny-list in this process, fed by a stream in Redis; denies when the feed is lost for 5 s",
        hybrid::JwtDenylistMemory<jwt::Hs256Key, C> => |environment| {
            let (key, policy, clock) = (environment.hmac_key(), environment.token_policy(), environment.clock());
            let keys = environment.keyspace(Need::Redis).await?;
            Ok(hybrid::JwtDenylistMemory::new(key, policy, clock, keys, hybrid::FeedConfig::default()).await?)
        },
        capabilities Capabilities::ORDINARY.with_deny_list("jwt-hs256").that_decides_here();

    Design JwtEpoch = "jwt-epoch", Hybrid, needs &[Need::Redis], floor Some("floor-hmac-sha256"),
        "jwt-hs256, then a time for each user before which no token is accepted: in Redis, remembered in this process for 5 s",
        hybrid::JwtEpoch<jwt::Hs256Key, C> => |environment| {
            let (key, policy, clock) = (environment.hmac_key(), environment.token_policy(), environment.clock());
            let keys = environment.keyspace(Need::Redis).await?;
            Ok(hybrid::JwtEpoch::new(key, policy, clock, keys, hybrid::CacheConfig::default()).await?)
        };

    Design SessionRedisCached = "session-redis-cached", Hybrid, needs &[Need::Redis], floor None,
        "session-redis, whose records are remembered in this process for 5 s: one who misses asks, others wait for the answer",
        hybrid::CachedSessions<RedisStore, C> => |environment| {
            let store = environment.store::<RedisStore>(Need::Redis).await?;
            let (policy, clock) = (environment.session_policy(), environment.clock());
            Ok(hybrid::CachedSessions::new(store, policy, clock, hybrid::CacheConfig::default()))
        },
        capabilities Capabilities::ORDINARY.that_decides_here().with_cache("session-redis", "session-memory");

    Design SessionPostgresCached = "session-postgres-cached", Hybrid, needs &[Need::Postgres], floor None,
        "session-postgres, whose records are remembered in this process for 5 s: one who misses asks, others wait for the answer",
        hybrid::CachedSessions<PostgresStore, C> => |environment| {
            let store = environment.store::<PostgresStore>(Need::Postgres).await?;
            let (policy, clock) = (environment.session_policy(), environment.clock());
            Ok(hybrid::CachedSessions::new(store, policy, clock, hybrid::CacheConfig::default()))
        },
        capabilities Capabilities::ORDINARY.that_decides_here().with_cache("session-postgres", "session-memory");

    Design SessionRedisTracked = "session-redis-tracked", Hybrid, needs &[Need::Redis], floor None,
        "session-redis, whose records are remembered in this process until Redis says that they have changed, for a minute at most",
        hybrid::TrackedSessions<C> => |environment| {
            let store = environment.store::<RedisStore>(Need::Redis).await?;
            let (policy, clock) = (environment.session_policy(), environment.clock());
            let cache = hybrid::CacheConfig { ttl: std::time::Duration::from_secs(60), ..hybrid::CacheConfig::default() };
            Ok(hybrid::TrackedSessions::new(store, policy, clock, cache, hybrid::FeedConfig::default()).await?)
        },
        capabilities Capabilities::ORDINARY.that_decides_here().with_cache("session-redis", "session-redis-cached");

    Design SessionSignedId = "session-signed-id", Hybrid, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "session-redis, whose ids carry an HMAC-SHA256: one that was made up is refused before the store is asked",
        hybrid::SignedSessions<RedisStore, C> => |environment| {
            let store = environment.store::<RedisStore>(Need::Redis).await?;
            let key = environment.key_for("session-signed-id");
            Ok(hybrid::SignedSessions::new(store, environment.session_policy(), environment.clock(), key))
        };

    Design JwtDenylistBloom = "jwt-denylist-bloom", Hybrid, needs &[Need::Redis], floor Some("floor-hmac-sha256"),
        "jwt-hs256, then a Bloom filter in this process, fed by a stream; what seems revoked is looked for in Redis; denies when the feed is lost for 5 s",
        hybrid::JwtDenylistBloom<jwt::Hs256Key, C> => |environment| {
            let (key, policy, clock) = (environment.hmac_key(), environment.token_policy(), environment.clock());
            let (list, stream) = (environment.keyspace(Need::Redis).await?, environment.keyspace(Need::Redis).await?);
            let (feed, filter) = (hybrid::FeedConfig::default(), hybrid::FilterConfig::default());
            Ok(hybrid::JwtDenylistBloom::new(key, policy, clock, list, stream, feed, filter).await?)
        },
        capabilities Capabilities::ORDINARY.with_deny_list("jwt-hs256").that_decides_here();

    Design JwtStatusList = "jwt-status-list", Hybrid, needs &[Need::Redis], floor Some("floor-hmac-sha256"),
        "jwt-hs256, then a bit in the issuer's status list (IETF draft), fetched from Redis each second; denies when none is younger than 5 s",
        hybrid::JwtStatusList<jwt::Hs256Key, C> => |environment| {
            let (key, policy, clock) = (environment.hmac_key(), environment.token_policy(), environment.clock());
            let (list_key, keys) = (environment.key_for("jwt-status-list"), environment.keyspace(Need::Redis).await?);
            Ok(hybrid::JwtStatusList::new(key, list_key, policy, clock, keys, hybrid::FeedConfig::default()).await?)
        },
        capabilities Capabilities::ORDINARY.with_deny_list("floor-listed-token").that_decides_here();

    Design JwtRefresh = "jwt-refresh", Hybrid, needs &[Need::Redis], floor Some("floor-hmac-sha256"),
        "jwt-hs256 that lives for 5 min, renewed by a rotating refresh token whose family is in Redis: reuse ends it, 10 s of grace",
        hybrid::JwtRefresh<jwt::Hs256Key, C> => |environment| environment.jwt_refresh().await,
        capabilities Capabilities { refreshes: true, ..Capabilities::ORDINARY }.without_payloads();

    Design Introspection = "introspection", Hybrid, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "opaque token: an authorisation server over sessions in Redis is asked at each request, over HTTP (RFC 7662); it runs in this process, whose CPU contains both sides",
        hybrid::Introspection<RedisStore, C> => |environment| environment.introspection().await,
        capabilities Capabilities::ORDINARY.without_payloads().across_services();

    Design IntrospectionCached = "introspection-cached", Hybrid, needs &[Need::Redis], floor None,
        "introspection, whose answers are remembered for 5 s: one who misses asks, others wait for the answer",
        hybrid::CachedIntrospection<RedisStore, C> => |environment| {
            Ok(hybrid::CachedIntrospection::new(environment.introspection().await?, hybrid::CacheConfig::default()))
        },
        capabilities Capabilities::ORDINARY.without_payloads().across_services();

    Design Gateway = "gateway", Hybrid, needs &[Need::Redis], floor Some("floor-hmac-sha256"),
        "session-redis outside, looked up once a minute and exchanged for a JWT (HS256) of one minute, which is then verified at each request inside",
        hybrid::Gateway<RedisStore, C> => |environment| environment.gateway().await,
        capabilities Capabilities::ORDINARY.without_payloads().across_services();

    [feature "peers"]
    Peer JsonwebtokenRustCryptoHs256 = "jsonwebtoken-rust-crypto-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the jsonwebtoken crate on its RustCrypto back end",
        peers::Peer<peers::Jsonwebtoken<peers::RustCrypto>, C> => |environment| environment.peer(peers::Jsonwebtoken::hs256);

    [feature "peers"]
    Peer JsonwebtokenRustCryptoRs256 = "jsonwebtoken-rust-crypto-rs256", Stateless, needs &[], floor Some("floor-rs256"),
        "RS256 by the jsonwebtoken crate on its RustCrypto back end",
        peers::Peer<peers::Jsonwebtoken<peers::RustCrypto>, C> => |environment| environment.peer(|_, policy| peers::Jsonwebtoken::rs256(policy)),
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads().not_over_http();

    [feature "peers"]
    Peer JsonwebtokenRustCryptoEs256 = "jsonwebtoken-rust-crypto-es256", Stateless, needs &[], floor Some("floor-es256"),
        "ES256 by the jsonwebtoken crate on its RustCrypto back end",
        peers::Peer<peers::Jsonwebtoken<peers::RustCrypto>, C> => |environment| environment.peer(|_, policy| peers::Jsonwebtoken::es256(policy)),
        capabilities Capabilities::ORDINARY.without_payloads().not_over_http();

    [feature "peers"]
    Peer JsonwebtokenAwsLcHs256 = "jsonwebtoken-aws-lc-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the jsonwebtoken crate on its aws-lc back end",
        peers::Peer<peers::Jsonwebtoken<peers::AwsLc>, C> => |environment| environment.peer(peers::Jsonwebtoken::hs256);

    [feature "peers"]
    Peer JsonwebtokenAwsLcRs256 = "jsonwebtoken-aws-lc-rs256", Stateless, needs &[], floor Some("floor-rs256"),
        "RS256 by the jsonwebtoken crate on its aws-lc back end",
        peers::Peer<peers::Jsonwebtoken<peers::AwsLc>, C> => |environment| environment.peer(|_, policy| peers::Jsonwebtoken::rs256(policy)),
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads();

    [feature "peers"]
    Peer JsonwebtokenAwsLcEs256 = "jsonwebtoken-aws-lc-es256", Stateless, needs &[], floor Some("floor-es256"),
        "ES256 by the jsonwebtoken crate on its aws-lc back end",
        peers::Peer<peers::Jsonwebtoken<peers::AwsLc>, C> => |environment| environment.peer(|_, policy| peers::Jsonwebtoken::es256(policy)),
        capabilities Capabilities::ORDINARY.without_payloads();

    [feature "peers"]
    Peer JsonwebtokenAwsLcEdDsa = "jsonwebtoken-aws-lc-eddsa", Stateless, needs &[], floor Some("floor-eddsa"),
        "EdDSA by the jsonwebtoken crate on its aws-lc back end",
        peers::Peer<peers::Jsonwebtoken<peers::AwsLc>, C> => |environment| environment.peer(|_, policy| peers::Jsonwebtoken::eddsa(policy)),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "rare-peers"]
    Peer JwtSimpleHs256 = "jwt-simple-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the jwt-simple crate",
        peers::Peer<peers::JwtSimple, C> => |environment| environment.peer(peers::JwtSimple::hs256),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer JwtCompactHs256 = "jwt-compact-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the jwt-compact crate",
        peers::Peer<peers::JwtCompact, C> => |environment| environment.peer(peers::JwtCompact::hs256),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "rare-peers"]
    Peer BiscuitHs256 = "biscuit-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the biscuit crate",
        peers::Peer<peers::Biscuit, C> => |environment| environment.peer(peers::Biscuit::hs256),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer JwtCrateHs256 = "jwt-crate-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the jwt crate",
        peers::Peer<peers::JwtCrate, C> => |environment| environment.peer(peers::JwtCrate::hs256),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "openssl-peers"]
    Peer JosekitHs256 = "josekit-hs256", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same JWT by the josekit crate, on OpenSSL",
        peers::Peer<peers::Josekit, C> => |environment| environment.peer(peers::Josekit::hs256),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "rare-peers"]
    Peer PasetorsV4Local = "pasetors-v4-local", Stateless, needs &[], floor None,
        "the same claims encrypted as PASETO v4.local by the pasetors crate",
        peers::Peer<peers::PasetoLocal, C> => |environment| environment.peer(peers::PasetoLocal::new),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "rare-peers"]
    Peer PasetorsV4Public = "pasetors-v4-public", Stateless, needs &[], floor Some("floor-eddsa"),
        "the same claims signed as PASETO v4.public by the pasetors crate",
        peers::Peer<peers::PasetoPublic, C> => |environment| environment.peer(|_, policy| peers::PasetoPublic::new(policy)),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer CookieCrateSigned = "cookie-crate-signed", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "the same claims as JSON in the cookie crate's signed jar",
        peers::Peer<peers::SignedCookie, C> => |environment| environment.peer(peers::SignedCookie::new),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer CookieCratePrivate = "cookie-crate-private", Stateless, needs &[], floor None,
        "the same claims as JSON in the cookie crate's private jar, encrypted",
        peers::Peer<peers::PrivateCookie, C> => |environment| environment.peer(peers::PrivateCookie::new),
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Design JwtHs256OnAwsLc = "jwt-hs256-on-aws-lc", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "our JWT path over aws-lc's HMAC-SHA256",
        jwt::Jwt<peers::primitives::Key<peers::primitives::aws_lc::Hs256>, C> => |environment| {
            environment.jwt_on(|secret| Ok(peers::primitives::aws_lc::Hs256::key(secret)))
        },
        capabilities Capabilities::ORDINARY.without_refusals();

    [feature "peers"]
    Design JwtHs256OnRing = "jwt-hs256-on-ring", Stateless, needs &[], floor Some("floor-hmac-sha256"),
        "our JWT path over ring's HMAC-SHA256",
        jwt::Jwt<peers::primitives::Key<peers::primitives::ring::Hs256>, C> => |environment| {
            environment.jwt_on(|secret| Ok(peers::primitives::ring::Hs256::key(secret)))
        },
        capabilities Capabilities::ORDINARY.without_refusals();

    [feature "peers"]
    Design JwtRs256OnRing = "jwt-rs256-on-ring", Stateless, needs &[], floor Some("floor-rs256"),
        "our JWT path over ring's RSA",
        jwt::Jwt<peers::primitives::Key<peers::primitives::ring::Rs256>, C> => |environment| {
            environment.jwt_on(|_| peers::primitives::ring::Rs256::key())
        },
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads().without_refusals();

    [feature "peers"]
    Design JwtEs256OnRing = "jwt-es256-on-ring", Stateless, needs &[], floor Some("floor-es256"),
        "our JWT path over ring's ECDSA",
        jwt::Jwt<peers::primitives::Key<peers::primitives::ring::Es256>, C> => |environment| {
            environment.jwt_on(|_| peers::primitives::ring::Es256::key())
        },
        capabilities Capabilities::ORDINARY.without_payloads().without_refusals();

    [feature "peers"]
    Design JwtEdDsaOnRing = "jwt-eddsa-on-ring", Stateless, needs &[], floor Some("floor-eddsa"),
        "our JWT path over ring's Ed25519",
        jwt::Jwt<peers::primitives::Key<peers::primitives::ring::EdDsa>, C> => |environment| {
            environment.jwt_on(|_| peers::primitives::ring::EdDsa::key())
        },
        capabilities Capabilities::ORDINARY.without_refusals();

    [feature "peers"]
    Design JwtRs256OnGraviola = "jwt-rs256-on-graviola", Stateless, needs &[], floor Some("floor-rs256"),
        "our JWT path over Graviola's RSA",
        jwt::Jwt<peers::primitives::Key<peers::primitives::graviola::Rs256>, C> => |environment| {
            environment.jwt_on(|_| peers::primitives::graviola::Rs256::key())
        },
        capabilities Capabilities::ORDINARY.signed_with_rsa().without_payloads().without_refusals();

    [feature "peers"]
    Design JwtEs256OnGraviola = "jwt-es256-on-graviola", Stateless, needs &[], floor Some("floor-es256"),
        "our JWT path over Graviola's ECDSA",
        jwt::Jwt<peers::primitives::Key<peers::primitives::graviola::Es256>, C> => |environment| {
            environment.jwt_on(|_| peers::primitives::graviola::Es256::key())
        },
        capabilities Capabilities::ORDINARY.without_payloads().without_refusals();

    [feature "peers"]
    Design JwtEdDsaOnGraviola = "jwt-eddsa-on-graviola", Stateless, needs &[], floor Some("floor-eddsa"),
        "our JWT path over Graviola's Ed25519",
        jwt::Jwt<peers::primitives::Key<peers::primitives::graviola::EdDsa>, C> => |environment| {
            environment.jwt_on(|_| peers::primitives::graviola::EdDsa::key())
        },
        capabilities Capabilities::ORDINARY.without_refusals();

    [feature "peers"]
    Peer SessionDashMap = "session-dashmap", Stateful, needs &[], floor Some("floor-flat-probe"),
        "the same session in a map of the dashmap crate, id bits as its hash",
        Sessions<peers::sessions::DashMapStore, C> => |environment| {
            Ok(Sessions::new(peers::sessions::DashMapStore::new(), environment.session_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer SessionPapaya = "session-papaya", Stateful, needs &[], floor Some("floor-flat-probe"),
        "the same session in a map of the papaya crate, id bits as its hash",
        Sessions<peers::sessions::PapayaStore, C> => |environment| {
            Ok(Sessions::new(peers::sessions::PapayaStore::new(), environment.session_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer SessionMoka = "session-moka", Stateful, needs &[], floor Some("floor-flat-probe"),
        "the same session in an unbounded cache of the moka crate, id bits as its hash",
        Sessions<peers::sessions::MokaStore, C> => |environment| {
            Ok(Sessions::new(peers::sessions::MokaStore::new(), environment.session_policy(), environment.clock()))
        },
        capabilities Capabilities::ORDINARY.not_over_http();

    [feature "peers"]
    Peer TowerSessionsMemory = "tower-sessions-memory", Stateful, needs &[], floor Some("floor-flat-probe"),
        "session by the tower-sessions crate in its store in memory: one lock, the id itself as key, a map of JSON values",
        peers::sessions::TowerMemory<C> => |environment| {
            Ok(peers::sessions::TowerMemory::new(environment.session_policy(), environment.clock()))
        },
        capabilities Capabilities { most_sessions: 1_000_000, ..Capabilities::ORDINARY };

    [feature "rare-peers"]
    Peer TowerSessionsRedis = "tower-sessions-redis", Stateful, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "session by the tower-sessions crate in its store in Redis: a key a session, MessagePack, six connections of the fred crate",
        peers::sessions::TowerRedis<C> => |environment| environment.tower_redis().await;

    [feature "rare-peers"]
    Peer SessionRedisFred = "session-redis-fred", Stateful, needs &[Need::Redis], floor Some("floor-redis-ping"),
        "the same session in Redis as session-redis, looked up over one connection of the fred crate",
        Sessions<peers::sessions::FredStore, C> => |environment| {
            Ok(Sessions::new(environment.store(Need::Redis).await?, environment.session_policy(), environment.clock()))
        },
        capabilities Capabilities { look_ups_alone: true, ..Capabilities::ORDINARY };

    Control ControlNone = "control-none", Stateless, needs &[], floor None,
        "no work at all: what the harness itself costs",
        NoWork => |_environment| Ok(NoWork);

    Control ControlStatic = "control-static", Stateless, needs &[], floor None,
        "one static token for everybody, compared in constant time",
        StaticToken => |_environment| Ok(StaticToken::random());
}
