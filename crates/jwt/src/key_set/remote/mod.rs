//! A key set that its issuer publishes under a URL (RFC 7517, section 5): fetched, kept for a while, fetched again.
//!
//! | Age of the set | What a request meets |
//! |---|---|
//! | fresh | the keys |
//! | fresh, in the last quarter | the keys, and a fetch begins that nobody waits for |
//! | no longer fresh | it waits for the fetch; if that fails, the keys all the same |
//! | past the stale limit, or never fetched | it waits for the fetch; if that fails, a denial: the store is unavailable |
//!
//! So a key that the issuer withdraws is refused at the latest when the set is no longer fresh, unless the issuer cannot
//! be reached.
//!
//! A token that names a key outside the set is a reason to fetch as well: that is how a new key is met first. Anybody can
//! write such tokens, so whatever asks for a fetch, there is one at a time, and none before the cool-down since the last
//! has passed. That one moment is all that is remembered of unknown ids, however many come: a list of them would
//! grow with the attack, and would delay a new key whose id was asked for too early.
//!
//! A fetch is a task of its own: a client that hangs up takes nothing from the others who wait for the same keys.

mod address;
mod config;
mod error;
mod fetch;
mod freshness;
mod known;
mod tls;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use authoriser::{Clock, Outage, Timestamp};
use tokio::{sync::watch, time::timeout};

pub use config::{PlainHttp, RemoteConfig, RemoteConfigError, Roots};
pub use error::FetchError;

use self::{
    fetch::Fetcher,
    known::{Known, Standing},
};
use super::{KeySet, KeySource, KeysUnavailable};

/// The keys that an issuer publishes. Clones share them.
///
/// ```no_run
/// # use std::time::Duration;
/// # use authbench_jwt::{KeySetJwt, Policy, RemoteConfig, RemoteKeySet};
/// # use authoriser::CoarseClock;
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// let config = RemoteConfig::new("https://auth.example.com/.well-known/jwks.json");
/// let keys = RemoteKeySet::new(config, CoarseClock)?;
/// keys.refresh().await?; // a wrong URL shows now, and the first request does not wait
/// let policy = Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900));
/// let resource_server = KeySetJwt::over(keys, policy, CoarseClock);
/// # Ok(()) }
/// ```
pub struct RemoteKeySet<C>(Arc<Inner<C>>);

struct Inner<C> {
    config: RemoteConfig,
    fetcher: Fetcher,
    clock: C,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    known: Known,
    /// Closed when the fetch is over, however it ended.
    flight: Option<Flight>,
}

type Flight = watch::Receiver<()>;

impl<C: Clock> RemoteKeySet<C> {
    /// Nothing is fetched yet. Reads the system's root certificates, where they are needed.
    ///
    /// # Errors
    /// [`RemoteConfigError`] for a URL or bounds that make no sense.
    pub fn new(config: RemoteConfig, clock: C) -> Result<Self, RemoteConfigError> {
        config.check()?;
        let fetcher = Fetcher::new(&config)?;
        Ok(Self(Arc::new(Inner { config, fetcher, clock, state: RwLock::default() })))
    }

    /// Waits for a fetch: the one that is under way, or a new one unless the cool-down forbids it. To be called when a
    /// service starts, from within a tokio runtime; from then on requests bring fetches about.
    ///
    /// # Errors
    /// Why the last fetch failed.
    pub async fn refresh(&self) -> Result<(), FetchError> {
        self.wait_for_fetch().await;
        self.last_failure().map_or(Ok(()), Err)
    }

    /// Why the last fetch failed, if it did. For whoever operates the service.
    #[must_use]
    pub fn last_failure(&self) -> Option<FetchError> {
        self.read().known.last_failure()
    }

    /// The keys as they were last fetched, be they out of date; `None` before the first fetch.
    #[must_use]
    pub fn keys(&self) -> Option<Arc<KeySet>> {
        self.read().known.keys()
    }

    async fn wait_for_fetch(&self) {
        let Some(mut flight) = self.take_off() else { return };
        // The fetch has the same bound. This one is for a task that died with its runtime.
        let _landed_or_late = timeout(self.0.config.timeout, flight.changed()).await;
    }

    /// Joins the fetch that is under way, or begins one; `None` in the cool-down.
    fn take_off(&self) -> Option<Flight> {
        let mut state = self.write();
        if let Some(under_way) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Some(under_way.clone());
        }
        let now = self.0.clock.now();
        if !state.known.may_ask(now, self.0.config.cool_down) {
            return None;
        }
        state.known.asked(now);
        let (landed, flight) = watch::channel(());
        state.flight = Some(flight.clone());
        drop(state);
        let this = self.clone();
        tokio::spawn(async move {
            this.fly(now).await;
            drop(landed);
        });
        Some(flight)
    }

    async fn fly(&self, began: Timestamp) {
        let outcome = self.0.fetcher.fetch().await;
        self.write().known.answered(began, outcome, &self.0.config);
    }

    fn standing(&self) -> Standing {
        self.read().known.standing(self.0.clock.now())
    }

    /// What is known changes in steps that do not panic half-way, so a poisoned lock still guards something whole.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock> KeySource for RemoteKeySet<C> {
    async fn current(&self) -> Result<Arc<KeySet>, KeysUnavailable> {
        match self.standing() {
            Standing::Fresh(keys) => return Ok(keys),
            Standing::Due(keys) => {
                self.take_off();
                return Ok(keys);
            }
            Standing::Stale(_) | Standing::Unusable => self.wait_for_fetch().await,
        }
        match self.standing() {
            Standing::Fresh(keys) | Standing::Due(keys) | Standing::Stale(keys) => Ok(keys),
            Standing::Unusable => Err(KeysUnavailable),
        }
    }

    /// Others have perhaps fetched newer ones since. A set that was not confirmed at the last attempt leaves open
    /// whether the issuer has the key: that is no verdict on the token.
    async fn newer(&self, than: &Arc<KeySet>) -> Result<Option<Arc<KeySet>>, KeysUnavailable> {
        if let Some(newer) = self.keys().filter(|keys| !Arc::ptr_eq(keys, than)) {
            return Ok(Some(newer));
        }
        self.wait_for_fetch().await;
        match self.keys().filter(|keys| !Arc::ptr_eq(keys, than)) {
            Some(newer) => Ok(Some(newer)),
            None if self.read().known.is_confirmed() => Ok(None),
            None => Err(KeysUnavailable),
        }
    }

    fn outage(&self) -> Outage {
        Outage::ServeStale(self.0.config.max_age.saturating_add(self.0.config.stale_for))
    }
}

impl<C> Clone for RemoteKeySet<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for RemoteKeySet<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeySet").field("config", &self.0.config).finish_non_exhaustive()
    }
}
