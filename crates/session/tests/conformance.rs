//! The suite that every design passes, over each store.

mod common;

use authbench_session::{
    MemcachedStore, PostgresStore, RedisClusterStore, RedisFieldsStore, RedisStore, SessionPolicy, Sessions,
};
use servers::Kind;

authoriser::conformance!(over_memory, |clock| async move {
    Ok(Sessions::new(common::in_memory().await?, SessionPolicy::default(), clock))
});

/// One suite a store and the service that it needs.
macro_rules! over_services {
    ($($name:ident: $store:ty, $kind:ident;)*) => {
        $(
            authoriser::conformance!($name, |clock| async move {
                Ok(Sessions::new(common::over::<$store>(Kind::$kind).await?, SessionPolicy::default(), clock))
            });
        )*
    };
}

over_services! {
    over_redis_by_tcp: RedisStore, Redis;
    over_redis_by_unix_socket: RedisStore, RedisUnix;
    over_redis_in_fields: RedisFieldsStore, RedisUnix;
    over_redis_cluster: RedisClusterStore, RedisCluster;
    over_postgres: PostgresStore, Postgres;
    over_memcached: MemcachedStore, Memcached;
}

#[cfg(feature = "lmdb")]
authoriser::conformance!(over_lmdb, |clock| async move {
    let store = common::on_disk::<authbench_session::LmdbStore>().await?;
    Ok(Sessions::new(store, SessionPolicy::default(), clock))
});

#[cfg(feature = "redb")]
authoriser::conformance!(over_redb, |clock| async move {
    let store = common::on_disk::<authbench_session::RedbStore>().await?;
    Ok(Sessions::new(store, SessionPolicy::default(), clock))
});

#[cfg(feature = "sqlite")]
authoriser::conformance!(over_sqlite, |clock| async move {
    let store = common::on_disk::<authbench_session::SqliteStore>().await?;
    Ok(Sessions::new(store, SessionPolicy::default(), clock))
});
