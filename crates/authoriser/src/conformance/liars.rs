//! Designs that do not do what they declare: the suite must tell.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use super::{
    Subject, outage_holds_its_declaration, revocation_reaches_another_process,
    revoke_all_holds_its_declaration,
};
use crate::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, ManualClock, Outage,
    PermissionSet, Principal, Proof, Properties, Revocation, Revoked, StateLocation, SystemClock, Transport,
    UserId,
};

const LIMIT: Duration = Duration::from_millis(50);

/// A login: whose, with which rights, and whether it was revoked.
type Login = (UserId, PermissionSet, bool);

/// Logins by their number, in a store that can be taken away.
#[derive(Default)]
struct Store {
    logins: Mutex<BTreeMap<usize, Login>>,
    away: AtomicBool,
}

/// What an instance really does.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    /// Asks the store, and denies when it is away.
    Ask,
    /// Answers by what it saw last for ever, if the store is away.
    ServeForEver,
    /// Never looks at what was revoked.
    Ignore,
}

struct Toy {
    store: Arc<Store>,
    seen: Mutex<BTreeMap<usize, Login>>,
    does: Does,
    counts: bool,
    properties: Properties,
}

fn toy(store: &Arc<Store>, does: Does, revocation: Revocation, outage: Outage) -> Toy {
    Toy {
        store: Arc::clone(store),
        seen: Mutex::default(),
        does,
        counts: true,
        properties: Properties {
            family: Family::Stateful,
            state: StateLocation::SharedStore,
            revocation,
            outage,
            transport: Transport::Bearer,
            lifetime: Duration::from_secs(3_600),
            idle_timeout: None,
        },
    }
}

impl Toy {
    fn find(&self, number: usize) -> Result<Login, Denial> {
        let mut seen = self.seen.lock().unwrap();
        if self.store.away.load(SeqCst) {
            return match self.does {
                Does::Ask => Err(Denial::StoreUnavailable),
                Does::ServeForEver | Does::Ignore => {
                    seen.get(&number).copied().ok_or(Denial::StoreUnavailable)
                }
            };
        }
        let login = *self.store.logins.lock().unwrap().get(&number).ok_or(Denial::Malformed)?;
        seen.insert(number, login);
        Ok(login)
    }

    fn change(&self, change: impl Fn(usize, &Login) -> bool) -> Result<u64, Denial> {
        if self.store.away.load(SeqCst) {
            return Err(Denial::StoreUnavailable);
        }
        self.seen.lock().unwrap().clear();
        let mut changed = 0;
        for (number, login) in &mut *self.store.logins.lock().unwrap() {
            if change(*number, login) && !login.2 {
                login.2 = true;
                changed += 1;
            }
        }
        Ok(changed)
    }
}

fn number(presented: &[u8]) -> Result<usize, Denial> {
    str::from_utf8(presented).ok().and_then(|text| text.parse().ok()).ok_or(Denial::Malformed)
}

impl Authoriser for Toy {
    fn properties(&self) -> Properties {
        self.properties
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        if self.store.away.load(SeqCst) {
            return Err(IssueError::StoreUnavailable);
        }
        let mut logins = self.store.logins.lock().unwrap();
        let number = logins.len();
        logins.insert(number, (principal.user, principal.permissions, false));
        Ok(Credential::new(number.to_string()))
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let (user, permissions, revoked) = self.find(number(presented)?)?;
        if revoked && self.does != Does::Ignore {
            return Err(Denial::Revoked);
        }
        access.decide(user, permissions, Proof::StoreHit)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let revoked = number(presented)?;
        self.change(|number, _| number == revoked).map(Revoked::Credentials)
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let count = self.change(|_, login| login.0 == user)?;
        Ok(if self.counts { Revoked::Credentials(count) } else { Revoked::Uncounted })
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn cut(does: Does, outage: Outage) {
    let store = Arc::default();
    let design = toy(&store, does, Revocation::Immediate, outage);
    let clock = ManualClock::at(SystemClock.now());
    wait(outage_holds_its_declaration(&design, &clock, || store.away.store(true, SeqCst)));
}

fn elsewhere(does: Does, revocation: Revocation) {
    let store = Arc::default();
    let here = toy(&store, Does::Ask, revocation, Outage::Deny);
    let there = toy(&store, does, revocation, Outage::Deny);
    wait(revocation_reaches_another_process(&here, &there, &ManualClock::at(SystemClock.now())));
}

#[test]
fn who_keeps_its_word_passes() {
    cut(Does::Ask, Outage::Deny);
    for revocation in [Revocation::Immediate, Revocation::ImmediateHere(LIMIT), Revocation::Within(LIMIT)] {
        elsewhere(Does::Ask, revocation);
    }
}

#[test]
#[should_panic(expected = "declares to deny")]
fn who_declares_to_deny_and_serves_is_found_out() {
    cut(Does::ServeForEver, Outage::Deny);
}

#[test]
#[should_panic(expected = "declares to serve what it knows")]
fn who_declares_to_serve_and_denies_is_found_out() {
    cut(Does::Ask, Outage::ServeStale(LIMIT));
}

#[test]
#[should_panic(expected = "declares to serve stale for 50ms only")]
fn who_serves_for_longer_is_found_out() {
    cut(Does::ServeForEver, Outage::ServeStale(LIMIT));
}

#[test]
#[should_panic(expected = "declares to accept what it cannot check")]
fn who_declares_to_accept_and_denies_is_found_out() {
    cut(Does::Ask, Outage::AcceptUnchecked);
}

#[test]
#[should_panic(expected = "declared within 50ms: Ok(())")]
fn who_never_hears_of_a_revocation_is_found_out() {
    elsewhere(Does::Ignore, Revocation::ImmediateHere(LIMIT));
}

#[test]
#[should_panic(expected = "Uncounted")]
fn who_keeps_the_logins_and_does_not_count_them_is_found_out() {
    let design =
        Toy { counts: false, ..toy(&Arc::default(), Does::Ask, Revocation::Immediate, Outage::Deny) };
    wait(revoke_all_holds_its_declaration(Subject { design, clock: ManualClock::at(SystemClock.now()) }));
}
