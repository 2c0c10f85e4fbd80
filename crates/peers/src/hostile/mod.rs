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
//! | `verifiers` | the crates in their ordinary use, one function each, and ours |

mod maker;
mod table;
mod tokens;
mod verifiers;

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use authoriser::{Clock, SystemClock};

pub use self::table::{Hostile, Table, Verdict, Verifier};
use self::{maker::Maker, tokens::TOKENS, verifiers::VERIFIERS};

/// Tries all tokens before all verifiers; a second in a debug build, a tenth of it otherwise.
#[must_use]
pub fn table() -> Table {
    let tokens = TOKENS
        .iter()
        .map(|token| Hostile {
            id: token.id,
            about: token.about,
            rule: token.rule,
            verdicts: VERIFIERS
                .iter()
                .map(|verifier| within_a_second(verifier.accepts, token.make))
                .collect(),
        })
        .collect();
    Table { verifiers: VERIFIERS.iter().map(|verifier| verifier.public()).collect(), tokens }
}

/// Some tokens are about this very second, so that a verdict counts only if the second did not end meanwhile.
fn within_a_second(accepts: verifiers::Accepts, make: tokens::Make) -> Verdict {
    let mut verdict = Verdict::Refused;
    for _attempt in 0..3 {
        let now = SystemClock.now();
        let token = make(&Maker::at(now));
        verdict = verdict_of(|| accepts(&token.secret, &token.text));
        if SystemClock.now() == now {
            break;
        }
    }
    verdict
}

fn verdict_of(accepts: impl FnOnce() -> bool) -> Verdict {
    silence_expected_panics();
    EXPECTED.set(true);
    let answer = panic::catch_unwind(AssertUnwindSafe(accepts));
    EXPECTED.set(false);
    match answer {
        Ok(true) => Verdict::Accepted,
        Ok(false) => Verdict::Refused,
        Err(_) => Verdict::Panicked,
    }
}

thread_local! {
    /// Whether a panic of this thread is a verdict and no news.
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
