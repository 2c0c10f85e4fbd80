//! Designs whose refresh tokens do not do what they should: the suite must tell.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use super::{Subject, refresh_tokens_renew_their_login, revocation_ends_the_renewal};
use crate::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Login, ManualClock,
    Outage, PermissionSet, Principal, Proof, Properties, Revocation, Revoked, StateLocation, SystemClock,
    Timestamp, Transport, UserId,
};

const LIFETIME: Duration = Duration::from_secs(300);
/// After this time a login is not renewed any more.
const LONGEST: Duration = Duration::from_secs(100 * 300);

/// What a design really does.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    /// All that it should.
    All,
    /// Renews a login that was ended.
    RenewTheEnded,
    /// Hands the same refresh token out again.
    KeepTheToken,
    /// Ends all logins of a user, where one is meant.
    EndTooMuch,
    /// Gives access for a refresh token.
    TakeItForAccess,
    /// Renews logins, and declares that they only expire.
    DeclareNothing,
    /// Renews for ever.
    RenewForEver,
    /// Takes a refresh token that was used before.
    TakeItAgain,
    /// Refuses one that was used before, and renews its login all the same.
    RenewTheStolen,
}

/// Whose a login is, with which rights, since when, and whether it was ended.
struct Begun {
    user: UserId,
    permissions: PermissionSet,
    at: Timestamp,
    ended: bool,
}

#[derive(Default)]
struct State {
    logins: Vec<Begun>,
    /// Whose login a text is for, and since when.
    access: BTreeMap<Vec<u8>, (usize, Timestamp)>,
    refresh: BTreeMap<Vec<u8>, usize>,
    /// Refresh tokens that were used.
    used: BTreeMap<Vec<u8>, usize>,
    drawn: usize,
}

struct Toy {
    state: Mutex<State>,
    clock: ManualClock,
    does: Does,
}

impl Toy {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn hand_out(&self, login: usize) -> Login {
        let mut state = self.state();
        state.drawn += 1;
        let (access, refresh) = (format!("access-{}", state.drawn), format!("refresh-{}", state.drawn));
        state.access.insert(access.clone().into_bytes(), (login, self.clock.now()));
        state.refresh.insert(refresh.clone().into_bytes(), login);
        Login { credential: Credential::new(access), refresh: Some(Credential::new(refresh)) }
    }

    /// Uses a refresh token up, and says whose login it renews.
    fn take(&self, presented: &[u8]) -> Result<usize, Denial> {
        let mut state = self.state();
        if let Some(number) = state.refresh.remove(presented) {
            state.used.insert(presented.to_vec(), number);
            return Ok(number);
        }
        let number = *state.used.get(presented).ok_or(Denial::Malformed)?;
        if self.does == Does::TakeItAgain {
            return Ok(number);
        }
        state.logins[number].ended |= self.does != Does::RenewTheStolen;
        Err(Denial::Revoked)
    }

    /// Ends the logins of which that is true.
    fn end(&self, which: impl Fn(usize, &Begun) -> bool) -> Revoked {
        let mut state = self.state();
        let mut ended = 0;
        for (number, login) in state.logins.iter_mut().enumerate() {
            if which(number, login) && !login.ended {
                login.ended = true;
                ended += 1;
            }
        }
        Revoked::Credentials(ended)
    }
}

impl Authoriser for Toy {
    fn properties(&self) -> Properties {
        let nothing = self.does == Does::DeclareNothing;
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: if nothing { Revocation::OnlyByExpiry } else { Revocation::NoRenewal },
            outage: Outage::AcceptUnchecked,
            transport: Transport::Bearer,
            lifetime: LIFETIME,
            idle_timeout: None,
        }
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        Ok(self.log_in(principal).await?.credential)
    }

    async fn log_in(&self, principal: &Principal) -> Result<Login, IssueError> {
        let Principal { user, permissions, .. } = *principal;
        let login = Begun { user, permissions, at: self.clock.now(), ended: false };
        let number = {
            let mut state = self.state();
            state.logins.push(login);
            state.logins.len() - 1
        };
        Ok(self.hand_out(number))
    }

    async fn refresh(&self, presented: &[u8]) -> Result<Login, Denial> {
        let number = self.take(presented)?;
        let (ended, at) = {
            let login = &self.state().logins[number];
            (login.ended, login.at)
        };
        if ended && self.does != Does::RenewTheEnded {
            return Err(Denial::Unknown);
        }
        if self.clock.now() >= at.after(LONGEST) && self.does != Does::RenewForEver {
            return Err(Denial::Expired);
        }
        let mut renewed = self.hand_out(number);
        if self.does == Does::KeepTheToken {
            self.state().refresh.insert(presented.to_vec(), number);
            renewed.refresh = Some(Credential::new(String::from_utf8_lossy(presented).into_owned()));
        }
        Ok(renewed)
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let state = self.state();
        let as_access = || state.access.get(presented).copied();
        let as_refresh = || {
            let number = state.refresh.get(presented).filter(|_| self.does == Does::TakeItForAccess)?;
            Some((*number, self.clock.now()))
        };
        let (number, since) = as_access().or_else(as_refresh).ok_or(Denial::Malformed)?;
        if self.clock.now() >= since.after(LIFETIME) {
            return Err(Denial::Expired);
        }
        access.decide(state.logins[number].user, state.logins[number].permissions, Proof::Signature)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let (number, user) = {
            let state = self.state();
            let (number, _) = *state.access.get(presented).ok_or(Denial::Malformed)?;
            (number, state.logins[number].user)
        };
        let too_much = self.does == Does::EndTooMuch;
        Ok(self.end(|other, login| other == number || (too_much && login.user == user)))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        Ok(self.end(|_, login| login.user == user))
    }
}

fn held_to_it(does: Does) {
    let subject = || {
        let clock = ManualClock::at(SystemClock.now());
        Subject { design: Toy { state: Mutex::default(), clock: clock.clone(), does }, clock }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        refresh_tokens_renew_their_login(subject()).await;
        revocation_ends_the_renewal(subject()).await;
    });
}

#[test]
fn who_does_all_that_it_should_passes() {
    held_to_it(Does::All);
}

#[test]
#[should_panic(expected = "after its end: Ok(())")]
fn who_renews_what_was_ended_is_found_out() {
    held_to_it(Does::RenewTheEnded);
}

#[test]
#[should_panic(expected = "a refresh token is good for one use")]
fn who_hands_the_same_token_out_again_is_found_out() {
    held_to_it(Does::KeepTheToken);
}

#[test]
#[should_panic(expected = "another login of the same user")]
fn who_ends_more_than_was_meant_is_found_out() {
    held_to_it(Does::EndTooMuch);
}

#[test]
#[should_panic(expected = "a refresh token gave access")]
fn who_takes_a_refresh_token_for_access_is_found_out() {
    held_to_it(Does::TakeItForAccess);
}

#[test]
#[should_panic(expected = "does not declare what its revocation does")]
fn who_renews_and_does_not_say_so_is_found_out() {
    held_to_it(Does::DeclareNothing);
}

#[test]
#[should_panic(expected = "no login lasts for ever")]
fn who_renews_for_ever_is_found_out() {
    held_to_it(Does::RenewForEver);
}

#[test]
#[should_panic(expected = "a refresh token that was used before")]
fn who_takes_a_used_token_again_is_found_out() {
    held_to_it(Does::TakeItAgain);
}

#[test]
#[should_panic(expected = "after its end: Ok(())")]
fn who_renews_a_login_whose_token_came_twice_is_found_out() {
    held_to_it(Does::RenewTheStolen);
}
