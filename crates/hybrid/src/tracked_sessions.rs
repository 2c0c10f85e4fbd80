//! Sessions that are remembered until Redis says that they have changed.

use std::{fmt, sync::Arc, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, IssueError, Outage, Principal, Properties,
    Purged, Revocation, Revoked, UserId,
};
use session::{Change, RedisStore, SessionPolicy, StoreError, Tracking};
use tokio::sync::oneshot;

use crate::{
    CacheConfig, FeedConfig,
    cached_sessions::{CachedSessions, Known},
    follow::follow,
    silence::Silence,
    ticks,
};

/// Sessions in Redis that this process remembers until they change: Redis tells it whose have, over a connection of its own (server-assisted
/// client-side caching, `CLIENT TRACKING` with `BCAST` over RESP3, Redis 6).
///
/// So a hit asks nobody for as long as [`CacheConfig::ttl`], which may be minutes, and what is revoked elsewhere is denied some
/// milliseconds later. A sign of life is asked for four times in [`FeedConfig::limit`]. When none has come for that time, nothing that is
/// remembered is believed: every request asks Redis, and is denied with [`Denial::StoreUnavailable`] where that is away too. After a lost
/// connection nothing that was remembered before counts.
pub struct TrackedSessions<C> {
    sessions: Arc<CachedSessions<RedisStore, C>>,
    silence: Arc<Silence>,
    limit: Duration,
    /// The thread that listens ends when this is dropped.
    _running: oneshot::Sender<()>,
}

impl<C: Clock> TrackedSessions<C> {
    /// Sessions in `store`, alive as long as `policy` says by `clock`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer or cannot do this, or no thread can be started.
    pub async fn new(
        store: RedisStore,
        policy: SessionPolicy,
        clock: C,
        cache: CacheConfig,
        feed: FeedConfig,
    ) -> Result<Self, StoreError> {
        let sessions = Arc::new(CachedSessions::new(store, policy, clock, cache));
        let silence = Arc::new(Silence::new(feed));
        let limit = feed.sane().limit;
        let (ready, first) = oneshot::channel();
        let listener =
            Listener { sessions: Arc::clone(&sessions), silence: Arc::clone(&silence), pause: limit / 4 };
        let unavailable = "changes cannot be followed";
        let running = follow("changes", unavailable, listener.run(ready))?;
        first.await.map_err(|_| StoreError::Unavailable(unavailable.to_owned()))??;
        Ok(Self { sessions, silence, limit, _running: running })
    }

    /// How many sessions are remembered, some that have changed among them.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.sessions.remembered()
    }
}

/// The thread's part.
struct Listener<C> {
    sessions: Arc<CachedSessions<RedisStore, C>>,
    silence: Arc<Silence>,
    /// Between two signs of life; also how long one may take.
    pause: Duration,
}

impl<C: Clock> Listener<C> {
    /// Listens, says so, and goes on for ever. A first connection that fails ends it; later ones are made again.
    async fn run(self, ready: oneshot::Sender<Result<(), StoreError>>) {
        let mut tracking = match self.listen().await {
            Ok(tracking) => tracking,
            Err(error) => {
                // Nobody waits any more if this fails.
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        loop {
            let asked = ticks::now();
            let Err(error) = tracking.ping().await else {
                self.silence.heard_until(asked);
                tokio::time::sleep(self.pause).await;
                continue;
            };
            tracing::warn!(%error, "what changes in Redis is not heard any more");
            tracking = loop {
                if let Ok(tracking) = self.listen().await {
                    break tracking;
                }
                tokio::time::sleep(Duration::from_millis(50).min(self.pause)).await;
            };
            tracing::info!("what changes in Redis is heard again");
        }
    }

    async fn listen(&self) -> Result<Tracking, StoreError> {
        let known = Arc::clone(self.sessions.known());
        let mut tracking =
            self.sessions.store().track(self.pause, move |change| forget(&known, change)).await?;
        // What was asked for before may have changed unheard.
        self.sessions.known().invalidate_all();
        let asked = ticks::now();
        tracking.ping().await?;
        self.silence.heard_until(asked);
        Ok(tracking)
    }
}

fn forget<C: Clock>(known: &Known<C>, change: Change) {
    match change {
        Change::User(user) => known.invalidate(user.0),
        Change::Everyone => known.invalidate_all(),
    }
}

impl<C: Clock> Authoriser for TrackedSessions<C> {
    fn properties(&self) -> Properties {
        Properties {
            revocation: Revocation::ImmediateHere(self.limit),
            outage: Outage::ServeStale(self.limit),
            ..self.sessions.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.sessions.settings();
        settings.push(("feed_limit", format!("{:?}", self.limit)));
        settings
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.sessions.issue(principal).await
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        if self.silence.is_short() {
            self.sessions.authorise(presented, access).await
        } else {
            self.sessions.authorise_by_store(presented, access).await
        }
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        self.sessions.revoke(presented).await
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.sessions.revoke_all(user).await
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        self.sessions.purge().await
    }
}

impl<C> fmt::Debug for TrackedSessions<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackedSessions")
            .field("sessions", &self.sessions)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
