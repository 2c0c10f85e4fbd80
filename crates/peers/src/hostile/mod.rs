//! What verifiers do with tokens that a strict one refuses: tried, not timed.
//!
//! Each crate is used here *as its documentation shows it*, with expiry, issuer and audience asked for where the crate
//! offers that, its leeway left as it is, and without the checks that the adapters add when peers are timed. So the
//! table shows what a user of the crate gets who stops there. Nothing in it is an attack on a crate: all tokens but the
//! forged ones are signed with the right secret, and many a rule is one that its user may be meant to check.
//!
//! | Module | Holds |
//! |---|---|
//! | `tokens` | the tokens, one line each, with the rule that each breaks |
//! | `maker` | how they are made: a genuine token, and what is changed in it |
//! | `judges` | the crates in their ordinary use, one function each, and ours |

mod judges;
mod maker;
mod tokens;

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use authoriser::{Clock, SystemClock};

use self::{judges::JUDGES, maker::Maker, tokens::TOKENS};

/// The same tokens before every verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The verifiers, ours first.
    pub judges: Vec<Judge>,
    /// The tokens, each with one ruling a judge, in the order of the judges.
    pub tokens: Vec<Hostile>,
}

/// A verifier in its ordinary use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judge {
    /// The crate.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// How long after its expiry a token is accepted unless the user says otherwise, in seconds; `None` where the crate
    /// does not look at expiry.
    pub default_leeway_s: Option<u64>,
}

/// A token that should be refused, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile {
    /// Its name, e.g. `duplicate-exp`.
    pub id: &'static str,
    /// What is wrong with it.
    pub about: &'static str,
    /// The rule that it breaks, with its source where there is one.
    pub rule: &'static str,
    /// What each judge did.
    pub rulings: Vec<Ruling>,
}

/// What a verifier did with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It accepted it.
    Accepted,
    /// It refused it with an error, or could not be set up under the token's secret.
    Refused,
    /// It panicked.
    Panicked,
}

/// Tries all tokens before all judges; a second in a debug build, a tenth of it otherwise.
#[must_use]
pub fn table() -> Table {
    let tokens = TOKENS
        .iter()
        .map(|token| Hostile {
            id: token.id,
            about: token.about,
            rule: token.rule,
            rulings: JUDGES.iter().map(|judge| rule_within_a_second(judge.accepts, token.make)).collect(),
        })
        .collect();
    Table { judges: JUDGES.iter().map(|judge| judge.public()).collect(), tokens }
}

/// Some tokens are about this very second, so that a ruling counts only if the second did not end meanwhile.
fn rule_within_a_second(accepts: judges::Accepts, make: tokens::Make) -> Ruling {
    let mut ruling = Ruling::Refused;
    for _attempt in 0..3 {
        let now = SystemClock.now();
        let token = make(&Maker::at(now));
        ruling = rule(|| accepts(&token.secret, &token.text));
        if SystemClock.now() == now {
            break;
        }
    }
    ruling
}

fn rule(accepts: impl FnOnce() -> bool) -> Ruling {
    silence_expected_panics();
    EXPECTED.set(true);
    let answer = panic::catch_unwind(AssertUnwindSafe(accepts));
    EXPECTED.set(false);
    match answer {
        Ok(true) => Ruling::Accepted,
        Ok(false) => Ruling::Refused,
        Err(_) => Ruling::Panicked,
    }
}

thread_local! {
    /// Whether a panic of this thread is a ruling and no news.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

fn silence_expected_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |news| {
            if !EXPECTED.get() {
                report(news);
            }
        }));
    });
}

#[cfg(test)]
mod tests;
