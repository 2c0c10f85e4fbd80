//! A resource server keeps every promise of the contract for what its issuer issues.

use authbench_jwt::{KeySet, KeySetJwt, RemoteKeySet};
use authoriser::{
    AccessRequest, Authoriser, Credential, Denial, Grant, IssueError, ManualClock, Principal, Properties,
    Revoked, UserId,
};

use crate::{
    issuer::{Answer, Issuer},
    scene::{ResourceServer, config, key},
    support::policy,
};

/// An issuer that signs, and a resource server that has nothing of it but the URL.
struct Both {
    signer: KeySetJwt<ManualClock>,
    server: ResourceServer,
    _issuer: Issuer,
}

impl Both {
    async fn start(clock: ManualClock) -> Self {
        let mut keys = KeySet::new();
        for kid in ["k1", "k2"] {
            keys.add(key(kid)).unwrap();
        }
        let issuer = Issuer::start(Answer::with(keys.to_public_json())).await;
        let remote = RemoteKeySet::new(config(issuer.url()), clock.clone()).unwrap();
        Self {
            signer: KeySetJwt::new(keys, policy(), clock.clone()),
            server: KeySetJwt::over(remote, policy(), clock),
            _issuer: issuer,
        }
    }
}

impl Authoriser for Both {
    fn properties(&self) -> Properties {
        self.server.properties()
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.signer.issue(principal).await
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        self.server.authorise(presented, access).await
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        self.server.revoke(presented).await
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.server.revoke_all(user).await
    }
}

authoriser::conformance!(resource_server, |clock| async move { Ok(Both::start(clock).await) });
