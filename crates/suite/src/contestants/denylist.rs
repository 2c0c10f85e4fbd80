//! A list of what was revoked: what it takes to hold it, to look into it, and to follow what others revoke.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use authoriser::{Authoriser, Denial, Grant, Revocation, Untimed};
use catalogue::Need;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use measure::{
    allocations::Counting,
    record::{Count, Metric},
};

use rustix::time::ClockId;

use super::{context::Context, not_built::NotBuilt, request::service_time as others, timed::Built};

use crate::{
    jobs::{cpu_time, own_orders},
    questions::Case,
    rounds::placement,
    workload::{Credentials, principal, user},
};

/// Logins at once where nothing is timed.
const LOGINS: usize = 100;

/// Logins that a server counts and does not keep, at most.
pub(super) const MOST_LISTED: usize = 10_000;

/// Tokens over which it is counted how many seem revoked.
const LOOKED_AT: usize = 50_000;

/// A token that seems revoked is issued again this often. If it still seems revoked, its user does.
const AGAIN: usize = 2;

/// What a list with the case's revocations takes.
pub(super) fn fill(
    context: &Context,
    case: &Case,
    design: &dyn Untimed,
    building: Counting,
) -> Result<Option<Count>, NotBuilt> {
    context.wait(design.add_revocations_untimed(case.revoked)).map_err(broken)?;
    let allocated = building.stop().live_bytes;
    let note =
        "a revocation in the memory of this process: all that the design has allocated, over its revocations";
    Ok(bytes(case, allocated as f64, note))
}

/// The same in a store.
pub(super) fn fill_store(
    context: &Context,
    case: &Case,
    design: &dyn Untimed,
    stored: impl Fn() -> Result<u64, NotBuilt>,
) -> Result<Option<Count>, NotBuilt> {
    let before = stored()?;
    context.wait(design.add_revocations_untimed(case.revoked)).map_err(broken)?;
    let grown = stored()?.saturating_sub(before);
    let note = "a revocation in the server: growth of used_memory, index, TTL and vacant places of its tables included";
    Ok(bytes(case, grown as f64, note))
}

fn bytes(case: &Case, all: f64, note: &str) -> Option<Count> {
    let over = case.revoked as u64;
    (over > 0).then(|| Count { metric: Metric::Bytes, value: all / over as f64, over, note: note.to_owned() })
}

fn broken(denial: Denial) -> NotBuilt {
    NotBuilt::Broken(denial.to_string())
}

/// What is decided without waiting.
enum Decided {
    Here,
    /// The store had to be asked.
    There,
}

/// Presents a good token and tells who decided. It has to be accepted by either.
async fn decided(design: &dyn Untimed, presented: &[u8], index: usize) -> Result<Decided, NotBuilt> {
    let access = own_orders(user(index));
    let mut answer = pin!(design.authorise_untimed(presented, &access));
    let (answer, decided): (Result<Grant, Denial>, _) = match answer.as_mut().now_or_never() {
        Some(answer) => (answer, Decided::Here),
        None => (answer.await, Decided::There),
    };
    match answer {
        Ok(grant) if grant.user == user(index) => Ok(decided),
        Ok(_) => Err(NotBuilt::Broken("a token stands for another user".to_owned())),
        Err(denial) => Err(NotBuilt::Broken(format!("a good token was refused: {denial}"))),
    }
}

/// How often a design fetches its list, if it does.
pub(super) fn fetched_every(design: &impl Authoriser) -> Option<Duration> {
    let every = design.settings().into_iter().find(|(name, _)| *name == "list_every")?.1;
    humantime::parse_duration(&every).ok()
}

/// What publishing and fetching takes of a process in a second, if something was revoked since the last time.
pub(super) fn fetch(context: &Context, design: &dyn Untimed, every: Duration) -> Result<Count, NotBuilt> {
    context.wait(async {
        let token = design.issue_untimed(&principal(0)).await;
        let token = token.map_err(|error| NotBuilt::Broken(error.to_string()))?;
        design.revoke_untimed(token.reveal().as_bytes()).await.map_err(broken)
    })?;
    let before = cpu_time(ClockId::ThreadCPUTime);
    context.wait(design.add_revocations_untimed(0)).map_err(broken)?;
    let spent = cpu_time(ClockId::ThreadCPUTime).saturating_sub(before);
    Ok(Count {
        metric: Metric::FeedCpuASecond,
        value: spent.as_nanos() as f64 / every.as_secs_f64(),
        over: 1,
        note: "of a process in a second, to publish its lists and to fetch them, over a new connection each time".to_owned(),
    })
}

/// The population's tokens without those that seem revoked, alone or with all of their user's: what is timed is a request that nobody
/// waits for. Which share seems revoked is counted, of a filter over tokens that are issued for it. No tokens where most would have to
/// wait.
pub(super) async fn that_nobody_waits_for<A: Authoriser>(
    design: &A,
    credentials: &Credentials,
) -> Result<(Option<Credentials>, Count), NotBuilt> {
    let settings = design.settings();
    let design: &dyn Untimed = design;
    let (mut texts, mut users, mut there) = (Vec::with_capacity(credentials.len()), Vec::new(), 0);
    for index in 0..credentials.len() {
        let mut text = credentials.get(index).0.to_vec();
        for attempt in 0..=AGAIN {
            if matches!(decided(design, &text, index).await?, Decided::Here) {
                texts.push(text);
                users.push(index);
                break;
            }
            there += usize::from(attempt == 0);
            text = issue(design, index).await?;
        }
    }
    let decided_here = texts.len() > credentials.len() / 2;
    let set = |name| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let (there, over, note) = match set("filter_false_positives").zip(set("filter_expected")) {
        Some((share, expected)) => {
            there = 0;
            for index in (0..credentials.len()).cycle().take(LOOKED_AT) {
                let text = issue(design, index).await?;
                there += usize::from(matches!(decided(design, &text, index).await?, Decided::There));
            }
            let note = format!(
                "of good tokens, which then ask the store; its filter is set to {} at {} revocations",
                in_percent(share),
                in_groups(expected)
            );
            (there, LOOKED_AT, note)
        }
        None => (there, credentials.len(), "of good tokens: the list is exact".to_owned()),
    };
    let count =
        Count { metric: Metric::SeemRevoked, value: there as f64 / over as f64, over: over as u64, note };
    Ok((decided_here.then(|| Credentials::of_users(texts, users)), count))
}

/// `0.1 %` of `0.001`. What is no number stays as it is.
fn in_percent(share: &str) -> String {
    share.parse::<f64>().map_or_else(|_| share.to_owned(), |share| format!("{} %", share * 100.0))
}

/// `1 000 000` of `1000000`.
pub(super) fn in_groups(number: &str) -> String {
    let digit = |(at, digit): (usize, char)| {
        let gap = (at > 0 && (number.len() - at).is_multiple_of(3)).then_some(' ');
        gap.into_iter().chain([digit])
    };
    number.char_indices().flat_map(digit).collect()
}

async fn issue(design: &dyn Untimed, index: usize) -> Result<Vec<u8>, NotBuilt> {
    let token = design.issue_untimed(&principal(index)).await;
    Ok(token.map_err(|error| NotBuilt::Broken(error.to_string()))?.reveal().as_bytes().to_vec())
}

/// How long revocations come at the case's rate, and how many come at the least.
const OFFERED: f64 = 0.2;
const LEAST: usize = 5;
/// What comes more slowly than this share of the rate is not that rate.
const KEPT: f64 = 0.7;
/// After the last of them, until the process has heard of it.
const HEARD: Duration = Duration::from_millis(10);

/// What it takes a process to follow the revocations of others.
///
/// They are made on the processor of the servers by a thread whose CPU time is left out: what remains is that of the thread that
/// follows. The process that revokes hears of its own revocations as every other one does.
pub(super) fn follow(
    context: &Context,
    needs: &[Need],
    rate: f64,
    design: &dyn Untimed,
) -> Result<Built, NotBuilt> {
    let follows =
        matches!(design.declared().revocation, Revocation::ImmediateHere(_) | Revocation::Within(_));
    if !follows {
        let reason = "follows nothing: what is revoked is found when it is asked for, or not at all";
        return Err(NotBuilt::NothingToTime(reason.to_owned()));
    }
    let revocations = ((rate * OFFERED) as usize).max(LEAST);
    let tokens = context.wait(Credentials::issue_alone(design, revocations, LOGINS))?;
    let store = context.store_processes(needs);
    let (spent, stored, reached) = placement::with_the_servers(|| {
        context.wait(async {
            // What the last ones of whoever was here before have left to do.
            tokio::time::sleep(HEARD).await;
            let (before, stored) = (others(), store.cpu_time());
            let reached = revoke_at(rate, design, &tokens).await?;
            tokio::time::sleep(HEARD).await;
            let stored = store.cpu_time().zip(stored).map(|(now, then)| now.saturating_sub(then));
            Ok::<_, NotBuilt>((others().saturating_sub(before), stored, reached))
        })
    })?;
    if reached < rate * KEPT {
        let reason = format!("only {reached:.0} of {rate:.0} logins a second could be revoked");
        return Err(NotBuilt::Broken(reason));
    }
    let over = tokens.len() as u64;
    let each = |metric, time: Duration, note: &str| Count {
        metric,
        value: time.as_nanos() as f64 / over as f64,
        over,
        note: note.to_owned(),
    };
    let own = "of a process for each revocation that it hears of, revoking not included";
    let mut counts = vec![each(Metric::FeedCpu, spent, own)];
    let stores = "all processes of the store, for each revocation: to take it and to tell one process";
    counts.extend(stored.map(|time| each(Metric::StoreCpu, time, stores)));
    Ok(Built::counted(counts))
}

/// Revokes each login at its time, whether the ones before are through or not; answers how many a second that were.
async fn revoke_at(rate: f64, design: &dyn Untimed, tokens: &Credentials) -> Result<f64, NotBuilt> {
    let started = Instant::now();
    let mut under_way = FuturesUnordered::new();
    for index in 0..tokens.len() {
        let due = started + Duration::from_secs_f64(index as f64 / rate);
        let mut waiting = pin!(until(due));
        loop {
            tokio::select! {
                biased;
                Some(revoked) = under_way.next(), if !under_way.is_empty() => { let _count = Result::map_err(revoked, broken)?; }
                () = &mut waiting => break,
            }
        }
        under_way.push(design.revoke_untimed(tokens.get(index).0));
    }
    while let Some(revoked) = under_way.next().await {
        let _count = revoked.map_err(broken)?;
    }
    Ok(tokens.len() as f64 / (started.elapsed().as_secs_f64() + 1.0 / rate).max(f64::MIN_POSITIVE))
}

/// To the microsecond: the runtime's timers count in milliseconds and are up to one late.
async fn until(due: Instant) {
    let early = Duration::from_millis(2);
    if let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| *left > early) {
        tokio::time::sleep(left - early).await;
    }
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use authoriser::conformance::services_are_required;
    use measure::record::Question;
    use servers::{RedisServer, StartError};

    use super::*;
    use crate::{contestants, questions};

    /// What is counted of a design over a server of the test's own. A design gives its server half a second, which other tests
    /// may take for themselves: then it is tried again.
    fn counted(case: &str, id: &str) -> Option<Result<Vec<Count>, NotBuilt>> {
        let mut built = counted_once(case, id)?;
        for _again in 0..2 {
            if !matches!(&built, Err(NotBuilt::Broken(reason)) if reason.contains("store unavailable")) {
                break;
            }
            built = counted_once(case, id)?;
        }
        Some(built)
    }

    fn counted_once(case: &str, id: &str) -> Option<Result<Vec<Count>, NotBuilt>> {
        let server = match RedisServer::start() {
            Ok(server) => server,
            Err(StartError::NotInstalled { .. }) if !services_are_required() => return None,
            Err(error) => panic!("{error}"),
        };
        let context = Context::with(vec![(Need::Redis, server.tcp_url())], 1).unwrap();
        let case = questions::find(Question::Denylist, case).unwrap();
        let built = contestants::build(&context, case, id).map(|built| built.counts);
        context.clean_up();
        Some(built)
    }

    fn value(counts: &[Count], metric: Metric) -> Option<f64> {
        counts.iter().find(|count| count.metric == metric).map(|count| count.value)
    }

    /// In a process of its own: what other tests allocate and free meanwhile would be counted too.
    #[test]
    fn a_list_is_as_long_as_the_case_says_and_its_bytes_are_counted() {
        let alone = "contestants::denylist::tests::alone";
        let program = std::env::current_exe().unwrap();
        let ran = std::process::Command::new(program)
            .args(["--ignored", "--exact", alone, "--test-threads=1"])
            .output()
            .unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    #[ignore = "counts what its process allocates: run by the test before"]
    fn alone() {
        // A key of 16 bytes and its end, of which a table is half full at the least; a key of the server; a filter for a million.
        for (id, least, most) in [
            ("jwt-denylist-memory", 24.0, 150.0),
            ("jwt-denylist-redis", 40.0, 300.0),
            ("jwt-denylist-bloom", 380.0, 500.0),
        ] {
            let Some(counts) = counted("10k-revoked", id) else { return };
            let counts = counts.unwrap_or_else(|error| panic!("{id}: {error}"));
            let bytes = value(&counts, Metric::Bytes).unwrap();
            assert!((least..most).contains(&bytes), "{id}: {bytes}");
            // Ten thousand in a filter for a million: next to nothing.
            let seem = value(&counts, Metric::SeemRevoked);
            let note =
                counts.iter().find(|count| count.metric == Metric::SeemRevoked).map(|count| &count.note);
            let set = note.is_some_and(|note| note.ends_with("is set to 0.1 % at 1 000 000 revocations"));
            assert_eq!(set, id == "jwt-denylist-bloom", "{note:?}");
            assert_eq!(seem.is_some(), id != "jwt-denylist-redis", "{id}");
            assert!(seem.unwrap_or_default() < 1e-3, "{id}: {seem:?}");
            let bytes = value(&counted("empty-list", id).unwrap().unwrap(), Metric::Bytes);
            assert_eq!(bytes, None, "{id}: of no revocation");
        }
    }

    #[test]
    fn who_follows_takes_cpu_time_for_it_and_others_say_why_they_do_not() {
        for id in ["jwt-denylist-memory", "jwt-denylist-bloom"] {
            let Some(counts) = counted("100-a-second", id) else { return };
            let counts = counts.unwrap_or_else(|error| panic!("{id}: {error}"));
            let each = value(&counts, Metric::FeedCpu).unwrap();
            assert!((500.0..20e6).contains(&each), "{id}: {each} ns");
        }
        for (id, why) in [
            ("jwt-hs256", "keeps no list"),
            ("session-redis", "keeps no list"),
            ("jwt-denylist-redis", "follows nothing"),
            ("jwt-status-list", "at an interval"),
            ("floor-listed-token", "keeps no list"),
        ] {
            let Some(built) = counted("100-a-second", id) else { return };
            match built {
                Err(NotBuilt::NothingToTime(reason)) => assert!(reason.contains(why), "{id}: {reason}"),
                other => panic!("{id}: {:?}", other.map(|counts| counts.len())),
            }
        }
    }

    #[test]
    fn a_list_that_is_fetched_is_presented_tokens_that_it_has_a_place_for() {
        let Some(counts) = counted("10k-revoked", "jwt-status-list") else { return };
        let counts = counts.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(value(&counts, Metric::SeemRevoked), Some(0.0));
        assert!(value(&counts, Metric::FeedCpuASecond).unwrap() > 10_000.0, "it was packed and unpacked");
    }
}
