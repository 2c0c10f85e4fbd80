//! An issuer with its keys, a resource server that fetches them, and the clock that both read.

use std::{sync::Arc, time::Duration};

use authbench_jwt::{Algorithm, FetchError, Jwk, KeySet, KeySetJwt, RemoteConfig, RemoteKeySet};
use authoriser::{AccessRequest, Authoriser, Denial, ManualClock, Permission, Timestamp};

use crate::{
    issuer::{Answer, Issuer},
    support::{NOW, USER, policy, principal},
};

pub(crate) type ResourceServer = KeySetJwt<ManualClock, RemoteKeySet<ManualClock>>;

pub(crate) struct Scene {
    pub(crate) issuer: Issuer,
    /// Signs the tokens.
    pub(crate) signer: KeySetJwt<ManualClock>,
    pub(crate) server: Arc<ResourceServer>,
    pub(crate) clock: ManualClock,
}

/// Bounds that the tests count in.
pub(crate) fn config(url: String) -> RemoteConfig {
    RemoteConfig {
        cool_down: Duration::from_secs(10),
        min_age: Duration::from_secs(20),
        default_age: Duration::from_secs(40),
        max_age: Duration::from_secs(400),
        stale_for: Duration::from_secs(100),
        ..RemoteConfig::new(url)
    }
}

pub(crate) fn key(kid: &str) -> Jwk {
    Jwk::generate(Algorithm::EdDsa, kid).unwrap()
}

impl Scene {
    /// With one key, `k1`, which nobody has fetched yet.
    pub(crate) async fn new() -> Self {
        Self::with(|config| config).await
    }

    pub(crate) async fn with(change: impl FnOnce(RemoteConfig) -> RemoteConfig) -> Self {
        let clock = ManualClock::at(Timestamp(NOW));
        let mut keys = KeySet::new();
        keys.add(key("k1")).unwrap();
        let issuer = Issuer::start(Answer::with(keys.to_public_json())).await;
        let remote = RemoteKeySet::new(change(config(issuer.url())), clock.clone()).unwrap();
        let server = Arc::new(KeySetJwt::over(remote, policy(), clock.clone()));
        Self { issuer, signer: KeySetJwt::new(keys, policy(), clock.clone()), server, clock }
    }

    /// The key set as the issuer publishes it now.
    pub(crate) fn published(&self) -> Answer {
        Answer::with(self.signer.keys().to_public_json())
    }

    pub(crate) fn publish(&self) {
        self.issuer.says(self.published());
    }

    /// A token that the newest key signs.
    pub(crate) async fn token(&self) -> String {
        self.signer.issue(&principal()).await.unwrap().reveal().to_owned()
    }

    pub(crate) async fn authorise(&self, token: &str) -> Result<(), Denial> {
        authorise(&self.server, token).await
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn last_failure(&self) -> Option<FetchError> {
        self.server.source().last_failure()
    }

    /// Waits for fetches that nobody waits for.
    pub(crate) async fn until_asked(&self, times: usize) {
        let patience = tokio::time::Instant::now() + Duration::from_secs(30);
        while self.issuer.asked() < times || self.last_failure().is_some() {
            assert!(tokio::time::Instant::now() < patience, "{} of {times}", self.issuer.asked());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub(crate) async fn authorise(server: &ResourceServer, token: &str) -> Result<(), Denial> {
    let access = AccessRequest { owner: USER, permission: Permission::OrdersRead };
    server.authorise(token.as_bytes(), &access).await.map(|_| ())
}
