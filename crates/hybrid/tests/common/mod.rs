//! What the tests share.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod counting;
pub(crate) mod log;

use std::{
    pin::pin,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use authoriser::{
    AccessRequest, Authoriser, Credential, Denial, ManualClock, Permission, SystemClock, UserId,
    conformance::{
        Unavailable, customer, outage_holds_its_declaration, revocation_reaches_another_process,
        services_are_required,
    },
};
use jwt::{Hs256Key, Policy};
use servers::{Kind, Proxy, RedisServer, Service, StartError, address_of};
use session::{RedisConfig, RedisKeyspace};

/// How long the tokens of the tests hold.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3_600);

pub(crate) fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", LIFETIME)
}

pub(crate) fn hmac_key() -> Hs256Key {
    Hs256Key::generate().unwrap()
}

/// What a customer may ask for.
pub(crate) fn orders_of(user: u64) -> AccessRequest {
    AccessRequest { owner: UserId(user), permission: Permission::OrdersRead }
}

/// The output of a future that does not wait.
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// The Redis server of this process, or why there is none.
pub(crate) fn redis() -> Result<&'static str, Unavailable> {
    static SERVICE: OnceLock<Result<Service, Unavailable>> = OnceLock::new();
    let service =
        SERVICE.get_or_init(|| Kind::Redis.obtain().map_err(|error| Unavailable(error.to_string())));
    service.as_ref().map(Service::address).map_err(Clone::clone)
}

/// A server of the test's own, to be broken.
pub(crate) fn own_redis() -> Option<RedisServer> {
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

/// A prefix that no other test has, of constant length so that none starts with another.
pub(crate) fn own_prefix() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("hy{:08x}{:06x}", std::process::id(), NEXT.fetch_add(1, Relaxed))
}

/// The keys under a prefix: two of them are two processes over one store.
pub(crate) async fn keyspace(address: &str, prefix: &str) -> Result<RedisKeyspace, Unavailable> {
    let config = RedisConfig { prefix: prefix.as_bytes().to_vec(), ..RedisConfig::default() };
    RedisKeyspace::connect(address, config).await.map_err(|error| Unavailable(error.to_string()))
}

/// A connection of the test's own, to see and to change what is stored.
pub(crate) async fn raw(address: &str) -> redis::aio::MultiplexedConnection {
    redis::Client::open(address).unwrap().get_multiplexed_async_connection().await.unwrap()
}

/// A clock for the designs of a test.
pub(crate) fn clock() -> ManualClock {
    ManualClock::at(authoriser::Clock::now(&SystemClock))
}

/// A runtime on which tasks really run at once.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.unwrap().block_on(future)
}

/// Logs a customer in.
pub(crate) async fn issue(design: &impl Authoriser, user: u64) -> Credential {
    design.issue(&customer(user)).await.unwrap()
}

/// Asks for the customer's own orders.
pub(crate) async fn ask(design: &impl Authoriser, credential: &Credential, user: u64) -> Result<(), Denial> {
    design.authorise(credential.reveal().as_bytes(), &orders_of(user)).await.map(drop)
}

/// Holds a design to what it declares of revocations elsewhere: `open` is a process over a store that both share.
pub(crate) fn reaches_another_process<A: Authoriser>(open: impl AsyncFn(&ManualClock) -> A) {
    block_on(async {
        let clock = clock();
        let (here, there) = (open(&clock).await, open(&clock).await);
        revocation_reaches_another_process(&here, &there, &clock).await;
    });
}

/// Holds a design to what it declares of an outage: `open` is one over the server at that address, which is then killed.
pub(crate) fn outlives_redis_as_declared<A: Authoriser>(open: impl AsyncFn(&str, &ManualClock) -> A) {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = open(&server.tcp_url(), &clock).await;
        outage_holds_its_declaration(&design, &clock, || server.kill()).await;
    });
}

/// Longer than anything here takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy in front of the server at this URL, and the URL of the server through it.
pub(crate) fn before(server: &str) -> (Proxy, String) {
    let address = address_of(server).expect("a URL with an address and a port");
    let proxy = Proxy::start(address, Duration::ZERO, || {}).unwrap();
    let url = proxy.url(server).expect("it has an address");
    (proxy, url)
}

/// Waits until it is so.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < PATIENCE, "it never was so");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Skips what needs a server where there is none, unless there has to be one.
#[macro_export]
macro_rules! service {
    () => {
        match common::redis() {
            Ok(address) => address,
            Err(reason) => {
                assert!(!authoriser::conformance::services_are_required(), "not available: {reason}");
                eprintln!("skipped, not available: {reason}");
                return;
            }
        }
    };
}
