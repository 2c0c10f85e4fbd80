//! What all peers share: a crate writes and proves claims, and one adapter around it does the rest of the contract.

use std::{fmt, str, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, Timestamp, Transport, UserId,
};
use jwt::{Claims, MAX_TOKEN_BYTES, Policy};

use crate::claims::Issued;

/// A crate with its keys and rules set up, behind the two things that every peer does in its own way.
pub trait Library: Send + Sync + 'static {
    /// The crate's name, and what tells its adapters apart.
    const NAME: &'static str;

    /// How its credentials travel.
    const TRANSPORT: Transport = Transport::Bearer;

    /// Writes and signs the claims.
    ///
    /// # Errors
    /// [`IssueError::Signing`] when the crate fails; none does on claims of ours.
    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError>;

    /// Proves a text, checks issuer, audience and what the crate knows of time, and reads the claims. `now` is the
    /// contract's clock, for crates that take the time from outside; after this, the adapter checks the times by it.
    ///
    /// # Errors
    /// [`Denial::Expired`] and [`Denial::NotYetValid`] only for what is proven.
    fn prove(&self, token: &str, now: Timestamp) -> Result<Claims, Denial>;
}

/// Why a crate cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub &'static str);

/// A peer: a crate of others as a design of the contract.
pub struct Peer<L, C> {
    library: L,
    policy: Policy,
    clock: C,
}

impl<L: Library, C: Clock> Peer<L, C> {
    /// A design on a crate that was set up under the same policy.
    #[must_use]
    pub const fn new(library: L, policy: Policy, clock: C) -> Self {
        Self { library, policy, clock }
    }

    /// Proves a text by the crate, then checks what most crates leave to their users.
    fn verify(&self, presented: &[u8]) -> Result<Claims, Denial> {
        let now = self.clock.now();
        let claims = self.prove(presented, now)?;
        // Most crates accept `exp` equal to now, many an `iat` ahead, and some only know the system's clock, while tests
        // move the contract's. It costs a few nanoseconds beside more than a thousand.
        claims.check_time(now, self.policy.leeway)?;
        Ok(claims)
    }

    fn prove(&self, presented: &[u8], now: Timestamp) -> Result<Claims, Denial> {
        if presented.len() > MAX_TOKEN_BYTES {
            return Err(Denial::Malformed);
        }
        let token = str::from_utf8(presented).map_err(|_| Denial::Malformed)?;
        self.library.prove(token, now)
    }
}

impl<L: Library, C: Clock> Authoriser for Peer<L, C> {
    fn properties(&self) -> Properties {
        let lifetime = self.policy.lifetime.as_secs().saturating_add(self.policy.leeway.as_secs());
        Properties {
            family: Family::Stateless,
            state: StateLocation::Nowhere,
            revocation: Revocation::OnlyByExpiry,
            outage: Outage::NoStore,
            transport: L::TRANSPORT,
            lifetime: Duration::from_secs(lifetime),
            idle_timeout: None,
        }
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.library.issue(&Issued::new(principal, &self.policy, &self.clock)).map(Credential::new)
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.verify(presented)?;
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    /// Changes nothing, as [`Revoked::Nothing`] says. A token that has expired is still one of ours.
    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        match self.prove(presented, self.clock.now()) {
            Ok(_) | Err(Denial::Expired | Denial::NotYetValid) => Ok(Revoked::Nothing),
            Err(_) => Err(Denial::Malformed),
        }
    }

    async fn revoke_all(&self, _user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

impl<L: Library, C> fmt::Debug for Peer<L, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("library", &L::NAME)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
