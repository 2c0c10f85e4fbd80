//! A Redis server that is demoted while its clients are connected: an address that leads to the new primary, as that of a
//! managed server does, helps only who connects again.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use authbench_session::{RedisFieldsStore, RedisStore, SessionPolicy, Sessions, SharedStore};
use authoriser::{Authoriser, IssueError, SystemClock, conformance::customer};
use common::{block_on, open, orders_of, own_server};
use servers::RedisServer;
use tokio::net::{TcpListener, TcpStream};

fn address(server: &RedisServer) -> SocketAddr {
    server.tcp_url().strip_prefix("redis://").unwrap().parse().unwrap()
}

/// An address that leads to whatever is the target when somebody connects.
async fn leading_to(target: Arc<Mutex<SocketAddr>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let to = *target.lock().unwrap();
            tokio::spawn(async move {
                let mut to = TcpStream::connect(to).await?;
                tokio::io::copy_bidirectional(&mut from, &mut to).await
            });
        }
    });
    address
}

fn a_primary_that_became_a_replica_is_left_for_the_new_one<S: SharedStore>() {
    let (Some(old), Some(new)) = (own_server::<RedisServer>(), own_server::<RedisServer>()) else { return };
    block_on(async {
        let target = Arc::new(Mutex::new(address(&old)));
        let url = format!("redis://{}", leading_to(Arc::clone(&target)).await);
        let store = open::<S>(&url).await.unwrap();
        let design = Sessions::new(store, SessionPolicy::default(), SystemClock);
        design.issue(&customer(7)).await.unwrap();

        let mut admin = redis::Client::open(old.tcp_url()).unwrap().get_connection().unwrap();
        let primary = address(&new);
        let demote = ["127.0.0.1".to_owned(), primary.port().to_string()];
        redis::cmd("REPLICAOF").arg(&demote).exec(&mut admin).unwrap();
        *target.lock().unwrap() = primary;
        // The connection lives, and takes no logins any more.
        assert_eq!(design.issue(&customer(8)).await, Err(IssueError::StoreUnavailable));
        common::until(async || design.issue(&customer(8)).await.is_ok()).await;
        let login = design.issue(&customer(8)).await.unwrap();
        assert!(design.authorise(login.reveal().as_bytes(), &orders_of(8)).await.is_ok());
        assert!(design.revoke(login.reveal().as_bytes()).await.is_ok());
    });
}

#[test]
fn a_users_string_moves_with_the_primary() {
    a_primary_that_became_a_replica_is_left_for_the_new_one::<RedisStore>();
}

#[test]
fn fields_move_with_the_primary() {
    a_primary_that_became_a_replica_is_left_for_the_new_one::<RedisFieldsStore>();
}
