//! What the tests of all stores share: one Redis server a test process, one prefix a test.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use authbench_session::{MemoryStore, RedisConfig, RedisStore, SessionPolicy, Sessions};
use authoriser::{
    AccessRequest, Clock, ManualClock, Permission, SystemClock, UserId,
    conformance::{Unavailable, services_are_required},
};
use services::{Kind, RedisServer, Service, StartError};

/// The service of that kind of this process, or why there is none.
pub(crate) fn service(kind: Kind) -> Result<Service, Unavailable> {
    static SERVICES: Mutex<BTreeMap<Kind, Result<Service, Unavailable>>> = Mutex::new(BTreeMap::new());
    let mut services = SERVICES.lock().expect("obtaining a service does not panic");
    let obtain = || kind.obtain().map_err(|error| Unavailable(error.to_string()));
    services.entry(kind).or_insert_with(obtain).clone()
}

/// A prefix that no other test has, of constant length so that none starts with another.
pub(crate) fn own_prefix() -> Vec<u8> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("ab{:08x}{:06x}:", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)).into_bytes()
}

pub(crate) async fn over_tcp() -> Result<RedisStore, Unavailable> {
    store_at(service(Kind::Redis)?.address()).await
}

pub(crate) async fn over_socket() -> Result<RedisStore, Unavailable> {
    store_at(service(Kind::RedisUnix)?.address()).await
}

pub(crate) async fn store_at(url: &str) -> Result<RedisStore, Unavailable> {
    let config = RedisConfig { prefix: own_prefix(), ..RedisConfig::default() };
    RedisStore::connect(url, config).await.map_err(|error| Unavailable(error.to_string()))
}

pub(crate) async fn in_memory() -> Result<MemoryStore, Unavailable> {
    Ok(MemoryStore::new())
}

/// A server of the test's own, to be broken.
pub(crate) fn own_server() -> Option<RedisServer> {
    match RedisServer::start() {
        Ok(server) => Some(server),
        Err(error @ StartError::NotInstalled { .. }) => {
            assert!(!services_are_required(), "not available: {error}");
            eprintln!("skipped, not available: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A design over the store, on a clock that the test moves.
pub(crate) fn sessions<S: authbench_session::SessionStore>(
    store: S,
) -> (Sessions<S, ManualClock>, ManualClock) {
    let clock = ManualClock::at(SystemClock.now());
    (Sessions::new(store, SessionPolicy::default(), clock.clone()), clock)
}

/// What a customer may ask for.
pub(crate) fn orders_of(user: u64) -> AccessRequest {
    AccessRequest { owner: UserId(user), permission: Permission::OrdersRead }
}

/// A runtime on which tasks really run at once.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("the test machine can start four threads").block_on(future)
}
