//! Several services in a row: a request to the first is passed on from each to the next, over HTTP, and each decides for itself
//! whether it may proceed.
//!
//! Each service has a thread, a runtime, connections and caches of its own, as a process has. A design that needs no store is one
//! object that all of them share: they have its key and nothing else in common. An authorisation server is one for all.
//!
//! Behind a gateway it is another matter: the first service exchanges the session for a token, and the others verify that.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, CoarseClock, Credential, Denial, Grant, IssueError, Permission, Principal,
    Properties, Revoked, Transport, Untimed, UserId,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use catalogue::Environment;
use http_body_util::{BodyExt, Empty, Limited};
use hybrid::Gateway;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use session::RedisStore;

use crate::{
    background::{Background, Prepare},
    guard::{guarded, owner},
    metrics::Metrics,
    refusal::Refusal,
    routes::{Routed, profile_of},
    serve::routes_of,
    transport::presented,
    users::Users,
};

/// The design whose first service does something else than the others.
const GATEWAY: &str = "gateway";
/// How long the next service may take for its whole answer. Longer than any service takes for what comes after it.
const LONGEST: Duration = Duration::from_secs(10);
/// The longest answer that is passed back, in bytes: a profile is far shorter.
const LARGEST: usize = 65_536;
/// A connection that nobody needs is closed after this time, sooner than the services close theirs.
const IDLE: Duration = Duration::from_secs(5);

/// Services that answer, stopped when they are dropped.
pub struct Chain {
    /// The first is the one that clients ask.
    services: Vec<Background>,
    environment: Arc<Environment<CoarseClock>>,
}

/// What a service is made of.
struct Plan {
    design: String,
    environment: Arc<Environment<CoarseClock>>,
    /// The design, where one object serves all.
    shared: Option<Arc<dyn Untimed>>,
    next: Option<SocketAddr>,
    first: bool,
}

impl Chain {
    /// Starts that number of services over a design of the catalogue, at least one. `prepare` is done with the design of the first.
    ///
    /// # Errors
    /// Why one could not be built or prepared.
    pub fn start<T: Send + 'static>(
        design: &str,
        environment: &Environment<CoarseClock>,
        services: usize,
        prepare: Prepare<T>,
    ) -> Result<(Self, T), String> {
        let described = catalogue::descriptions().into_iter().find(|entry| entry.id == design);
        let described = described.ok_or_else(|| format!("the catalogue has no entry {design}"))?;
        let gateway = design == GATEWAY;
        let opened = Arc::new(environment.instance());
        let mut plan = Plan {
            design: design.to_owned(),
            environment: Arc::clone(&opened),
            shared: gateway.then(|| Arc::new(environment.inside_gateway()) as Arc<dyn Untimed>),
            next: None,
            first: false,
        };
        let mut inside = Vec::new();
        for _ in 1..services {
            let (service, design, ()) = plan.service(Box::new(|_| Box::pin(async { Ok(()) })))?;
            let shared = described.needs.is_empty() || gateway;
            plan = Plan {
                environment: if shared { plan.environment } else { Arc::new(environment.instance()) },
                shared: shared.then_some(design),
                next: Some(service.address()),
                ..plan
            };
            inside.push(service);
        }
        let (first, _, prepared) = Plan { first: true, ..plan }.service(prepare)?;
        inside.push(first);
        inside.reverse();
        Ok((Self { services: inside, environment: opened }, prepared))
    }

    /// Clears what the services have put into stores: what one of them opened is what all of them opened.
    #[must_use]
    pub const fn environment(&self) -> &Arc<Environment<CoarseClock>> {
        &self.environment
    }

    /// Where the first service listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.services[0].address()
    }
}

impl Plan {
    /// Starts the service, and answers its design as well.
    fn service<T: Send + 'static>(
        &self,
        prepare: Prepare<T>,
    ) -> Result<(Background, Arc<dyn Untimed>, T), String> {
        let (id, environment) = (self.design.clone(), Arc::clone(&self.environment));
        let (shared, next, first) = (self.shared.clone(), self.next, self.first);
        let (service, (design, prepared)) = Background::on_a_thread(move || {
            Box::pin(async move {
                let next = next.map(|address| Arc::new(Next::new(address)));
                if first && id == GATEWAY {
                    let gateway = Arc::new(environment.gateway().await.map_err(|error| error.0)?);
                    let prepared = prepare(gateway.as_ref()).await?;
                    let design: Arc<dyn Untimed> = Arc::clone(&gateway) as _;
                    let router = match next {
                        Some(next) => exchanging(gateway, next),
                        None => deciding(Arc::clone(&design), None),
                    };
                    return Ok((router, (design, prepared)));
                }
                let design = match shared {
                    Some(design) => design,
                    None => {
                        let routes =
                            routes_of(&id).ok_or_else(|| format!("the catalogue has no entry {id}"))?;
                        let routed = routes(&environment, Users::without_password(0)).await;
                        let Routed { design, .. } = routed.map_err(|error| error.0)?;
                        design
                    }
                };
                let prepared = prepare(design.as_ref()).await?;
                Ok((deciding(Arc::clone(&design), next), (design, prepared)))
            })
        })?;
        Ok((service, design, prepared))
    }
}

/// A service that asks its design, and passes the request on with the credential that came; the last one answers.
fn deciding(design: Arc<dyn Untimed>, next: Option<Arc<Next>>) -> Router {
    let transport = design.declared().transport;
    let (design, decisions) = (Arc::new(Known(design)), Metrics::new().profile);
    let handler: MethodRouter = match next {
        Some(next) => {
            let name = match transport {
                Transport::Bearer => header::AUTHORIZATION,
                Transport::Cookie { .. } => header::COOKIE,
            };
            let pass_on = async move |State(next): State<Arc<Next>>, request: Request| {
                let credential = request.headers().get(&name).cloned();
                next.ask(request.uri().path(), credential.map(|value| (name, value))).await
            };
            guarded(design, decisions, pass_on).with_state(next)
        }
        None => {
            let users = Arc::new(Users::without_password(u64::MAX));
            let answer = async |State(users): State<Arc<Users>>, Path(id): Path<u64>| profile_of(&users, id);
            guarded(design, decisions, answer).with_state(users)
        }
    };
    Router::new().route("/users/{id}/profile", handler)
}

/// The gateway in front of services that know its tokens alone.
fn exchanging(gateway: Arc<Gateway<RedisStore, CoarseClock>>, next: Arc<Next>) -> Router {
    let transport = gateway.properties().transport;
    let exchange = async move |request: Request| {
        let path = request.uri().path();
        match exchange(&gateway, transport, path, request.headers()).await {
            Ok(bearer) => next.ask(path, Some((header::AUTHORIZATION, bearer))).await,
            Err(refusal) => refusal.response(transport),
        }
    };
    Router::new().route("/users/{id}/profile", get(exchange))
}

/// The token that the next service is asked with, if the user may have what the path names.
async fn exchange(
    gateway: &Gateway<RedisStore, CoarseClock>,
    transport: Transport,
    path: &str,
    headers: &HeaderMap,
) -> Result<HeaderValue, Refusal> {
    let owner = owner(path).ok_or(Refusal::NotFound)?;
    let exchange = gateway.exchange(presented(transport, headers)?).await?;
    gateway.authorise_inside(&exchange, &AccessRequest { owner, permission: Permission::ProfileRead })?;
    let mut bearer =
        HeaderValue::try_from(format!("Bearer {}", exchange.token)).map_err(|_| Refusal::Internal)?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

/// The next service, asked over connections that are kept.
struct Next {
    address: SocketAddr,
    longest: Duration,
    pool: Client<HttpConnector, Empty<Bytes>>,
}

impl Next {
    fn new(address: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self { address, longest: LONGEST, pool }
    }

    /// Its answer as it is. 502 where there is none, 504 where it takes too long (RFC 9110, sections 15.6.3 and 15.6.5).
    async fn ask(&self, path: &str, credential: Option<(HeaderName, HeaderValue)>) -> Response {
        let mut request = Request::get(format!("http://{}{path}", self.address));
        if let (Some(headers), Some((name, value))) = (request.headers_mut(), credential) {
            headers.insert(name, value);
        }
        let Ok(request) = request.body(Empty::new()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let whole = async {
            let (head, body) = self.pool.request(request).await.ok()?.into_parts();
            let body = Limited::new(body, LARGEST).collect().await.ok()?;
            Some(Response::from_parts(head, Body::from(body.to_bytes())))
        };
        match tokio::time::timeout(self.longest, whole).await {
            Ok(Some(answer)) => answer,
            Ok(None) => StatusCode::BAD_GATEWAY.into_response(),
            Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
        }
    }
}

/// A design whose type is not known here: compiled once, and not for each entry. It costs each request one allocation, of all alike.
struct Known(Arc<dyn Untimed>);

impl Authoriser for Known {
    fn properties(&self) -> Properties {
        self.0.declared()
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.0.issue_untimed(principal).await
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        self.0.authorise_untimed(presented, access).await
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        self.0.revoke_untimed(presented).await
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.0.revoke_all_untimed(user).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    use authoriser::{PermissionSet, conformance::services_are_required};
    use catalogue::Need;

    use super::*;
    use crate::testing::{ask, status};

    /// A credential of user 7, as a header line, and how it is revoked: with the design of the first service.
    fn log_in() -> Prepare<String> {
        Box::new(|design| {
            Box::pin(async move {
                let permissions = PermissionSet::EMPTY.with(Permission::ProfileRead);
                let user = Principal { user: UserId(7), name: "user-7".to_owned(), permissions };
                let credential = design.issue_untimed(&user).await.map_err(|error| error.to_string())?;
                Ok(match design.declared().transport {
                    Transport::Bearer => format!("Authorization: Bearer {}\r\n", credential.reveal()),
                    Transport::Cookie { name } => format!("Cookie: {name}={}\r\n", credential.reveal()),
                })
            })
        })
    }

    /// The last of several services answers who has a credential, and each of them refuses who has none by itself.
    fn holds(design: &str, environment: impl Fn() -> Environment<CoarseClock>) -> (Chain, String) {
        for services in [1, 3] {
            let (chain, header) = Chain::start(design, &environment(), services, log_in()).unwrap();
            let answer = ask(chain.address(), &header);
            assert_eq!(status(&answer), "200", "{design}: {answer}");
            assert!(answer.ends_with(r#"{"user_id":7,"name":"user-7"}"#), "{answer}");
            assert_eq!(chain.services.len(), services);
            for service in &chain.services {
                let refused = ask(service.address(), "");
                assert_eq!(status(&refused), "401", "{design}: {refused}");
            }
        }
        Chain::start(design, &environment(), 3, log_in()).unwrap()
    }

    #[test]
    fn each_service_verifies_for_itself_and_a_dead_one_is_no_answer() {
        for design in ["jwt-hs256", "jwt-es256"] {
            let (mut chain, header) = holds(design, || Environment::new(CoarseClock));
            for service in &chain.services {
                assert_eq!(
                    status(&ask(service.address(), &header)),
                    "200",
                    "any of them, with the credential"
                );
            }
            drop(chain.services.pop());
            assert_eq!(status(&ask(chain.address(), &header)), "502");
            assert_eq!(status(&ask(chain.address(), "")), "401");
        }
        let environment = Environment::new(CoarseClock);
        let (chain, _) = Chain::start("control-none", &environment, 3, log_in()).unwrap();
        assert_eq!(status(&ask(chain.address(), "Authorization: Bearer x\r\n")), "200");
    }

    #[tokio::test]
    async fn an_answer_that_stops_in_the_middle_or_is_too_long_is_none() {
        let stalled = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_owned();
        let long = format!("HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n{}", "x".repeat(70_000));
        for (text, expected) in [(stalled, StatusCode::GATEWAY_TIMEOUT), (long, StatusCode::BAD_GATEWAY)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let next =
                Next { longest: Duration::from_millis(300), ..Next::new(listener.local_addr().unwrap()) };
            std::thread::spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                // An answer that comes before the request is none.
                let _ = stream.read(&mut [0; 1_024]);
                let _ = stream.write_all(text.as_bytes());
                // Until the other side has gone.
                let _ = stream.read_to_end(&mut Vec::new());
            });
            assert_eq!(next.ask("/users/7/profile", None).await.status(), expected);
        }
    }

    #[test]
    fn over_a_store_any_of_the_services_takes_the_credential_and_only_the_gateway_knows_sessions() {
        let redis = match Need::Redis.obtain() {
            Ok(redis) => redis,
            Err(error) => {
                assert!(!services_are_required(), "not available: {error}");
                eprintln!("skipped, not available: {error}");
                return;
            }
        };
        let environment = || Environment::new(CoarseClock).with(Need::Redis, redis.address());
        for design in ["session-redis", "introspection", "introspection-cached"] {
            let (chain, header) = holds(design, environment);
            for service in &chain.services {
                assert_eq!(status(&ask(service.address(), &header)), "200", "{design}: any of them");
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(chain.environment().clean_up()).unwrap();
            let left = if design == "introspection-cached" { "200" } else { "401" };
            assert_eq!(status(&ask(chain.address(), &header)), left, "{design}: what was put there is gone");
        }
        let (chain, header) = holds(GATEWAY, environment);
        for service in &chain.services[1..] {
            let refused = ask(service.address(), &header);
            assert_eq!(status(&refused), "401", "no session is known inside: {refused}");
        }
    }
}
