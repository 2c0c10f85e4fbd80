//! What is asked of every store behind a network: outages are typed, bounded in time and overcome, and a dump of the
//! server impersonates nobody.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

#[path = "../common/mod.rs"]
mod common;

mod dumps;
mod frozen;
mod killed;

use std::time::{Duration, Instant};

use authbench_session::{
    MemcachedStore, PostgresStore, RedisClusterStore, RedisFieldsStore, RedisStore, SessionStore, Sessions,
    SharedStore, StoreError,
};
use authoriser::{Authoriser, Credential, Denial, SystemClock, UserId, conformance::customer};
use common::{block_on, open, orders_of, own_server, sessions};
use dumps::Dump;
use frozen::{a_frozen_server_is_an_outage_and_then_none, every_call_to_a_frozen_server_ends_in_time};
use killed::{
    a_server_killed_under_traffic_is_an_outage_and_then_none,
    what_was_answered_before_a_kill_is_as_durable_as_promised,
};
use servers::{Backend, MemcachedServer, PostgresServer, RedisCluster, RedisServer};

/// The longest that any call may take: the stores' limits are half a second for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long after an outage a store may still be away.
const RECOVERY: Duration = Duration::from_secs(20);

/// A store and the server that a test may break.
trait Fixture {
    type Store: SharedStore;
    type Server: Backend + Dump;
    /// Whether sessions outlive a server that is killed.
    const DURABLE: bool;

    /// The addresses under which the server is to be tried.
    fn addresses(server: &Self::Server) -> Vec<String> {
        [Some(server.tcp_url()), server.socket_url()].into_iter().flatten().collect()
    }
}

macro_rules! over_each_server {
    ($($name:ident: $store:ty, $server:ty, $(durable $durable:literal)?;)*) => {
        $(
            mod $name {
                struct This;

                impl super::Fixture for This {
                    type Store = $store;
                    type Server = $server;
                    const DURABLE: bool = $($durable)?;
                }

                over_each_server!(@cases
                    a_server_killed_under_traffic_is_an_outage_and_then_none,
                    what_was_answered_before_a_kill_is_as_durable_as_promised,
                    a_frozen_server_is_an_outage_and_then_none,
                    every_call_to_a_frozen_server_ends_in_time,
                    an_outage_that_outlives_the_runtime_is_overcome_on_the_next,
                    a_dump_of_the_server_does_not_hold_the_id,
                    a_store_that_is_not_there_is_unavailable_and_names_no_secret,
                    clearing_one_namespace_leaves_the_others,
                );
            }
        )*
    };
    (@cases $($case:ident),* $(,)?) => {
        $(#[test] fn $case() { super::$case::<This>(); })*
    };
}

over_each_server! {
    redis: super::RedisStore, super::RedisServer, durable false;
    redis_fields: super::RedisFieldsStore, super::RedisServer, durable false;
    redis_cluster: super::RedisClusterStore, super::RedisCluster, durable false;
    postgres: super::PostgresStore, super::PostgresServer, durable true;
    memcached: super::MemcachedStore, super::MemcachedServer, durable false;
}

/// Logs in, and looks that up, as soon as both work: a store that has a connection for each gets them back one by one.
async fn recovered<S: SessionStore>(design: &Sessions<S, SystemClock>) -> Credential {
    let started = Instant::now();
    loop {
        let credential = design.issue(&customer(7)).await;
        if let Ok(credential) = credential
            && design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await.is_ok()
        {
            return credential;
        }
        assert!(started.elapsed() < RECOVERY, "still down {RECOVERY:?} after the server was up again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The task that connects again lives on the runtime of the call that started it, which may end before it succeeds.
fn an_outage_that_outlives_the_runtime_is_overcome_on_the_next<F: Fixture>() {
    let Some(mut server) = own_server::<F::Server>() else { return };
    let store = block_on(open::<F::Store>(&server.tcp_url())).unwrap();
    server.kill();
    assert!(block_on(store.list(UserId(7))).is_err());
    server.restart().unwrap();
    block_on(async {
        let started = Instant::now();
        while store.list(UserId(7)).await.is_err() {
            assert!(started.elapsed() < RECOVERY);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

fn a_dump_of_the_server_does_not_hold_the_id<F: Fixture>() {
    let Some(server) = own_server::<F::Server>() else { return };
    let (presented, hash) = block_on(async {
        let (design, _clock) = sessions(open::<F::Store>(&server.tcp_url()).await.unwrap());
        let credential = design.issue(&customer(7)).await.unwrap();
        let credential = design.rotate(credential.reveal().as_bytes()).await.unwrap();
        let presented = credential.reveal().as_bytes().to_vec();
        design.authorise(&presented, &orders_of(7)).await.unwrap();
        let hash = F::Store::ID_FORM.hash(&presented).unwrap();
        (presented, hash)
    });
    let random = &presented[..43];
    let raw = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(random).unwrap();
    let contains = |dump: &[u8], needle: &[u8]| dump.windows(needle.len()).any(|part| part == needle);
    // What is locked at the moment, memcached's list of keys leaves out.
    let started = Instant::now();
    let dump = loop {
        let dump = server.dump();
        if contains(&dump, &hash.as_bytes()[8..]) {
            break dump;
        }
        assert!(started.elapsed() < RECOVERY, "the dump is no dump");
        std::thread::sleep(Duration::from_millis(50));
    };
    let holds = |needle: &[u8]| contains(&dump, needle);
    for needle in [&presented, random, &raw, &raw[..8], &raw[24..]] {
        assert!(!holds(needle));
    }
}

fn a_store_that_is_not_there_is_unavailable_and_names_no_secret<F: Fixture>() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(server) = own_server::<F::Server>() else { return };
    let url = server.tcp_url();
    let (scheme, place) = url.split_once("://").unwrap();
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let addresses = [
        format!("{scheme}://user:s3cret@127.0.0.1:{port}/s3cret"),
        "s3cret".to_owned(),
        format!("{scheme}://s3cret:x:y"),
        String::new(),
        // The server wants no password, or another one, and says so to who brings this one.
        format!("{scheme}://user:s3cret@{place}"),
    ];
    block_on(async {
        for address in addresses {
            let Err(error) = F::Store::open(&address, "ab").await else { continue };
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        let store = open::<F::Store>(&server.tcp_url()).await.unwrap();
        assert_eq!(store.version().await.unwrap(), server.version());
    });
}

fn clearing_one_namespace_leaves_the_others<F: Fixture>() {
    let Some(server) = own_server::<F::Server>() else { return };
    block_on(async {
        let open = async |namespace| sessions(F::Store::open(&server.tcp_url(), namespace).await.unwrap()).0;
        let (ours, theirs) = (open("ours").await, open("theirs").await);
        let mut credentials = Vec::new();
        for user in 0..1_200 {
            credentials.push(ours.issue(&customer(user)).await.unwrap());
        }
        let other = theirs.issue(&customer(7)).await.unwrap();
        ours.store().clear().await.unwrap();
        let ours = open("ours").await;
        for (credential, user) in credentials.iter().zip(0..) {
            let answer = ours.authorise(credential.reveal().as_bytes(), &orders_of(user)).await;
            assert_eq!(answer, Err(Denial::Unknown));
        }
        assert!(theirs.authorise(other.reveal().as_bytes(), &orders_of(7)).await.is_ok());
        ours.store().clear().await.unwrap();
    });
}
