//! A disk on which nothing more can be written: a limit on the size of files takes its place.

use std::{fs, path::Path, sync::Arc, time::Duration};

use authbench_session::{
    IdHash, InsertError, SessionPolicy, SessionRecord, SharedStore, StoreError, Touched,
};
use authoriser::{PermissionSet, Timestamp, UserId};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{child, common, open, over_each_engine};

over_each_engine!(a_full_disk_stops_logins_and_loses_nothing);

fn a_full_disk_stops_logins_and_loses_nothing<S: SharedStore>() {
    let Some(folder) = child::folder() else {
        // Ignored, SIGXFSZ becomes the error EFBIG (setrlimit(2)); an ignored signal stays so in the new program.
        let output = child::again(&common::own_folder(), "trap '' XFSZ;").output().unwrap();
        let (said, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.contains("1 passed"), "{said}{errors}");
        return;
    };
    let store = Arc::new(open::<S>(&folder));
    let there = common::block_on(async {
        let mut there = log_in_until_refused(&store, 10).await.0;
        assert_eq!(there.len(), 10 * TASKS);

        let unlimited = limit_files_to(longest_in(&folder) + 256 * 1_024);
        let (more, errors) = log_in_until_refused(&store, 5_000).await;
        there.extend(more);
        assert!(!errors.is_empty(), "the disk was never full");
        for error in errors {
            assert!(matches!(error, InsertError::Store(StoreError::Unavailable(_))), "{error:?}");
        }
        // An engine that had to open its files again reads on after that.
        common::until(async || store.get(&there[0]).await.is_ok()).await;
        all_are_there(&*store, &there).await;
        let (used, policy) = (SessionRecord { last_seen: Timestamp(LOGIN.0 + 60), ..record() }, policy());
        assert_eq!(store.touch(&there[0], &used, &policy).await, Ok(Touched::Noted), "requests go on");

        setrlimit(Resource::Fsize, unlimited).unwrap();
        let id = common::id::<S>(USER);
        common::until(async || store.insert(&id, &record(), &policy).await.is_ok()).await;
        there.push(id);
        all_are_there(&*store, &there).await;
        assert_eq!(store.remove(&there.swap_remove(0)).await, Ok(true));
        there
    });
    drop(store);
    let store = open::<S>(&folder);
    common::block_on(async {
        all_are_there(&store, &there).await;
        let listed = store.list(USER).await.unwrap();
        assert!(there.iter().all(|id| listed.contains(id)), "the index lacks a session");
        for id in &listed {
            assert!(store.get(id).await.unwrap().is_some(), "the index has a session too many");
        }
    });
}

const TASKS: usize = 16;
const USER: UserId = UserId(7);
const LOGIN: Timestamp = Timestamp(1_800_000_000);

fn record() -> SessionRecord {
    SessionRecord::new(USER, PermissionSet::EMPTY, LOGIN)
}

fn policy() -> SessionPolicy {
    SessionPolicy::default()
}

/// This number of logins a task, or until one is refused. Gives the ids that were accepted, and the errors.
async fn log_in_until_refused<S: SharedStore>(
    store: &Arc<S>,
    each: usize,
) -> (Vec<IdHash>, Vec<InsertError>) {
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let mut accepted = Vec::new();
                for _ in 0..each {
                    let id = common::id::<S>(USER);
                    match store.insert(&id, &record(), &policy()).await {
                        Ok(()) => accepted.push(id),
                        Err(error) => return (accepted, Some(error)),
                    }
                }
                (accepted, None)
            })
        })
        .collect();
    let (mut accepted, mut errors) = (Vec::new(), Vec::new());
    for task in tasks {
        let (more, error) = task.await.unwrap();
        accepted.extend(more);
        errors.extend(error);
    }
    (accepted, errors)
}

async fn all_are_there<S: SharedStore>(store: &S, ids: &[IdHash]) {
    for id in ids {
        assert!(store.get(id).await.unwrap().is_some(), "a login that was answered is lost");
    }
}

fn longest_in(folder: &Path) -> u64 {
    let lengths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    lengths.max().unwrap()
}

/// Sets the limit and gives the one before.
fn limit_files_to(bytes: u64) -> Rlimit {
    let before = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), ..before }).unwrap();
    // What is buffered when the limit falls is written by then.
    std::thread::sleep(Duration::from_millis(10));
    before
}
