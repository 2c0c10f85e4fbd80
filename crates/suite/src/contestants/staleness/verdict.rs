//! What was seen, held against what a design declares.

use std::{sync::atomic::Ordering, time::Duration};

use authoriser::{Properties, Revocation};
use measure::{
    record::{Count, Metric},
    stats,
};

use super::{INSTANCES, Seen, Trial};
use crate::contestants::not_built::NotBuilt;

/// Whoever accepts for this much longer than declared breaks its promise: what a probe and a busy processor add.
const TOLERANCE: Duration = Duration::from_millis(100);

/// How long a revoked credential may be accepted anywhere; `None` where it is not revoked.
pub(super) const fn bound(revocation: Revocation) -> Option<Duration> {
    match revocation {
        Revocation::Immediate => Some(Duration::ZERO),
        Revocation::ImmediateHere(limit) | Revocation::Within(limit) => Some(limit),
        Revocation::NoRenewal | Revocation::OnlyByExpiry => None,
    }
}

pub(super) fn counts(
    trial: &Trial,
    seen: &[Vec<Seen>],
    properties: Properties,
) -> Result<Vec<Count>, NotBuilt> {
    let bound = bound(properties.revocation).unwrap_or_default();
    let mut stale: Vec<f64> = Vec::new();
    for (index, login) in trial.logins().iter().enumerate() {
        let revoked = login.revoked_at.load(Ordering::Acquire);
        let accepted = seen.iter().filter_map(|instance| instance.get(index)).map(|seen| seen.accepted);
        let first =
            seen.iter().filter_map(|instance| instance.get(index)).filter(|seen| seen.accepted > 0).count();
        if first == 0 {
            return Err(NotBuilt::Broken("a login was accepted by no instance".to_owned()));
        }
        let last = accepted.max().unwrap_or(0);
        stale.push(last.saturating_sub(revoked) as f64);
    }
    stale.sort_by(f64::total_cmp);
    let slowest = stale.last().copied().unwrap_or(0.0);
    if slowest > (bound + TOLERANCE).as_nanos() as f64 {
        return Err(NotBuilt::Broken(format!(
            "accepted {:.0} ms after its revocation, and declares {} ms",
            slowest / 1e6,
            bound.as_millis()
        )));
    }
    let note = format!(
        "from the return of revoke to the begin of the last accepted request, over {INSTANCES} instances asked each millisecond; declared: {}",
        properties.revocation
    );
    let over = stale.len() as u64;
    let quantiles = [(Metric::P50, 0.5), (Metric::P99, 0.99), (Metric::Slowest, 1.0)];
    let count = |(metric, share)| {
        let value = stats::quantile(&stale, share)?;
        Some(Count { metric, value, over, note: note.clone() })
    };
    Ok(quantiles.into_iter().filter_map(count).collect())
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc, Mutex,
            atomic::{AtomicBool, AtomicU64},
        },
        time::Instant,
    };

    use authoriser::{Credential, Family, Outage, StateLocation, Transport};

    use super::*;
    use crate::contestants::staleness::Login;

    const MS: u64 = 1_000_000;

    /// One login that was revoked after a second, and when each instance accepted it last.
    fn judged(revocation: Revocation, accepted: [u64; INSTANCES]) -> Result<Vec<Count>, String> {
        let login =
            Login { revoked_at: AtomicU64::new(1_000 * MS), ..Login::new(Credential::new("x".to_owned())) };
        let trial = Trial {
            start: Instant::now(),
            logins: Mutex::new(vec![Arc::new(login)]),
            over: AtomicBool::new(true),
            ready: AtomicU64::new(0),
            denied: AtomicU64::new(0),
        };
        let properties = Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation,
            outage: Outage::Deny,
            transport: Transport::Bearer,
            lifetime: Duration::from_secs(60),
            idle_timeout: None,
        };
        let seen = accepted.map(|accepted| vec![Seen { accepted, denied: true }]);
        counts(&trial, &seen, properties).map_err(|error| error.to_string())
    }

    fn slowest(counts: &[Count]) -> f64 {
        counts.iter().find(|count| count.metric == Metric::Slowest).unwrap().value
    }

    #[test]
    fn staleness_is_the_last_acceptance_of_any_instance_after_the_revocation() {
        let within = Revocation::Within(Duration::from_secs(5));
        let counted = judged(within, [900 * MS, 3_500 * MS, 1_200 * MS]).unwrap();
        assert_eq!(slowest(&counted), 2_500.0 * MS as f64);
        assert_eq!(slowest(&judged(Revocation::Immediate, [900 * MS; INSTANCES]).unwrap()), 0.0);
    }

    #[test]
    fn who_accepts_beyond_its_bound_fails_and_has_no_figure() {
        let late = [900 * MS, 900 * MS, 1_200 * MS];
        let said = judged(Revocation::Immediate, late).unwrap_err();
        assert!(said.contains("accepted 200 ms after its revocation, and declares 0 ms"), "{said}");
        assert!(judged(Revocation::Within(Duration::from_millis(50)), late).is_err());
        assert!(judged(Revocation::Within(Duration::from_millis(200)), late).is_ok());
    }

    #[test]
    fn a_login_that_nobody_accepted_shows_nothing() {
        assert!(judged(Revocation::Immediate, [0; INSTANCES]).unwrap_err().contains("by no instance"));
    }
}
