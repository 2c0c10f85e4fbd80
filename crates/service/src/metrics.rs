//! The counters, in Prometheus' text format.

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use crate::refusal::Refusal;

type Outcomes = Family<[(&'static str, &'static str); 1], Counter>;

/// All counters of the service.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) profile: Decisions,
    pub(crate) login: Decisions,
    pub(crate) refresh: Decisions,
}

/// How often a route answered what. Each counter is looked up once, at the start: a request adds to an atomic number and
/// takes no lock.
#[derive(Clone)]
pub(crate) struct Decisions {
    ok: Counter,
    unauthorised: Counter,
    forbidden: Counter,
    unavailable: Counter,
    failed: Counter,
}

impl Decisions {
    fn new(registry: &mut Registry, name: &str, help: &str) -> Self {
        let outcomes = Outcomes::default();
        registry.register(name, help, outcomes.clone());
        let counter = |outcome| outcomes.get_or_create_owned(&[("outcome", outcome)]);
        Self {
            ok: counter("ok"),
            unauthorised: counter("unauthorised"),
            forbidden: counter("forbidden"),
            unavailable: counter("unavailable"),
            failed: counter("failed"),
        }
    }

    pub(crate) fn count(&self, refusal: Option<&Refusal>) {
        match refusal {
            None => &self.ok,
            Some(
                Refusal::NoCredential
                | Refusal::InvalidCredential
                | Refusal::WrongLogin
                | Refusal::InvalidGrant,
            ) => &self.unauthorised,
            Some(Refusal::Forbidden) => &self.forbidden,
            Some(Refusal::Unavailable) => &self.unavailable,
            Some(
                Refusal::OtherGrant
                | Refusal::InvalidRequest
                | Refusal::BadRequest
                | Refusal::NotFound
                | Refusal::Internal,
            ) => &self.failed,
        }
        .inc();
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("authbench");
        let profile = Decisions::new(
            &mut registry,
            "profile_requests",
            "Decisions about requests for a profile, by outcome",
        );
        let login = Decisions::new(&mut registry, "logins", "Attempts to log in, by outcome");
        let refresh = Decisions::new(&mut registry, "refreshes", "Attempts to renew a login, by outcome");
        Self { registry, profile, login, refresh }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}
