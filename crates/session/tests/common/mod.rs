//! What the tests of all stores share: one service of a kind a test process, one namespace a test.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(unused_macros, reason = "each test binary uses a part of it")]

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, Once,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use authbench_session::{
    IdHash, MemoryStore, SessionPolicy, SessionStore, Sessions, SharedStore, StoreError,
};
use authoriser::{
    AccessRequest, Clock, ManualClock, Permission, SystemClock, UserId,
    conformance::{Unavailable, services_are_required},
};
use servers::{Backend, Kind, Service, StartError};

/// One `#[test]` a case and store. A case takes a fresh store.
macro_rules! over_each_store {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(#[test] fn $case() { crate::common::run(crate::common::in_memory(), super::$case); })*
        }
        over_each_store!(@shared redis, authbench_session::RedisStore, RedisUnix, $($case)*);
        over_each_store!(@shared redis_fields, authbench_session::RedisFieldsStore, RedisUnix, $($case)*);
        #[cfg(feature = "lmdb")]
        over_each_store!(@disk lmdb, authbench_session::LmdbStore, $($case)*);
        #[cfg(feature = "redb")]
        over_each_store!(@disk redb, authbench_session::RedbStore, $($case)*);
        #[cfg(feature = "sqlite")]
        over_each_store!(@disk sqlite, authbench_session::SqliteStore, $($case)*);
        over_each_store!(@shared redis_cluster, authbench_session::RedisClusterStore, RedisCluster, $($case)*);
        over_each_store!(@shared postgres, authbench_session::PostgresStore, Postgres, $($case)*);
        over_each_store!(@shared memcached, authbench_session::MemcachedStore, Memcached, $($case)*);
    };
    (@disk $name:ident, $store:ty, $($case:ident)*) => {
        mod $name {
            $(#[test] fn $case() { crate::common::run(crate::common::on_disk::<$store>(), super::$case); })*
        }
    };
    (@shared $name:ident, $store:ty, $kind:ident, $($case:ident)*) => {
        mod $name {
            $(
                #[test]
                fn $case() {
                    crate::common::run(crate::common::over::<$store>(servers::Kind::$kind), super::$case);
                }
            )*
        }
    };
}

/// Runs a case on a store, or skips it where there is none and none is required.
pub(crate) fn run<S, B, C, F>(build: B, case: C)
where
    S: SessionStore,
    B: Future<Output = Result<S, Unavailable>>,
    C: FnOnce(S) -> F,
    F: Future<Output = ()>,
{
    block_on(async {
        match build.await {
            Ok(store) => case(store).await,
            Err(reason) if services_are_required() => panic!("not available: {reason}"),
            Err(reason) => eprintln!("skipped, not available: {reason}"),
        }
    });
}

/// The service of that kind of this process, or why there is none.
pub(crate) fn service(kind: Kind) -> Result<Service, Unavailable> {
    static SERVICES: Mutex<BTreeMap<Kind, Result<Service, Unavailable>>> = Mutex::new(BTreeMap::new());
    let mut services = SERVICES.lock().expect("obtaining a service does not panic");
    let obtain = || kind.obtain().map_err(|error| Unavailable(error.to_string()));
    services.entry(kind).or_insert_with(obtain).clone()
}

/// A namespace that no other test has, of constant length so that none starts with another.
pub(crate) fn own_namespace() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("ab{:08x}{:06x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A store of the test's own at the service of this process.
pub(crate) async fn over<S: SharedStore>(kind: Kind) -> Result<S, Unavailable> {
    open(service(kind)?.address()).await
}

/// A store of the test's own at that address.
pub(crate) async fn open<S: SharedStore>(address: &str) -> Result<S, Unavailable> {
    S::open(address, &own_namespace()).await.map_err(|error| Unavailable(error.to_string()))
}

pub(crate) async fn in_memory() -> Result<MemoryStore, Unavailable> {
    Ok(MemoryStore::new())
}

/// A new folder for a store on the disk. Those of processes that are gone are removed on the way.
pub(crate) fn own_folder() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static TIDY: Once = Once::new();
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("session-stores");
    TIDY.call_once(|| {
        for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
            let is_left = |process: &str| !Path::new("/proc").join(process).exists();
            if entry.file_name().to_str().is_some_and(is_left) {
                // Another test process may be at it.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    });
    all.join(std::process::id().to_string()).join(NEXT.fetch_add(1, Ordering::Relaxed).to_string())
}

/// A store of the test's own on the disk.
pub(crate) async fn on_disk<S: SharedStore>() -> Result<S, Unavailable> {
    let folder = own_folder();
    Ok(open_folder(&folder).await.expect("there is a disk"))
}

/// The store in that folder.
pub(crate) async fn open_folder<S: SharedStore>(folder: &Path) -> Result<S, StoreError> {
    let text =
        |part: Option<&OsStr>| part.and_then(OsStr::to_str).expect("our folders have names").to_owned();
    S::open(&text(folder.parent().map(Path::as_os_str)), &text(folder.file_name())).await
}

/// A server of the test's own, to be broken.
pub(crate) fn own_server<B: Backend>() -> Option<B> {
    match B::start() {
        Ok(server) => Some(server),
        Err(error @ StartError::NotInstalled { .. }) => {
            assert!(!services_are_required(), "not available: {error}");
            eprintln!("skipped, not available: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// An id for a session of that user, as this store wants it.
pub(crate) fn id<S: SessionStore>(user: UserId) -> IdHash {
    S::ID_FORM.draw(user).1
}

/// A design over the store, on a clock that the test moves.
pub(crate) fn sessions<S: SessionStore>(store: S) -> (Sessions<S, ManualClock>, ManualClock) {
    let clock = ManualClock::at(SystemClock.now());
    (Sessions::new(store, SessionPolicy::default(), clock.clone()), clock)
}

/// What a customer may ask for.
pub(crate) fn orders_of(user: u64) -> AccessRequest {
    AccessRequest { owner: UserId(user), permission: Permission::OrdersRead }
}

/// A runtime on which tasks really run at once.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("the test machine can start four threads").block_on(future)
}

/// Waits until it is so, for at most ten seconds.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < Duration::from_secs(10), "it never was so");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
