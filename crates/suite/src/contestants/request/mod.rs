//! Whole requests over HTTP: the example service on a thread of this process, its clients on another processor.

mod at_a_rate;
mod grounds;
mod refused;
mod requests;

use authoriser::{Credential, Properties, Transport, Untimed};
use catalogue::Need;
use load::{Deserved, Exchange};
use measure::record::{Count, Metric, Question};
use service::{Background, Prepare};

pub(crate) use self::grounds::{ALL as GROUNDS, QUESTION as GROUNDS_QUESTION};
pub(super) use self::{
    refused::build as refused,
    requests::{Requests, service_time},
};
use super::{context::Context, not_built::NotBuilt, timed::Built};
use crate::{
    questions::Case,
    workload::{Credentials, user},
};

/// Requests over which bytes and allocations are counted.
const COUNTED: u64 = 512;
/// Logins that no server keeps, at most; see `designs`.
const MOST_TOKENS: usize = 1_000;

/// The service over an entry of the catalogue.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    let needs = described.needs;
    if case.question == Question::Login {
        return logins(context, case, id, needs);
    }
    let kept = described.family == authoriser::Family::Stateful;
    let population = if kept {
        case.population
    } else {
        case.population.min(MOST_TOKENS).min(described.capabilities.most_tokens)
    };
    let environment = context.service_environment_of_a_case(None);
    let (service, (properties, credentials)) =
        Background::start(id, environment, log_in(population, needs)).map_err(NotBuilt::Broken)?;
    let exchanges = |host: &str| {
        let each = (0..credentials.len()).map(|index| {
            let text = String::from_utf8_lossy(credentials.get(index).0).into_owned();
            let (name, value) = header(properties.transport, &Credential::new(text));
            own_profile(host, index, &[(name, &value)])
        });
        each.collect()
    };
    finish(context, case, service, needs, exchanges)
}

/// Logs a population in, on the service's thread.
fn log_in(population: usize, needs: &[Need]) -> Prepare<(Properties, Credentials)> {
    let in_flight = if needs.is_empty() { 1 } else { 100 };
    Box::new(move |design: &dyn Untimed| {
        Box::pin(async move {
            let credentials = Credentials::issue(design, population, in_flight).await;
            let (credentials, _) = credentials.map_err(|error| error.to_string())?;
            Ok((design.declared(), credentials))
        })
    })
}

/// The service over an entry, whose users log in.
fn logins(context: &Context, case: &Case, id: &str, needs: &[Need]) -> Result<Built, NotBuilt> {
    let environment = context.service_environment_of_a_case(None);
    let (service, password) = Background::with_logins(id, environment).map_err(NotBuilt::Broken)?;
    let login = |host: &str, number: usize| {
        let body = serde_json::json!({ "username": format!("user-{}", number + 1), "password": password });
        Exchange::post_json(host, "/login", &body.to_string(), Deserved::status(200))
    };
    finish(context, case, service, needs, |host| {
        (0..case.population).map(|number| login(host, number)).collect()
    })
}

/// The framework alone.
pub(super) fn bare(context: &Context, case: &Case) -> Result<Built, NotBuilt> {
    let service = Background::bare().map_err(NotBuilt::Broken)?;
    let population = case.population;
    finish(context, case, service, &[], |host| {
        (0..population).map(|index| own_profile(host, index, &[])).collect()
    })
}

/// Clients of the service, connected.
fn requests(
    context: &Context,
    case: &Case,
    service: Background,
    needs: &[Need],
    exchanges: impl FnOnce(&str) -> Vec<Exchange>,
) -> Result<Requests, NotBuilt> {
    let address = service.address();
    let exchanges = exchanges(&address.to_string());
    Requests::to(context, case, needs, (address, Box::new(service)), exchanges)
}

fn finish(
    context: &Context,
    case: &Case,
    service: Background,
    needs: &[Need],
    exchanges: impl FnOnce(&str) -> Vec<Exchange>,
) -> Result<Built, NotBuilt> {
    let mut contestant = requests(context, case, service, needs, exchanges)?;
    if let Some(rate) = case.rate {
        return contestant.at_a_rate(rate, context.next_seed());
    }
    if case.question == Question::Login {
        return Ok(Built::timed(contestant, Vec::new()));
    }
    // Connections and their buffers are there after the first ones.
    contestant.run(COUNTED)?;
    let (ran, heap) = measure::allocations::count(|| contestant.run(COUNTED));
    let count = |metric, value, note: &str| Count { metric, value, over: COUNTED, note: note.to_owned() };
    let counts = vec![
        count(
            Metric::Bytes,
            ran?.bytes,
            "the whole request and its answer, as HTTP/1.1 over one connection; TCP/IP and TLS come on top",
        ),
        count(
            Metric::Allocations,
            heap.allocations as f64 / COUNTED as f64,
            "heap allocations a request in the service; its client makes none",
        ),
    ];
    Ok(Built::timed(contestant, counts))
}

/// The header that carries a credential.
pub(super) fn header(transport: Transport, credential: &Credential) -> (&'static str, String) {
    match transport {
        Transport::Bearer => ("Authorization", format!("Bearer {}", credential.reveal())),
        Transport::Cookie { name } => ("Cookie", format!("{name}={}", credential.reveal())),
    }
}

/// What a user asks, and the answer: the whole of it, so that another user's would be noticed.
pub(super) fn own_profile(host: &str, index: usize, headers: &[(&str, &str)]) -> Exchange {
    let id = user(index).0;
    let body = format!(r#"{{"user_id":{id},"name":"user-{id}"}}"#).into_bytes();
    let deserved = Deserved { status: 200, body: Some(body) };
    Exchange::get(host, &format!("/users/{id}/profile"), headers, deserved)
}
