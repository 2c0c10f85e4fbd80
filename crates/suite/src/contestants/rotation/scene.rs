//! An issuer, its server, and a verifier that fetches from it.

use std::time::Duration;

use authoriser::{Authoriser, Clock, CoarseClock, Denial, ManualClock};
use jwt::{Algorithm, Jwk, KeySet, KeySetJwt, Policy, RemoteConfig, RemoteKeySet};
use service::Publisher;

use crate::{
    jobs::own_orders,
    rounds::placement,
    workload::{principal, user},
};

/// A verifier that fetches its keys.
pub(super) type Verifier<C> = KeySetJwt<C, RemoteKeySet<C>>;

/// Bounds of the crate, but for the age of a set whose requests are timed: no fetch is to fall into them.
pub(super) fn verifier<C: Clock>(
    publisher: &Publisher,
    policy: Policy,
    clock: C,
    set: impl FnOnce(RemoteConfig) -> RemoteConfig,
) -> Result<Verifier<C>, String> {
    let config = set(RemoteConfig::new(publisher.url()));
    let keys = RemoteKeySet::new(config, clock.clone()).map_err(|error| error.to_string())?;
    Ok(KeySetJwt::over(keys, policy, clock))
}

pub(super) fn key(number: usize) -> Result<Jwk, String> {
    Jwk::generate(Algorithm::EdDsa, format!("key-{number}")).map_err(|error| error.to_string())
}

pub(super) fn add(keys: &mut KeySet, key: Jwk) -> Result<(), String> {
    keys.add(key).map_err(|error| error.to_string())
}

pub(super) fn publish(keys: &KeySet) -> Result<Publisher, String> {
    Publisher::start(keys.to_public_json(), placement::bind_beside_servers)
}

/// A token of the user of that number.
pub(super) async fn token<C: Clock>(issuer: &KeySetJwt<C>, index: usize) -> Result<String, String> {
    let token = issuer.issue(&principal(index)).await.map_err(|error| error.to_string())?;
    Ok(token.reveal().to_owned())
}

pub(super) async fn present<C: Clock>(
    verifier: &Verifier<C>,
    token: &str,
    index: usize,
) -> Result<(), Denial> {
    verifier.authorise(token.as_bytes(), &own_orders(user(index))).await.map(drop)
}

/// An issuer, its server, and a verifier that knows its one key, on a clock of their own.
pub(super) struct Scene {
    pub(super) clock: ManualClock,
    pub(super) policy: Policy,
    pub(super) issuer: KeySetJwt<ManualClock>,
    pub(super) publisher: Publisher,
    pub(super) verifier: Verifier<ManualClock>,
    /// Keys that were made.
    keys: usize,
}

impl Scene {
    pub(super) async fn new(policy: Policy) -> Result<Self, String> {
        let clock = ManualClock::at(CoarseClock.now());
        let mut keys = KeySet::new();
        add(&mut keys, key(0)?)?;
        let publisher = publish(&keys)?;
        let verifier = verifier(&publisher, policy.clone(), clock.clone(), |config| config)?;
        verifier.source().refresh().await.map_err(|error| error.to_string())?;
        let issuer = KeySetJwt::new(keys, policy.clone(), clock.clone());
        Ok(Self { clock, policy, issuer, publisher, verifier, keys: 1 })
    }

    /// The bounds that the verifier has.
    pub(super) fn config(&self) -> RemoteConfig {
        RemoteConfig::new(self.publisher.url())
    }

    pub(super) fn next_key(&mut self) -> Result<Jwk, String> {
        self.keys += 1;
        key(self.keys - 1)
    }

    /// A new key signs from now on, and is published now: nobody has fetched it.
    pub(super) fn rotate_at_once(&mut self) -> Result<(), String> {
        let key = self.next_key()?;
        self.issuer.rotate(key).map_err(|error| error.to_string())?;
        self.publisher.publish(self.issuer.keys().to_public_json());
        Ok(())
    }

    /// Lets time pass, and a fetch that nobody waits for be done.
    pub(super) async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
