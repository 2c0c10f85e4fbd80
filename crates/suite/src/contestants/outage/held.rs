//! What the users hold, and for how long what one of them has given back may still be accepted.

use std::time::{Duration, Instant};

use authoriser::{Credential, Family, Outage, Properties, Revocation, Transport, Untimed};
use load::{Deserved, Exchange};
use service::Prepare;

use crate::{
    contestants::request::{header, own_profile},
    questions::Fault,
    workload::{Credentials, user},
};

/// One user of this number has logged out before the load, and still presents the credential.
const ONE_REVOKED_IN: usize = 10;
/// Logins and logouts at once beforehand.
const IN_FLIGHT: usize = 100;

/// What the users hold. The last tenth of them has logged out.
pub(super) struct Held {
    pub(super) properties: Properties,
    credentials: Credentials,
    pub(super) revoked_at: Instant,
}

impl Held {
    /// How many are still logged in.
    pub(super) const fn genuine(&self) -> usize {
        self.credentials.len() - self.credentials.len() / ONE_REVOKED_IN
    }

    /// What each asks, and the answer that it deserves.
    pub(super) fn exchanges(&self, host: &str) -> Vec<Exchange> {
        let each = (0..self.credentials.len()).map(|index| {
            let text = String::from_utf8_lossy(self.credentials.get(index).0).into_owned();
            let (name, value) = header(self.properties.transport, &Credential::new(text));
            if index < self.genuine() {
                return own_profile(host, index, &[(name, &value)]);
            }
            let path = format!("/users/{}/profile", user(index).0);
            Exchange::get(host, &path, &[(name, &value)], Deserved::status(401))
        });
        each.collect()
    }

    /// How long after its revocation a credential may be accepted, by what the design declares.
    pub(super) fn window(&self, fault: Fault) -> Duration {
        // A token proves itself. What the store knew of its revocation is lost with the store's data, and no design promises to
        // keep what its store does not: that it is accepted again is the answer. A session that is lost is accepted by nobody.
        let token = self.properties.transport == Transport::Bearer;
        if fault == Fault::KilledLost && self.properties.family == Family::Hybrid && token {
            return Duration::MAX;
        }
        let revocation = match self.properties.revocation {
            // There is one process, which is the one that revoked.
            Revocation::Immediate | Revocation::ImmediateHere(_) => Duration::ZERO,
            Revocation::Within(limit) => limit,
            Revocation::NoRenewal | Revocation::OnlyByExpiry => Duration::MAX,
        };
        match self.properties.outage {
            Outage::AcceptUnchecked => Duration::MAX,
            Outage::ServeStale(stale) if stale.as_nanos() > revocation.as_nanos() => stale,
            _ => revocation,
        }
    }
}

/// Logs a population in, and a tenth of it out again.
pub(super) fn log_in(population: usize) -> Prepare<Held> {
    Box::new(move |design: &dyn Untimed| {
        Box::pin(async move {
            let credentials = Credentials::issue(design, population, IN_FLIGHT).await;
            let (credentials, _) = credentials.map_err(|error| error.to_string())?;
            let revoked_at = Instant::now();
            let held = Held { properties: design.declared(), credentials, revoked_at };
            for index in held.genuine()..held.credentials.len() {
                let gone = design.revoke_untimed(held.credentials.get(index).0).await;
                gone.map_err(|denial| format!("a user could not log out: {denial}"))?;
            }
            Ok(Held { revoked_at: Instant::now(), ..held })
        })
    })
}

#[cfg(test)]
pub(super) mod tests {
    use authoriser::StateLocation;

    use super::*;

    pub(in super::super) fn held(revocation: Revocation, outage: Outage) -> Held {
        let properties = Properties {
            family: Family::Stateful,
            state: StateLocation::SharedStore,
            revocation,
            outage,
            transport: Transport::Bearer,
            lifetime: Duration::from_secs(60),
            idle_timeout: None,
        };
        let credentials = Credentials::from_texts((0..20).map(|number| format!("credential-{number}")));
        Held { properties, credentials, revoked_at: Instant::now() }
    }

    #[test]
    fn one_user_in_ten_has_logged_out_and_deserves_a_401() {
        let held = held(Revocation::Immediate, Outage::Deny);
        assert_eq!((held.genuine(), held.exchanges("localhost").len()), (18, 20));
    }
}
