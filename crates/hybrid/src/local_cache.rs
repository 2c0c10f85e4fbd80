//! What was found in a shared store, remembered in this process for a limited time.

use std::{
    fmt,
    hash::Hash,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::Duration,
};

use authoriser::{Clock, Timestamp};
use quick_cache::{
    UnitWeighter,
    sync::{Cache, DefaultLifecycle},
};

use crate::{digest::BuildAsItIs, ticks};

/// How much a local cache remembers, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    /// What was found is asked for again after this time: whole seconds, at least one. So old may be what a request is decided by, and
    /// so long is what was revoked elsewhere still accepted.
    pub ttl: Duration,
    /// The most entries. Those that were used least go first.
    pub capacity: usize,
}

impl Default for CacheConfig {
    /// Five seconds, 65 536 entries.
    fn default() -> Self {
        Self { ttl: Duration::from_secs(5), capacity: 65_536 }
    }
}

impl CacheConfig {
    /// The same with a time in whole seconds, of which there is at least one.
    pub(crate) fn whole(self) -> Self {
        Self { ttl: Duration::from_secs(self.ttl.as_secs().max(1)), ..self }
    }
}

/// Users share this many counters of what was revoked here.
const GENERATIONS: usize = 1_024;

/// Values by key, each good for a limited time. Of many who miss the same key at once, one asks the store and the others wait for
/// what it finds.
///
/// What changes here shows at once: [`Self::invalidate`] ends everything that belongs to a user, and what was asked for before it and
/// is answered after it.
pub(crate) struct LocalCache<K, V, C> {
    entries: Cache<K, Cached<V>, UnitWeighter, BuildAsItIs>,
    /// Raised whenever something of a user was changed here. A few users share one, and miss once more than they had to.
    generations: Box<[AtomicU64]>,
    config: CacheConfig,
    clock: C,
}

/// A value and when it was asked for.
#[derive(Clone)]
pub(crate) struct Cached<V> {
    pub(crate) value: V,
    /// By the clock of the design.
    asked: Timestamp,
    /// The same in [`ticks`]: a clock that is set back makes nothing last longer.
    tick: u64,
    /// Which counter it belongs to: its user's number, or what stands for it.
    user: u64,
    /// That counter, before the store was asked.
    generation: u64,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It was remembered.
    Here,
    /// The store was asked, by this caller.
    There,
}

impl<K: Clone + Eq + Hash, V: Clone, C: Clock> LocalCache<K, V, C> {
    pub(crate) fn new(config: CacheConfig, clock: C) -> Self {
        Self {
            entries: Cache::with(
                config.capacity,
                config.capacity as u64,
                UnitWeighter,
                BuildAsItIs::default(),
                DefaultLifecycle::default(),
            ),
            generations: (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect(),
            config: config.whole(),
            clock,
        }
    }

    pub(crate) const fn config(&self) -> &CacheConfig {
        &self.config
    }

    /// The value of a key, where it is here and good at `now`: one look, and no future of the cache.
    #[inline]
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<Cached<V>> {
        self.entries.get(key).filter(|cached| self.is_good(cached, now))
    }

    /// The value of a key that belongs to the user with this number. What `load` refuses is not remembered; where the value is here, it is not
    /// begun.
    ///
    /// # Errors
    /// Those of `load`.
    pub(crate) async fn get_or_load<E>(
        &self,
        key: &K,
        user: u64,
        load: impl Future<Output = Result<V, E>>,
    ) -> Result<(Cached<V>, Found), E> {
        if let Some(cached) = self.get(key, self.clock.now()) {
            return Ok((cached, Found::Here));
        }
        loop {
            let guard = match self.entries.get_value_or_guard_async(key).await {
                Ok(cached) if self.is_good(&cached, self.clock.now()) => {
                    return Ok((cached, Found::Here));
                }
                Ok(cached) => {
                    self.forget(key, &cached);
                    continue;
                }
                Err(guard) => guard,
            };
            // Before the store is asked: what changes from here on is perhaps not in its answer.
            let generation = self.generation(user).load(SeqCst);
            let (asked, tick) = (self.clock.now(), ticks::now());
            let cached = Cached { value: load.await?, asked, tick, user, generation };
            // Those who wait have it even if the place is gone, and look whether it is good.
            let _ = guard.insert(cached.clone());
            return Ok((cached, Found::There));
        }
    }

    /// Forgets an entry, unless there is another by now.
    pub(crate) fn forget(&self, key: &K, cached: &Cached<V>) {
        let same = |other: &Cached<V>| {
            (other.asked, other.tick, other.generation) == (cached.asked, cached.tick, cached.generation)
        };
        self.entries.remove_if(key, same);
    }

    /// Puts another value in the place of a cached one, no newer than that was.
    pub(crate) fn amend(&self, key: K, cached: &Cached<V>, value: V) {
        let Cached { asked, tick, user, generation, .. } = *cached;
        // None is there where it was pushed out.
        let _ = self.entries.replace(key, Cached { value, asked, tick, user, generation }, true);
    }

    /// Ends everything that was asked for before now and belongs to this user. To be called once the store has changed.
    pub(crate) fn invalidate(&self, user: u64) {
        self.generation(user).fetch_add(1, SeqCst);
    }

    /// The same for everybody.
    pub(crate) fn invalidate_all(&self) {
        for generation in &self.generations {
            generation.fetch_add(1, SeqCst);
        }
    }

    /// How many entries there are, some that are too old among them.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    fn is_good(&self, cached: &Cached<V>, now: Timestamp) -> bool {
        let ttl = self.config.ttl;
        // Whole seconds: what was asked for late in one second and is looked at early in another is younger than it seems.
        now >= cached.asked
            && now.0 - cached.asked.0 < ttl.as_secs()
            && ticks::now().saturating_sub(cached.tick) + ticks::COARSENESS < ttl.as_millis() as u64
            && cached.generation == self.generation(cached.user).load(SeqCst)
    }

    fn generation(&self, user: u64) -> &AtomicU64 {
        &self.generations[user as usize % GENERATIONS]
    }
}

impl<K: Eq + Hash, V: Clone, C> fmt::Debug for LocalCache<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCache")
            .field("entries", &self.entries.len())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering::Relaxed},
        },
    };

    use authoriser::{ManualClock, UserId};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::memory_list::UserKey;

    const USER: u64 = 7;
    const CONFIG: CacheConfig = CacheConfig { ttl: Duration::from_secs(5), capacity: 100 };

    /// A store with one value that says how often it was asked, and waits until it may answer.
    struct Store {
        value: AtomicU64,
        asked: AtomicUsize,
        may_answer: Semaphore,
    }

    struct Scene {
        store: Store,
        cache: LocalCache<UserKey, u64, ManualClock>,
        clock: ManualClock,
    }

    impl Scene {
        fn new() -> Arc<Self> {
            let clock = ManualClock::at(Timestamp(1_000));
            let may_answer = Semaphore::new(0);
            let store = Store { value: AtomicU64::new(1), asked: AtomicUsize::new(0), may_answer };
            Arc::new(Self { store, cache: LocalCache::new(CONFIG, clock.clone()), clock })
        }

        async fn get(&self) -> (u64, bool) {
            let load = async {
                self.store.asked.fetch_add(1, Relaxed);
                // As of when it was asked, however long the answer takes.
                let value = self.store.value.load(Relaxed);
                self.store.may_answer.acquire().await.unwrap().forget();
                Ok::<_, Infallible>(value)
            };
            let Ok((cached, found)) = self.cache.get_or_load(&UserKey(UserId(USER)), USER, load).await;
            (cached.value, found == Found::Here)
        }

        fn asked(&self) -> usize {
            self.store.asked.load(Relaxed)
        }
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn of_a_hundred_who_miss_at_once_one_asks() {
        block_on(async {
            let scene = Scene::new();
            for round in 1..=2 {
                let all: Vec<_> = (0..100)
                    .map(|_| {
                        let scene = Arc::clone(&scene);
                        tokio::spawn(async move { scene.get().await })
                    })
                    .collect();
                tokio::task::yield_now().await;
                scene.store.may_answer.add_permits(1);
                for one in all {
                    assert_eq!(one.await.unwrap().0, 1);
                }
                assert_eq!(scene.asked(), round, "once for each time that it was too old");
                scene.clock.advance(CONFIG.ttl);
            }
        });
    }

    #[test]
    fn who_gives_up_leaves_the_asking_to_the_next() {
        block_on(async {
            let scene = Scene::new();
            let (first, second) = (Arc::clone(&scene), Arc::clone(&scene));
            let first = tokio::spawn(async move { first.get().await });
            tokio::task::yield_now().await;
            let second = tokio::spawn(async move { second.get().await });
            tokio::task::yield_now().await;
            assert_eq!(scene.asked(), 1);
            first.abort();
            scene.store.may_answer.add_permits(1);
            assert_eq!(second.await.unwrap(), (1, false));
            assert_eq!(scene.asked(), 2);
        });
    }

    #[test]
    fn it_is_good_until_its_time_is_over_and_not_before_it() {
        block_on(async {
            let scene = Scene::new();
            scene.store.may_answer.add_permits(10);
            assert_eq!(scene.get().await, (1, false));
            scene.store.value.store(2, Relaxed);
            scene.clock.set(Timestamp(1_004));
            assert_eq!(scene.get().await, (1, true));
            scene.clock.set(Timestamp(1_005));
            assert_eq!(scene.get().await, (2, false));
            scene.clock.set(Timestamp(1_004));
            assert_eq!(scene.get().await, (2, false), "a clock that was set back");
        });
    }

    #[test]
    fn a_clock_that_stands_still_makes_nothing_last() {
        block_on(async {
            let clock = ManualClock::at(Timestamp(1_000));
            let config = CacheConfig { ttl: Duration::from_secs(1), ..CONFIG };
            let cache = LocalCache::<UserKey, u64, _>::new(config, clock);
            let get = async |value| {
                let load = async { Ok::<_, Infallible>(value) };
                let Ok((cached, _)) = cache.get_or_load(&UserKey(UserId(USER)), USER, load).await;
                cached.value
            };
            assert_eq!((get(1).await, get(2).await), (1, 1));
            std::thread::sleep(Duration::from_secs(1));
            assert_eq!(get(3).await, 3);
        });
    }

    #[test]
    fn what_was_asked_before_a_change_is_nobodys_answer_after_it() {
        block_on(async {
            let scene = Scene::new();
            let early = Arc::clone(&scene);
            let early = tokio::spawn(async move { early.get().await });
            tokio::task::yield_now().await;
            assert_eq!(scene.asked(), 1, "it is under way");
            scene.store.value.store(2, Relaxed);
            scene.cache.invalidate(USER);
            let late = Arc::clone(&scene);
            let late = tokio::spawn(async move { late.get().await });
            tokio::task::yield_now().await;
            scene.store.may_answer.add_permits(2);
            assert_eq!(early.await.unwrap(), (1, false), "it came before");
            assert_eq!(late.await.unwrap().0, 2, "it waited for an answer that was too old");
            assert_eq!(scene.get().await, (2, true));
        });
    }

    #[test]
    fn a_change_of_one_user_ends_what_is_theirs_also_where_it_was_amended() {
        block_on(async {
            let cache = LocalCache::<UserKey, u64, _>::new(CONFIG, ManualClock::at(Timestamp(1_000)));
            for user in [7, 8] {
                let load = async { Ok::<_, Infallible>(user) };
                let Ok((cached, _)) = cache.get_or_load(&UserKey(UserId(user)), user, load).await;
                cache.amend(UserKey(UserId(user)), &cached, 10 * user);
            }
            let get = |user| cache.get(&UserKey(UserId(user)), Timestamp(1_000)).map(|cached| cached.value);
            assert_eq!((get(7), get(8)), (Some(70), Some(80)));
            cache.invalidate(8);
            assert_eq!((get(7), get(8)), (Some(70), None));
            cache.invalidate(7);
            assert_eq!((get(7), get(8)), (None, None));
        });
    }

    #[test]
    fn it_is_bounded_and_failures_are_not_kept() {
        block_on(async {
            let clock = ManualClock::at(Timestamp(1_000));
            let cache = LocalCache::<UserKey, u64, _>::new(CONFIG, clock);
            for user in 0..1_000 {
                let failed = cache.get_or_load(&UserKey(UserId(user)), user, async { Err(user) }).await;
                assert_eq!(failed.map(drop), Err(user));
            }
            assert_eq!(cache.len(), 0);
            for user in 0..1_000 {
                let load = async { Ok::<_, Infallible>(user) };
                assert!(cache.get_or_load(&UserKey(UserId(user)), user, load).await.is_ok());
                assert!(cache.len() <= CONFIG.capacity);
            }
            assert!(cache.len() > CONFIG.capacity / 2, "it is used: {}", cache.len());
        });
    }
}
