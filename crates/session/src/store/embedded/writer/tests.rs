//! The writer over a redb of which each test has a say in the commits.

use std::{
    path::Path,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
};

use authoriser::{PermissionSet, Timestamp, UserId};
use futures_util::future::join_all;
use tempfile::TempDir;

use super::{
    super::{changes::Insert, engine::Work, redb::Redb},
    *,
};
use crate::{IdHash, InsertError, SessionRecord};

/// Long enough for any commit of a test's.
const LIMIT: Duration = Duration::from_secs(60);

/// redb, of which the test has a say in each commit before it begins.
struct Staged<F> {
    engine: Redb,
    before: F,
}

impl<F: FnMut() -> Result<(), Failure> + Send + 'static> Engine for Staged<F> {
    type View = <Redb as Engine>::View;

    const NAME: &'static str = Redb::NAME;
    const VIEWS_FOLLOW: bool = Redb::VIEWS_FOLLOW;

    fn version() -> String {
        Redb::version()
    }

    fn open(_: &Path) -> Result<Self, Failure> {
        Err(Failure::refused("opened by the test"))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.engine.settings()
    }

    fn views(&self, count: usize) -> Result<Vec<Self::View>, Failure> {
        self.engine.views(count)
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), Failure> {
        (self.before)()?;
        self.engine.transact(work)
    }
}

/// A writer over such an engine, and its folder, which lives as long.
fn writer(
    limit: Duration,
    before: impl FnMut() -> Result<(), Failure> + Send + 'static,
) -> (TempDir, Writer) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let claimed = Folder::claim(folder.path()).expect("nobody else uses it");
    let engine = Staged { engine: Redb::open(claimed.path()).expect("an empty folder"), before };
    let writer = Writer::start(claimed, engine, Arc::new(Views::closed()), limit).expect("a thread");
    (folder, writer)
}

/// Counts commits; the first does not end before the test has seen it begin and come to the gate again.
fn gated(commits: &Arc<AtomicUsize>, gate: &Arc<Barrier>) -> impl FnMut() -> Result<(), Failure> + use<> {
    let (commits, gate) = (Arc::clone(commits), Arc::clone(gate));
    move || {
        if commits.fetch_add(1, Ordering::Relaxed) == 0 {
            gate.wait();
            gate.wait();
        }
        Ok(())
    }
}

fn login(byte: u8) -> Insert {
    let record = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(1_800_000_000));
    Insert { id: IdHash::from_bytes([byte; IdHash::BYTES]), record }
}

/// Without timers, as a runtime for what is in this process may be.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

#[test]
fn what_gathers_during_a_commit_shares_the_next() {
    let (commits, gate) = (Arc::default(), Arc::new(Barrier::new(2)));
    let (_folder, writer) = writer(LIMIT, gated(&commits, &gate));
    let login = |byte| writer.ask(login(byte));
    let answers = runtime().block_on(async {
        let mut first = std::pin::pin!(login(0));
        // Into the queue, and from there into a commit of its own.
        assert!(futures_util::poll!(&mut first).is_pending());
        gate.wait();
        let mut rest = std::pin::pin!(join_all((1..=99).map(login)));
        assert!(futures_util::poll!(&mut rest).is_pending());
        gate.wait();
        (first.await, rest.await)
    });
    assert_eq!(answers.0, Ok(Ok(())));
    assert!(answers.1.into_iter().all(|answer| answer == Ok(Ok(()))));
    assert_eq!(commits.load(Ordering::Relaxed), 2);
}

/// A caller who asks again as soon as it is refused.
struct Insisting(mpsc::WeakSender<Order>);

impl Job for Insisting {
    fn apply(&mut self, _: &mut dyn TreesMut) -> Result<(), Failure> {
        Ok(())
    }

    fn settle(self: Box<Self>, committed: Result<(), Failure>) {
        if committed.is_err()
            && let Some(orders) = self.0.upgrade()
        {
            let _ = orders.try_send(Order::Change(self));
        }
    }
}

#[test]
fn callers_who_insist_do_not_put_recovery_off() {
    let mut is_full = true;
    let (_folder, writer) =
        writer(
            LIMIT,
            move || {
                if std::mem::take(&mut is_full) { Err(Failure::refused("disk full")) } else { Ok(()) }
            },
        );
    let orders = writer.orders.as_ref().unwrap();
    assert!(orders.try_send(Order::Change(Box::new(Insisting(orders.downgrade())))).is_ok());
    let (runtime, started) = (runtime(), Instant::now());
    while runtime.block_on(writer.ask(login(1))).is_err() {
        assert!(started.elapsed() < 20 * PAUSE, "refused for more than {PAUSE:?}");
    }
}

#[test]
fn a_disk_that_does_not_answer_sends_callers_away_in_time_and_those_after_them_at_once() {
    const SHORT: Duration = Duration::from_millis(100);
    let gate = Arc::new(Barrier::new(2));
    let (_folder, writer) = writer(SHORT, gated(&Arc::default(), &gate));
    let login = |byte| writer.ask(login(byte));
    runtime().block_on(async {
        let late = Err(Failure::refused("no answer in time"));
        let (mut first, mut queued) = (std::pin::pin!(login(1)), std::pin::pin!(login(2)));
        assert!(futures_util::poll!(&mut first).is_pending());
        gate.wait();
        assert!(futures_util::poll!(&mut queued).is_pending());
        let asked = Instant::now();
        assert_eq!((first.await, queued.await), (late.clone(), late.clone()));
        assert!(asked.elapsed() < 10 * SHORT, "{:?}", asked.elapsed());
        for _ in 0..100 {
            assert_eq!(login(3).await, late);
        }
        assert!(asked.elapsed() < 20 * SHORT, "each of them waited: {:?}", asked.elapsed());

        gate.wait();
        while login(4).await == late {
            assert!(asked.elapsed() < LIMIT, "the disk answers again");
        }
        assert_eq!(login(1).await, Ok(Err(InsertError::Collision)), "what was under way came through");
        assert_eq!(login(3).await, Ok(Ok(())), "what was sent away at once was never asked for");
    });
}
