//! Requests over HTTP that the service must refuse: what each kind of them costs it.

use std::time::{Duration, Instant};

use authoriser::{Credential, Transport};
use load::{Deserved, Exchange};
use service::{Background, Instance};

use super::{header, log_in, own_profile, requests};
use crate::{
    contestants::{Built, Context, NotBuilt},
    jobs::Attack,
    questions::Case,
    workload::user,
};

/// Added to an oversized credential. The service takes headers of 16 KiB: beyond that nobody asks the design.
const TOO_MUCH: usize = 8 * 1024;
/// The shortest that tokens and sessions live.
const SHORT: Duration = Duration::from_secs(1);
/// After this time the shortest are over, on a clock that is a tick behind as well.
const OVER: Duration = Duration::from_millis(1_050);

/// The body of every 401.
const REFUSED: &[u8] = br#"{"error":"unauthorised"}"#;

/// The service over an entry of the catalogue, and clients that attack it; or, to compare with, such as do not.
pub(in crate::contestants) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    let (needs, population) = (described.needs, case.population);
    let lifetime = (case.attack == Attack::Expired).then_some(SHORT);
    let environment = context.service_environment_of_a_case(lifetime);
    let (service, (properties, mut credentials)) =
        Background::start(id, environment, log_in(population, needs)).map_err(NotBuilt::Broken)?;
    let over = Instant::now() + OVER;
    if case.attack == Attack::Foreign {
        let elsewhere = context.service_environment_of_a_case(None);
        let issuer = Instance::start(id, elsewhere, log_in(population, needs));
        let issuer = issuer.map_err(|error| NotBuilt::Broken(error.to_string()))?;
        (_, credentials) = issuer.join().map_err(NotBuilt::Broken)?;
    }
    let seed = context.next_seed();
    let exchanges = |host: &str| {
        let each = (0..credentials.len()).map(|index| {
            let credential = credentials.get(index).0;
            let sent = sent(case.attack, properties.transport, credential, seed.wrapping_add(index as u64));
            let (name, value) = header(properties.transport, &sent);
            if case.attack == Attack::None {
                return own_profile(host, index, &[(name, &value)]);
            }
            let deserved = Deserved { status: 401, body: Some(REFUSED.to_vec()) };
            Exchange::get(host, &format!("/users/{}/profile", user(index).0), &[(name, &value)], deserved)
        });
        each.collect()
    };
    let mut requests = requests(context, case, service, needs, exchanges)?;
    requests.begin = lifetime.map(|_| over);
    Ok(Built::timed(requests, Vec::new()))
}

/// What is sent instead of this credential.
fn sent(attack: Attack, transport: Transport, credential: &[u8], seed: u64) -> Credential {
    let mut sent = match attack {
        Attack::Oversized => [credential, &vec![b'A'; TOO_MUCH]].concat(),
        _ => attack.disguise(credential, seed),
    };
    if matches!(transport, Transport::Cookie { .. }) {
        // It would end the cookie.
        sent.iter_mut().filter(|byte| **byte == b';').for_each(|byte| *byte = b'.');
    }
    Credential::new(String::from_utf8_lossy(&sent).into_owned())
}

#[cfg(test)]
mod tests {
    use measure::record::{Profile, Question};

    use super::*;
    use crate::questions::{self, cases_of};

    /// One sample of that entry in that case.
    fn sampled(case: &Case, id: &str) -> Result<(), String> {
        let context = Context::with(Vec::new(), 1).unwrap();
        let mut built = build(&context, case, id).map_err(|error| error.to_string())?;
        let sample = built.contestant.as_mut().unwrap().sample(32).map_err(|failure| failure.0)?;
        assert!(sample.cpu.is_some_and(|cpu| !cpu.is_zero()), "{id} in {}", case.name);
        Ok(())
    }

    #[test]
    fn every_attack_is_answered_401_and_a_good_credential_with_the_profile() {
        let cases: Vec<_> = cases_of(Question::Attack, Profile::Full).filter(|case| case.over_http).collect();
        assert_eq!(cases.len(), 6);
        for case in cases {
            for id in ["jwt-hs256", "jwt-es256", "session-memory", "cookie-private"] {
                sampled(case, id).unwrap_or_else(|why| panic!("{id} in {}: {why}", case.name));
            }
        }
    }

    #[test]
    fn who_lets_an_attacker_in_has_no_figure() {
        let garbage = questions::find(Question::Attack, "over-http-garbage").unwrap();
        let why = sampled(garbage, "control-none").unwrap_err();
        assert!(why.contains("answered wrongly"), "{why}");
    }
}
