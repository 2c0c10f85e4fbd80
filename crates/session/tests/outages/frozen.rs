//! Servers that are frozen: connections stay open, nothing is answered.

use std::time::{Duration, Instant};

use authbench_session::{InsertError, SessionPolicy, SessionRecord, Sessions, SharedStore, StoreError};
use authoriser::{
    Authoriser, Clock, Denial, PermissionSet, SystemClock, Timestamp, UserId, conformance::customer,
};
use servers::{Backend, Server};

use crate::{
    Fixture, PATIENCE,
    common::{block_on, id, open, orders_of, own_server, until},
    recovered,
};

pub(crate) fn a_frozen_server_is_an_outage_and_then_none<F: Fixture>() {
    let Some(mut server) = own_server::<F::Server>() else { return };
    block_on(async {
        let store = open::<F::Store>(&server.tcp_url()).await.unwrap();
        let design = Sessions::new(store, SessionPolicy::default(), SystemClock);
        let credential = design.issue(&customer(7)).await.unwrap();
        let ask = async || design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await.map(drop);
        server.pause().unwrap();
        let frozen = Instant::now();
        // Until the order to freeze has arrived, it still answers.
        let denial = loop {
            if let Err(denial) = ask().await {
                break denial;
            }
        };
        assert_eq!(denial, Denial::StoreUnavailable);
        assert!(frozen.elapsed() < PATIENCE * 2, "after {:?}", frozen.elapsed());
        // Not one wait after another: a call that finds no connection fails at once. A cluster's stays, for what one
        // node does not answer says nothing about the others, so that each call waits for its own node.
        let calls = if server.processes().len() > 1 { 3 } else { 100 };
        let at_once = Instant::now();
        for _ in 0..calls {
            assert_eq!(ask().await, Err(Denial::StoreUnavailable));
        }
        assert!(at_once.elapsed() < PATIENCE, "each call waited: {:?}", at_once.elapsed());

        server.resume().unwrap();
        recovered(&design).await;
        assert_eq!(ask().await, Ok(()), "nothing was lost");
    });
}

/// Everything that a server can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Insert,
    Get,
    Touch,
    Replace,
    Remove,
    RemoveAll,
    List,
    Purge,
    Version,
    StoredBytes,
    Open,
    Clear,
}

impl Call {
    /// The last one may leave nothing that could be asked.
    const ALL: [Self; 12] = [
        Self::Insert,
        Self::Get,
        Self::Touch,
        Self::Replace,
        Self::Remove,
        Self::RemoveAll,
        Self::List,
        Self::Purge,
        Self::Version,
        Self::StoredBytes,
        Self::Open,
        Self::Clear,
    ];

    async fn ask<S: SharedStore>(self, store: &S, address: &str) -> Result<(), StoreError> {
        const USER: UserId = UserId(7);
        let policy = SessionPolicy::default();
        let record = SessionRecord::new(USER, PermissionSet::EMPTY, SystemClock.now());
        let stored = |error| match error {
            InsertError::Store(error) => error,
            InsertError::Collision => panic!("a new id is free"),
        };
        match self {
            Self::Insert => store.insert(&id::<S>(USER), &record, &policy).await.map_err(stored),
            Self::Get => store.get(&id::<S>(USER)).await.map(drop),
            Self::Touch => store.touch(&id::<S>(USER), &record, &policy).await.map(drop),
            Self::Replace => {
                let moved = store.replace(&id::<S>(USER), &id::<S>(USER), &record, &policy).await;
                moved.map(drop).map_err(stored)
            }
            Self::Remove => store.remove(&id::<S>(USER)).await.map(drop),
            Self::RemoveAll => store.remove_all(USER).await.map(drop),
            Self::List => store.list(USER).await.map(drop),
            Self::Purge => store.purge(&policy, Timestamp(0)).await.map(drop),
            Self::Version => store.version().await.map(drop),
            Self::StoredBytes => store.stored_bytes().await.map(drop),
            Self::Open => {
                open::<S>(address).await.map(drop).map_err(|error| StoreError::Unavailable(error.0))
            }
            Self::Clear => store.clear().await,
        }
    }

    /// How long it may take. What connects anew has the time for that, five seconds at most, and for an answer.
    const fn patience(self) -> Duration {
        match self {
            Self::Open | Self::Clear => Duration::from_secs(6),
            _ => PATIENCE,
        }
    }
}

/// Each of them is the one that finds out: it goes to a server that answered the same call a moment ago.
pub(crate) fn every_call_to_a_frozen_server_ends_in_time<F: Fixture>() {
    let Some(mut server) = own_server::<F::Server>() else { return };
    block_on(async {
        let address = server.tcp_url();
        let store = open::<F::Store>(&address).await.unwrap();
        // Who forgets by itself has nothing to be asked for.
        let calls = Call::ALL.into_iter().filter(|call| F::DURABLE || *call != Call::Purge);
        for call in calls {
            if call != Call::Clear {
                until(async || call.ask(&store, &address).await.is_ok()).await;
            }
            server.pause().unwrap();
            let frozen = Instant::now();
            // Until the order to freeze has arrived, it still answers.
            let error = loop {
                let asked = Instant::now();
                let answer = call.ask(&store, &address).await;
                assert!(asked.elapsed() < call.patience(), "{call:?} took {:?}", asked.elapsed());
                match answer {
                    Ok(()) => assert!(frozen.elapsed() < PATIENCE, "{call:?} does not ask the server"),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, StoreError::Unavailable(_)), "{call:?}: {error:?}");
            server.resume().unwrap();
        }
    });
}
