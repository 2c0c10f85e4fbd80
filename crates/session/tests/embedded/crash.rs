//! A process killed in mid-traffic: what was answered has happened, and the index is in step with the sessions.

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader, Write},
    process::Stdio,
    sync::Arc,
    thread,
    time::Duration,
};

use authbench_session::{IdHash, SessionPolicy, SessionRecord, SharedStore};
use authoriser::{PermissionSet, Timestamp, UserId};

use crate::{child, common, open, over_each_engine};

const TASKS: u64 = 16;
const KILLS: u64 = 4;

over_each_engine!(what_was_answered_survives_a_kill);

/// What the child says of a session, in the order in which it happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// A login, a logout or one side of a rotation is under way.
    Asked,
    There,
    Gone,
}

fn what_was_answered_survives_a_kill<S: SharedStore>() {
    if let Some(folder) = child::folder() {
        common::block_on(traffic(Arc::new(open::<S>(&folder))));
        unreachable!("traffic does not end");
    }
    let folder = common::own_folder();
    let mut all = HashMap::new();
    for kill in 1..=KILLS {
        let mut child = child::again(&folder, "").stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let reader = thread::spawn(move || {
            // The kill may cut the last line short; the harness has lines of its own.
            said.lines().map_while(Result::ok).filter_map(|line| parse(&line)).collect::<Vec<_>>()
        });
        thread::sleep(Duration::from_millis(400 + 150 * kill));
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        let lines = reader.join().unwrap();
        let answered = lines.iter().filter(|(_, _, said)| *said != Said::Asked).count();
        assert!(answered > 20, "only {answered} answers before kill {kill}: nothing was under way");
        all.extend(lines.into_iter().map(|(id, user, said)| (id, (user, said))));
        common::block_on(check(&open::<S>(&folder), &all));
    }
}

/// Logs in, rotates and logs out without end, each task for a user of its own.
async fn traffic<S: SharedStore>(store: Arc<S>) {
    let tasks: Vec<_> = (0..TASKS)
        .map(|user| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let (policy, user) = (SessionPolicy::default(), UserId(user));
                let record = SessionRecord::new(user, PermissionSet::EMPTY, Timestamp(1_800_000_000));
                for step in 0_u64.. {
                    let (first, second) = (common::id::<S>(user), common::id::<S>(user));
                    say(&first, user, Said::Asked);
                    store.insert(&first, &record, &policy).await.unwrap();
                    say(&first, user, Said::There);
                    if step % 4 == 0 {
                        continue;
                    }
                    say(&first, user, Said::Asked);
                    say(&second, user, Said::Asked);
                    assert_eq!(store.replace(&first, &second, &record, &policy).await, Ok(true));
                    say(&first, user, Said::Gone);
                    say(&second, user, Said::There);
                    if step % 4 == 1 {
                        continue;
                    }
                    say(&second, user, Said::Asked);
                    assert_eq!(store.remove(&second).await, Ok(true));
                    say(&second, user, Said::Gone);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn check<S: SharedStore>(store: &S, all: &HashMap<IdHash, (UserId, Said)>) {
    let mut there: HashMap<UserId, HashSet<IdHash>> = HashMap::new();
    for (id, (user, said)) in all {
        let found = store.get(id).await.unwrap();
        match said {
            Said::There => assert!(found.is_some(), "a login that was answered is lost"),
            Said::Gone => assert_eq!(found, None, "a logout that was answered is undone"),
            Said::Asked => {}
        }
        if let Some(record) = found {
            assert_eq!(record.user, *user);
            there.entry(*user).or_default().insert(*id);
        }
    }
    for user in (0..TASKS).map(UserId) {
        let listed: HashSet<_> = store.list(user).await.unwrap().into_iter().collect();
        assert_eq!(listed, there.remove(&user).unwrap_or_default(), "the index of user {}", user.0);
    }
}

/// One line, in one write: what the kernel has taken is read after the kill.
fn say(id: &IdHash, user: UserId, said: Said) {
    let hex: String = id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let said = match said {
        Said::Asked => '?',
        Said::There => '+',
        Said::Gone => '-',
    };
    let line = format!("\n@{said}{hex}{}.\n", user.0);
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

fn parse(line: &str) -> Option<(IdHash, UserId, Said)> {
    let line = line.strip_prefix('@')?.strip_suffix('.')?;
    let said = match line.chars().next()? {
        '?' => Said::Asked,
        '+' => Said::There,
        _ => Said::Gone,
    };
    let (hex, user) = line[1..].split_at_checked(2 * IdHash::BYTES)?;
    let byte = |place: usize| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).ok();
    let bytes: Option<Vec<u8>> = (0..IdHash::BYTES).map(byte).collect();
    Some((IdHash::from_bytes(bytes?.try_into().ok()?), UserId(user.parse().ok()?), said))
}
