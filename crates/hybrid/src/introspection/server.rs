//! The authorisation server: issues opaque tokens, answers what they stand for, revokes them.
//!
//! It runs on a thread of its own with a runtime of its own, as another machine would, and all its work is done there: also what a
//! login and a logout ask of it. Only introspection crosses HTTP, for only that is what resource servers do.

use std::{convert::Infallible, fmt, net::Ipv4Addr, sync::Arc, thread, time::Duration};

use authoriser::{Authoriser, Clock, Credential, Denial, IssueError, Principal, Purged, Revoked, UserId};
use constant_time_eq::constant_time_eq;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use session::{SessionPolicy, SessionStore, Sessions, StoreError};
use tokio::{net::TcpListener, runtime::Handle, sync::oneshot};

use super::{IntrospectionConfig, answer::Answer, client::basic};

/// Where tokens are asked about.
const PATH: &str = "/introspect";
/// The longest form of a question, in bytes.
const MAX_FORM_BYTES: usize = 4 * 1024;
/// Request line and headers together, in bytes; hyper answers more with 431.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// How long a client may take to send a request's headers, and a connection may be without one.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);
/// How long a client may take to send the form.
const LONGEST_FORM: Duration = Duration::from_secs(5);

/// An authorisation server that answers on a loopback address, until it is dropped.
///
/// Its tokens are session ids: random, looked up in `S`, and dead as soon as they are removed from there.
pub struct AuthorisationServer<S, C> {
    sessions: Arc<Sessions<S, C>>,
    runtime: Handle,
    config: IntrospectionConfig,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl<S: SessionStore, C: Clock> AuthorisationServer<S, C> {
    /// Starts one for this issuer and audience. The store is opened on the server's thread, where its connections then belong;
    /// `begin` is called there first, to bind the thread to a processor for example. There is one client, whose secret is random.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be opened; the same when the system refuses a thread or a port.
    pub async fn start(
        open: impl Future<Output = Result<S, StoreError>> + Send + 'static,
        policy: SessionPolicy,
        clock: C,
        (issuer, audience): (String, String),
        begin: fn(),
    ) -> Result<Self, StoreError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, started) = oneshot::channel();
        let secret = format!("{:032x}", rand::random::<u128>());
        let client = basic(CLIENT, &secret);
        let names = (issuer.clone(), audience.clone());
        let serve = move || {
            begin();
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(refused(&error)))),
            };
            let handle = runtime.handle().clone();
            runtime.block_on(async {
                let begun = async {
                    let sessions = Arc::new(Sessions::new(open.await?, policy, clock));
                    let listener =
                        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| refused(&error))?;
                    let port = listener.local_addr().map_err(|error| refused(&error))?.port();
                    Ok::<_, StoreError>((sessions, listener, port))
                };
                match begun.await {
                    Ok((sessions, listener, port)) => {
                        let (issuer, audience) = names;
                        let desk = Desk { sessions: Arc::clone(&sessions), client, issuer, audience };
                        let _ = ready.send(Ok((sessions, handle, port)));
                        tokio::select! {
                            () = listen(listener, Arc::new(desk)) => {}
                            _ = stopped => {}
                        }
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            });
        };
        let thread = thread::Builder::new().name("authorisation-server".to_owned()).spawn(serve);
        let thread = thread.map_err(|error| refused(&error))?;
        let ended = || StoreError::Unavailable("the authorisation server's thread ended".to_owned());
        let (sessions, runtime, port) = started.await.map_err(|_| ended())??;
        let config = IntrospectionConfig {
            url: format!("http://{}:{port}{PATH}", Ipv4Addr::LOCALHOST),
            client_id: CLIENT.to_owned(),
            client_secret: secret,
            issuer,
            audience,
            timeout: Duration::from_millis(500),
            most_in_flight: 256,
        };
        Ok(Self { sessions, runtime, config, stop: Some(stop), thread: Some(thread) })
    }

    /// How its one client asks it.
    #[must_use]
    pub const fn config(&self) -> &IntrospectionConfig {
        &self.config
    }

    /// The sessions behind the tokens.
    pub(super) fn sessions(&self) -> &Sessions<S, C> {
        &self.sessions
    }

    pub(super) async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (sessions, principal) = (Arc::clone(&self.sessions), principal.clone());
        let issued = self.runtime.spawn(async move { sessions.issue(&principal).await }).await;
        issued.unwrap_or(Err(IssueError::StoreUnavailable))
    }

    pub(super) async fn revoke(&self, token: &[u8]) -> Result<Revoked, Denial> {
        let (sessions, token) = (Arc::clone(&self.sessions), token.to_vec());
        let revoked = self.runtime.spawn(async move { sessions.revoke(&token).await }).await;
        revoked.unwrap_or(Err(Denial::StoreUnavailable))
    }

    pub(super) async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let sessions = Arc::clone(&self.sessions);
        let revoked = self.runtime.spawn(async move { sessions.revoke_all(user).await }).await;
        revoked.unwrap_or(Err(Denial::StoreUnavailable))
    }

    pub(super) async fn purge(&self) -> Result<Purged, Denial> {
        let sessions = Arc::clone(&self.sessions);
        let purged = self.runtime.spawn(async move { sessions.purge().await }).await;
        purged.unwrap_or(Err(Denial::StoreUnavailable))
    }
}

/// The name of the one client.
const CLIENT: &str = "resource-server";

fn refused(error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("the authorisation server was not started: {error}"))
}

/// What the server needs to answer.
struct Desk<S, C> {
    sessions: Arc<Sessions<S, C>>,
    /// The `Authorization` of the one client.
    client: HeaderValue,
    issuer: String,
    audience: String,
}

async fn listen<S: SessionStore, C: Clock>(listener: TcpListener, desk: Arc<Desk<S, C>>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(LONGEST_SILENCE).max_buf_size(MAX_HEAD_BYTES);
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let desk = Arc::clone(&desk);
        let service = service_fn(move |request| {
            let desk = Arc::clone(&desk);
            async move { Ok::<_, Infallible>(desk.answer(request).await) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // A client that goes away or breaks the protocol is its own affair.
            let _ = connection.await;
        });
    }
}

impl<S: SessionStore, C: Clock> Desk<S, C> {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match self.introspect(request).await {
            Ok(answer) => {
                let text = serde_json::to_vec(&answer).expect("text and numbers are JSON");
                let mut response = Response::new(Full::new(Bytes::from(text)));
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            Err(status) => {
                let mut response = Response::new(Full::default());
                *response.status_mut() = status;
                if status == StatusCode::UNAUTHORIZED {
                    response
                        .headers_mut()
                        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
                }
                response
            }
        }
    }

    /// RFC 7662, section 2: why a token is not active is nobody's business.
    async fn introspect(&self, request: Request<Incoming>) -> Result<Answer, StatusCode> {
        if request.uri().path() != PATH {
            return Err(StatusCode::NOT_FOUND);
        }
        if request.method() != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let proof = request.headers().get(header::AUTHORIZATION);
        if !proof.is_some_and(|proof| constant_time_eq(proof.as_bytes(), self.client.as_bytes())) {
            return Err(StatusCode::UNAUTHORIZED);
        }
        let form = Limited::new(request.into_body(), MAX_FORM_BYTES).collect();
        let form = tokio::time::timeout(LONGEST_FORM, form).await.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
        let form = form.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
        let mut tokens = form_urlencoded::parse(&form).filter(|(name, _)| name == "token");
        let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
            return Err(StatusCode::BAD_REQUEST);
        };
        let Ok(id) = S::ID_FORM.hash(token.as_bytes()) else { return Ok(Answer::INACTIVE) };
        match self.sessions.look_up(&id).await {
            Ok(record) => Ok(Answer::of(&record, self.sessions.policy(), &self.issuer, &self.audience)),
            Err(Denial::StoreUnavailable) => Err(StatusCode::SERVICE_UNAVAILABLE),
            Err(_) => Ok(Answer::INACTIVE),
        }
    }
}

impl<S, C> Drop for AuthorisationServer<S, C> {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl<S, C> fmt::Debug for AuthorisationServer<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorisationServer").field("config", &self.config).finish_non_exhaustive()
    }
}
