//! Sessions in a shared store, remembered in this process.

use std::{fmt, sync::Arc};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Purged, Revocation, Revoked, UserId,
};
use session::{
    IdForm, IdHash, InsertError, SessionPolicy, SessionRecord, SessionStore, StoreError, Touched, cookie,
};

use crate::{
    CacheConfig,
    fingerprint::{Fingerprint, Fingerprints},
    local_cache::{Cached, Found, LocalCache},
};

/// Server-side sessions whose records this process remembers for [`CacheConfig::ttl`].
///
/// A hit asks nobody. The policy is applied to it as to a record from the store, so that a session idles out and ends at the
/// same second; one that seems to have idled out is looked up before it is refused, for it may have been used elsewhere.
/// Its use is noted in the store as often as without the cache. What is revoked here is denied at once; what is revoked elsewhere is
/// accepted for the time to live at most, and so is everything that is remembered while the store is away. Ids that the store does
/// not know are never remembered.
pub struct CachedSessions<S, C> {
    store: S,
    policy: SessionPolicy,
    clock: C,
    fingerprints: Fingerprints,
    known: Arc<Known<C>>,
}

/// What is remembered.
pub(crate) type Known<C> = LocalCache<Fingerprint, SessionRecord, C>;

impl<S: SessionStore, C: Clock> CachedSessions<S, C> {
    /// Sessions in `store`, alive as long as `policy` says by `clock`.
    #[must_use]
    pub fn new(store: S, policy: SessionPolicy, clock: C, config: CacheConfig) -> Self {
        let known = Arc::new(LocalCache::new(config, clock.clone()));
        Self { store, policy, clock, fingerprints: Fingerprints::new(S::ID_FORM), known }
    }

    /// How many sessions are remembered, some that are too old among them.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.known.len()
    }

    pub(crate) const fn store(&self) -> &S {
        &self.store
    }

    pub(crate) const fn known(&self) -> &Arc<Known<C>> {
        &self.known
    }

    /// Decides a request by the store alone, and remembers nothing.
    pub(crate) async fn authorise_by_store(
        &self,
        presented: &[u8],
        access: &AccessRequest,
    ) -> Result<Grant, Denial> {
        let id = S::ID_FORM.hash(presented)?;
        let now = self.clock.now();
        let record = self.store.get(&id).await?.ok_or(Denial::Unknown)?;
        self.policy.check(&record, now)?;
        if self.policy.wants_touch(&record, now) {
            let used = SessionRecord { last_seen: now, ..record };
            if self.store.touch(&id, &used, &self.policy).await? == Touched::Gone {
                return Err(Denial::Unknown);
            }
        }
        access.decide(record.user, record.permissions, Proof::StoreHit)
    }

    #[inline]
    async fn find(&self, key: &Fingerprint, id: &IdHash) -> Result<(Cached<SessionRecord>, Found), Denial> {
        let load = async { self.store.get(id).await?.ok_or(Denial::Unknown) };
        self.known.get_or_load(key, Self::user_of(id), load).await
    }

    /// Notes a use. The cache first, so that of many requests at once one asks the store.
    async fn note(
        &self,
        id: &IdHash,
        key: Fingerprint,
        cached: &Cached<SessionRecord>,
        found: Found,
        used: SessionRecord,
    ) -> Result<(), Denial> {
        self.known.amend(key, cached, used);
        match self.store.touch(id, &used, &self.policy).await {
            Ok(Touched::Noted) => Ok(()),
            Ok(Touched::Gone) => {
                self.known.invalidate(Self::user_of(id));
                Err(Denial::Unknown)
            }
            // It is remembered, so it is served; that the use is not noted only shortens the idle time elsewhere.
            Err(StoreError::Unavailable(_)) if found == Found::Here => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whose counter an id belongs to in the cache: its user's where the id names the user, otherwise one for all.
    #[inline]
    pub(crate) fn user_of(id: &IdHash) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
        Self::counter_of(UserId(u64::from_le_bytes([a, b, c, d, e, f, g, h])))
    }

    #[inline]
    pub(crate) fn counter_of(user: UserId) -> u64 {
        match S::ID_FORM {
            IdForm::NamesUser => user.0,
            IdForm::Opaque => 0,
        }
    }
}

impl<S: SessionStore, C: Clock> Authoriser for CachedSessions<S, C> {
    fn properties(&self) -> Properties {
        let ttl = self.known.config().ttl;
        Properties {
            family: Family::Hybrid,
            state: self.store.state(),
            revocation: Revocation::ImmediateHere(ttl),
            outage: Outage::ServeStale(ttl),
            transport: authoriser::Transport::Cookie { name: cookie::NAME },
            lifetime: self.policy.absolute(),
            idle_timeout: Some(self.policy.idle()),
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.store.settings();
        settings.push(("touch_every", format!("{:?}", self.policy.touch_every())));
        settings.push(("cache_ttl", format!("{:?}", self.known.config().ttl)));
        settings.push(("cache_capacity", self.known.config().capacity.to_string()));
        settings
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (credential, id) = S::ID_FORM.draw(principal.user);
        let record = SessionRecord::new(principal.user, principal.permissions, self.clock.now());
        // An id that is taken means a broken generator: better no session than a shared one.
        match self.store.insert(&id, &record, &self.policy).await {
            Ok(()) => Ok(credential),
            Err(InsertError::Collision | InsertError::Store(_)) => Err(IssueError::StoreUnavailable),
        }
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let key = self.fingerprints.of(presented)?;
        let now = self.clock.now();
        // Most hits: nothing of what a miss needs is made ready.
        let (mut cached, mut found) = match self.known.get(&key, now) {
            Some(cached) => (cached, Found::Here),
            // What is no id ends here, before anything is made ready for the store.
            None => self.find(&key, &S::ID_FORM.hash(presented)?).await?,
        };
        if found == Found::Here && self.policy.check(&cached.value, now) == Err(Denial::Expired) {
            self.known.forget(&key, &cached);
            (cached, found) = self.find(&key, &S::ID_FORM.hash(presented)?).await?;
        }
        let record = cached.value;
        self.policy.check(&record, now)?;
        if self.policy.wants_touch(&record, now) {
            let used = SessionRecord { last_seen: now, ..record };
            self.note(&S::ID_FORM.hash(presented)?, key, &cached, found, used).await?;
        }
        let proof = match found {
            Found::Here => Proof::CacheHit,
            Found::There => Proof::StoreHit,
        };
        access.decide(record.user, record.permissions, proof)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let id = S::ID_FORM.hash(presented)?;
        let removed = self.store.remove(&id).await?;
        self.known.invalidate(Self::user_of(&id));
        Ok(Revoked::Credentials(removed.into()))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let removed = self.store.remove_all(user).await?;
        self.known.invalidate(Self::counter_of(user));
        Ok(Revoked::Credentials(removed))
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        Ok(self.store.purge(&self.policy, self.clock.now()).await?)
    }
}

impl<S: fmt::Debug, C> fmt::Debug for CachedSessions<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedSessions")
            .field("store", &self.store)
            .field("policy", &self.policy)
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}
