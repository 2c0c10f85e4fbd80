//! What only a cluster has: parts of the sessions are on one server each, and each of those can be lost.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use authbench_session::{IdForm, RedisClusterStore, SessionPolicy, Sessions};
use authoriser::{Authoriser, Credential, Denial, Revoked, SystemClock, UserId, conformance::customer};
use common::{block_on, open, orders_of, own_server};
use redis::Commands;
use servers::{Backend, RedisCluster};

type Design = Sessions<RedisClusterStore, SystemClock>;

const USERS: u64 = 60;
/// How long after the loss of a primary its replica may need to take its place: two seconds until it is missed, and a vote.
const FAILOVER: Duration = Duration::from_secs(15);

/// The keys on one node.
fn keys(url: &str) -> HashSet<Vec<u8>> {
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    connection.keys("*").unwrap()
}

async fn log_in(design: &Design, user: u64) -> (u64, Credential) {
    (user, design.issue(&customer(user)).await.unwrap())
}

async fn ask(design: &Design, (user, credential): &(u64, Credential)) -> Result<(), Denial> {
    design.authorise(credential.reveal().as_bytes(), &orders_of(*user)).await.map(drop)
}

#[test]
fn all_of_a_users_sessions_are_on_one_node_and_users_are_on_all() {
    let Some(server) = own_server::<RedisCluster>() else { return };
    block_on(async {
        let store = open(&server.tcp_url()).await.unwrap();
        let design: Design = Sessions::new(store, SessionPolicy::default(), SystemClock);
        let (name, durability) = design.settings()[0].clone();
        assert_eq!(name, "durability");
        assert!(durability.starts_with("none: lost with the server: "), "{durability}");
        assert!(durability.contains("; a replica has it a moment later"), "{durability}");
        assert!(!durability.contains("elsewhere"), "all are set up alike: {durability}");
        for user in 0..USERS {
            for _ in 0..3 {
                log_in(&design, user).await;
            }
        }
        let urls = server.tcp_url();
        let nodes: Vec<_> = urls.split(',').map(keys).collect();
        assert_eq!(nodes.len(), 3);
        assert!(nodes.iter().all(|keys| !keys.is_empty()), "{nodes:?}");
        let all: HashSet<_> = nodes.iter().flatten().collect();
        assert_eq!(nodes.iter().map(HashSet::len).sum::<usize>(), all.len(), "a key on two nodes");
        assert_eq!(all.len() as u64, USERS, "one key a user");
        assert_eq!(design.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(3)));
    });
}

/// Asks for one user after the other until it is told to stop, and gives those who were denied, and why.
async fn traffic(
    design: Arc<Design>,
    users: Arc<Vec<(u64, Credential)>>,
    stop: Arc<AtomicBool>,
) -> Vec<Denial> {
    let mut denied = Vec::new();
    while !stop.load(Relaxed) {
        for user in users.iter() {
            let asked = Instant::now();
            denied.extend(ask(&design, user).await.err());
            assert!(asked.elapsed() < Duration::from_secs(2), "hangs: {:?}", asked.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    denied
}

#[test]
fn a_primary_that_is_killed_in_mid_traffic_costs_its_users_a_moment_and_the_others_nothing() {
    let Some(mut server) = own_server::<RedisCluster>() else { return };
    block_on(async {
        let store = open(&server.tcp_url()).await.unwrap();
        let design: Arc<Design> = Arc::new(Sessions::new(store, SessionPolicy::default(), SystemClock));
        let mut users = Vec::new();
        for user in 0..USERS {
            users.push(log_in(&design, user).await);
        }
        let (first, replica) = (server.nodes()[0].tcp_url(), server.nodes()[3].tcp_url());
        let on_first = keys(&first);
        common::until(async || keys(&replica) == on_first).await;
        let is_on_first = |(_, credential): &(u64, Credential)| {
            let id = IdForm::NamesUser.hash(credential.reveal().as_bytes()).unwrap();
            on_first.contains(&design.store().key_of(&id))
        };
        let (theirs, others): (Vec<_>, Vec<_>) = users.into_iter().partition(is_on_first);
        assert!(!theirs.is_empty() && !others.is_empty());
        let (theirs, others, stop) = (Arc::new(theirs), Arc::new(others), Arc::new(AtomicBool::new(false)));
        let of = |users: &Arc<Vec<_>>| {
            tokio::spawn(traffic(Arc::clone(&design), Arc::clone(users), Arc::clone(&stop)))
        };
        let (of_theirs, of_others) = (of(&theirs), of(&others));

        tokio::time::sleep(Duration::from_millis(50)).await;
        server.nodes()[0].kill();
        let lost = Instant::now();
        // What the replica had heard of is there again, and so is the way to log in and out.
        let mut wait_for = theirs.iter();
        let mut next = wait_for.next();
        while let Some(user) = next {
            match ask(&design, user).await {
                Ok(()) => next = wait_for.next(),
                Err(denial) => {
                    assert_eq!(denial, Denial::StoreUnavailable, "a session is lost");
                    assert!(lost.elapsed() < FAILOVER, "nobody takes the lost primary's place");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
        println!("the replica answers after {:?}", lost.elapsed());
        let again = log_in(&design, theirs[0].0).await;
        assert_eq!(design.revoke(again.1.reveal().as_bytes()).await, Ok(Revoked::Credentials(1)));

        // It comes back empty, and must follow whoever took its place, not serve what it has lost.
        server.nodes()[0].restart().unwrap();
        common::until(async || keys(&replica).is_subset(&keys(&first))).await;
        stop.store(true, Relaxed);
        let (of_theirs, of_others) = (of_theirs.await.unwrap(), of_others.await.unwrap());
        assert!(of_theirs.iter().all(|denial| *denial == Denial::StoreUnavailable), "{of_theirs:?}");
        assert!(!of_theirs.is_empty(), "nothing was lost, so nothing was tested");
        assert_eq!(of_others, [], "users on other nodes");
    });
}
