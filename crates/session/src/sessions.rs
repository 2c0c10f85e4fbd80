//! The design: stateful authorisation over any store.

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, PermissionSet,
    Principal, Proof, Properties, Revocation, Revoked, Timestamp, Transport, UserId,
};

use crate::{
    IdHash, InsertError, MalformedId, Purged, SessionPolicy, SessionRecord, SessionStore, StoreError,
    Touched, cookie,
};

/// Server-side sessions: the client holds a random id, the store all the rest.
///
/// Revocation is immediate. Whatever the store cannot answer is denied with [`Denial::StoreUnavailable`]; a corrupt
/// record counts as that too, since it says nothing about the client.
#[derive(Debug)]
pub struct Sessions<S, C> {
    store: S,
    policy: SessionPolicy,
    clock: C,
}

impl<S: SessionStore, C: Clock> Sessions<S, C> {
    /// Sessions in `store`, alive as long as `policy` says by `clock`.
    #[must_use]
    pub const fn new(store: S, policy: SessionPolicy, clock: C) -> Self {
        Self { store, policy, clock }
    }

    /// The store, for what only it can answer: its size, a bare round trip.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The timeouts.
    #[must_use]
    pub const fn policy(&self) -> &SessionPolicy {
        &self.policy
    }

    /// Gives a live session another id, as OWASP asks at every change of privilege. The old id dies in the same step: of
    /// many at once one succeeds. The absolute timeout goes on counting from the login.
    ///
    /// # Errors
    /// As [`Authoriser::authorise`]; [`Denial::Unknown`] for who comes second.
    pub async fn rotate(&self, presented: &[u8]) -> Result<Credential, Denial> {
        let old = S::ID_FORM.hash(presented)?;
        let (record, now) = self.find(&old).await?;
        self.move_to_new_id(&old, SessionRecord { last_seen: record.last_seen.max(now), ..record }).await
    }

    /// As [`Self::rotate`], and the session has these rights from then on.
    ///
    /// # Errors
    /// As [`Self::rotate`].
    pub async fn rotate_with(
        &self,
        presented: &[u8],
        permissions: PermissionSet,
    ) -> Result<Credential, Denial> {
        let old = S::ID_FORM.hash(presented)?;
        let (record, now) = self.find(&old).await?;
        let record = SessionRecord { permissions, last_seen: record.last_seen.max(now), ..record };
        self.move_to_new_id(&old, record).await
    }

    /// How many sessions a user has. Expired ones that the store has not forgotten yet are among them.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be asked.
    pub async fn count_of(&self, user: UserId) -> Result<usize, StoreError> {
        Ok(self.store.list(user).await?.len())
    }

    /// The session of an id, if it is alive, with this use noted where it is time: for who decides by it elsewhere,
    /// as an authorisation server or a gateway does.
    ///
    /// # Errors
    /// As [`Authoriser::authorise`], but never [`Denial::Malformed`] or [`Denial::Forbidden`].
    pub async fn look_up(&self, id: &IdHash) -> Result<SessionRecord, Denial> {
        let (record, now) = self.find(id).await?;
        if !self.policy.wants_touch(&record, now) {
            return Ok(record);
        }
        let used = SessionRecord { last_seen: now, ..record };
        match self.store.touch(id, &used, &self.policy).await? {
            Touched::Noted => Ok(used),
            Touched::Gone => Err(Denial::Unknown),
        }
    }

    /// The session of an id, if it is alive.
    #[inline]
    async fn find(&self, id: &IdHash) -> Result<(SessionRecord, Timestamp), Denial> {
        // Before the lookup, so that the processor reads the clock while it hashes. A request counts by when it came: the
        // time that a store takes to answer ends no session.
        let now = self.clock.now();
        let record = self.store.get(id).await?.ok_or(Denial::Unknown)?;
        self.policy.check(&record, now)?;
        Ok((record, now))
    }

    async fn move_to_new_id(&self, old: &IdHash, record: SessionRecord) -> Result<Credential, Denial> {
        let (credential, new) = S::ID_FORM.draw(record.user);
        match self.store.replace(old, &new, &record, &self.policy).await {
            Ok(true) => Ok(credential),
            Ok(false) => Err(Denial::Unknown),
            // A broken generator: better no session than a shared one.
            Err(InsertError::Collision) => Err(Denial::StoreUnavailable),
            Err(InsertError::Store(error)) => Err(error.into()),
        }
    }
}

impl<S: SessionStore, C: Clock> Authoriser for Sessions<S, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Stateful,
            state: self.store.state(),
            revocation: Revocation::Immediate,
            outage: self.store.outage(),
            transport: Transport::Cookie { name: cookie::NAME },
            lifetime: self.policy.absolute(),
            idle_timeout: Some(self.policy.idle()),
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.store.settings();
        settings.push(("touch_every", format!("{:?}", self.policy.touch_every())));
        settings
    }

    fn mapped_bytes(&self) -> usize {
        self.store.mapped_bytes()
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (credential, id) = S::ID_FORM.draw(principal.user);
        let record = SessionRecord::new(principal.user, principal.permissions, self.clock.now());
        // An id that is taken means a broken generator, so no other is tried: better no session than a shared one.
        match self.store.insert(&id, &record, &self.policy).await {
            Ok(()) => Ok(credential),
            Err(InsertError::Collision | InsertError::Store(_)) => Err(IssueError::StoreUnavailable),
        }
    }

    /// As [`Sessions::look_up`], spelled out: by way of it, a look-up in memory took a tenth longer.
    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let id = S::ID_FORM.hash(presented)?;
        let (record, now) = self.find(&id).await?;
        if self.policy.wants_touch(&record, now) {
            let used = SessionRecord { last_seen: now, ..record };
            // A logout between the lookup and here wins.
            if self.store.touch(&id, &used, &self.policy).await? == Touched::Gone {
                return Err(Denial::Unknown);
            }
        }
        access.decide(record.user, record.permissions, Proof::StoreHit)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let id = S::ID_FORM.hash(presented)?;
        Ok(Revoked::Credentials(self.store.remove(&id).await?.into()))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Credentials(self.store.remove_all(user).await?))
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        Ok(self.store.purge(&self.policy, self.clock.now()).await?)
    }
}

impl From<MalformedId> for Denial {
    fn from(_: MalformedId) -> Self {
        Self::Malformed
    }
}

impl From<StoreError> for Denial {
    fn from(_: StoreError) -> Self {
        Self::StoreUnavailable
    }
}
