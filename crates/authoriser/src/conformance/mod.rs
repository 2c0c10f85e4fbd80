//! The one test suite that every design must pass before it may be timed.
//!
//! A design joins it by one line, given how to build it on a clock that the suite moves:
//!
//! ```ignore
//! authoriser::conformance!(my_design, |clock| async move { Ok(MyDesign::new(clock)) });
//! ```
//!
//! which expands to a module with one `#[test]` for each case below. A build that answers [`Unavailable`]
//! (no Redis on this machine) skips the case and says so, or fails it where services are required: when
//! `AUTHBENCH_REQUIRE_SERVICES` or `CI` is set to anything but `0` or nothing.
//!
//! Two promises need more than one design on one clock, so that they are functions to be called: what a process does whose
//! store is away ([`outage_holds_its_declaration`]), and when another process over the same store denies what was revoked
//! ([`revocation_reaches_another_process`]).

mod batch;
mod concurrency;
mod elsewhere;
mod hostile;
#[cfg(test)]
mod liars;
mod outage;
mod refresh;
#[cfg(test)]
mod refresh_liars;
mod revocation;
mod rights;
mod time;
#[cfg(test)]
mod time_liars;

pub use batch::batches_are_decided_one_by_one;
pub use concurrency::tasks_issue_authorise_and_revoke_at_once;
pub use elsewhere::revocation_reaches_another_process;
pub use hostile::{
    empty_is_malformed, flipped_bytes_are_refused, foreign_credentials_are_refused, not_utf8_is_refused,
    oversized_is_malformed, truncated_and_extended_are_refused,
};
pub use outage::outage_holds_its_declaration;
pub use refresh::{refresh_tokens_renew_their_login, revocation_ends_the_renewal};
pub use revocation::{revoke_all_holds_its_declaration, revoke_holds_its_declaration};
pub use rights::{issue_then_authorise, missing_permission_is_forbidden, wrong_owner_is_forbidden};
pub use time::{expires_at_the_exact_edge, idles_out_at_the_exact_edge, not_valid_before_its_issue};

use std::env;

use crate::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, ManualClock, Permission, PermissionSet,
    Principal, SystemClock, UserId,
};

/// Why a design cannot be built here, for example a service that is not installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// A freshly built design with the clock that it reads.
#[derive(Debug)]
pub struct Subject<A> {
    /// The design under test.
    pub design: A,
    /// Its clock. Starts at the real time, because some peers check expiry by the system's clock as well.
    pub clock: ManualClock,
}

impl<A: Authoriser> Subject<A> {
    async fn issue(&self, principal: &Principal) -> Credential {
        match self.design.issue(principal).await {
            Ok(credential) => credential,
            Err(error) => panic!("issuing to {principal:?} failed: {error}"),
        }
    }

    /// Asks for the user's own orders, which every principal of the suite may read.
    async fn authorise(&self, presented: &[u8], user: UserId) -> Result<Grant, Denial> {
        self.design.authorise(presented, &own_orders(user)).await
    }
}

/// Builds a subject on a fresh clock and a fresh runtime, and runs one case on it. Called by the macro.
///
/// # Panics
/// When the case fails, or when the design is unavailable where services are required.
pub fn run<A, B, F, C, G>(build: B, case: C)
where
    A: Authoriser,
    B: FnOnce(ManualClock) -> F,
    F: Future<Output = Result<A, Unavailable>>,
    C: FnOnce(Subject<A>) -> G,
    G: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("the test machine can start four threads");
    runtime.block_on(async {
        let clock = ManualClock::at(SystemClock.now());
        match build(clock.clone()).await {
            Ok(design) => case(Subject { design, clock }).await,
            Err(reason) if services_are_required() => panic!("not available: {reason}"),
            Err(reason) => eprintln!("skipped, not available: {reason}"),
        }
    });
}

/// Whether a missing service is a failure here rather than a reason to skip.
#[must_use]
pub fn services_are_required() -> bool {
    let set = |name| env::var(name).is_ok_and(|value| !value.is_empty() && value != "0" && value != "false");
    set("AUTHBENCH_REQUIRE_SERVICES") || set("CI")
}

/// One `#[test]` for each conformance case; see the [module](mod@crate::conformance).
#[macro_export]
macro_rules! conformance {
    ($name:ident, $build:expr) => {
        #[allow(non_snake_case, reason = "designs lend their type's name to the module")]
        mod $name {
            #[allow(unused_imports, reason = "the build expression may need what is in scope around it")]
            use super::*;

            $crate::conformance!(@cases $build;
                issue_then_authorise,
                wrong_owner_is_forbidden,
                missing_permission_is_forbidden,
                flipped_bytes_are_refused,
                truncated_and_extended_are_refused,
                empty_is_malformed,
                oversized_is_malformed,
                not_utf8_is_refused,
                foreign_credentials_are_refused,
                expires_at_the_exact_edge,
                idles_out_at_the_exact_edge,
                not_valid_before_its_issue,
                revoke_holds_its_declaration,
                revoke_all_holds_its_declaration,
                refresh_tokens_renew_their_login,
                revocation_ends_the_renewal,
                tasks_issue_authorise_and_revoke_at_once,
                batches_are_decided_one_by_one,
            );
        }
    };
    (@cases $build:expr; $($case:ident),* $(,)?) => {
        $(
            #[test]
            fn $case() {
                $crate::conformance::run($build, $crate::conformance::$case);
            }
        )*
    };
}

/// A principal as most requests have it: three permissions, none of them `admin`.
#[must_use]
pub fn customer(user: u64) -> Principal {
    Principal {
        user: UserId(user),
        name: format!("customer-{user}"),
        permissions: PermissionSet::EMPTY
            .with(Permission::OrdersRead)
            .with(Permission::OrdersWrite)
            .with(Permission::ProfileRead),
    }
}

fn own_orders(user: UserId) -> AccessRequest {
    AccessRequest { owner: user, permission: Permission::OrdersRead }
}

/// Whether the client would see 401.
fn is_unauthenticated(denial: Denial) -> bool {
    denial.http_status() == 401
}
