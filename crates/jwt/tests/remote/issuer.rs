//! An issuer's web server, which can answer well, badly, late, or not at all, and counts what it is asked.

use std::{
    convert::Infallible,
    future::ready,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Method, header},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use tokio::{net::TcpListener, task::JoinHandle};

/// Where the key set is.
pub(crate) const PATH: &str = "/.well-known/jwks.json";

/// What the server says to a request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Before the head is sent.
    pub(crate) delay: Duration,
    /// The body is followed by bytes without end.
    pub(crate) endless: bool,
}

impl Answer {
    pub(crate) fn with(body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", "application/jwk-set+json".to_owned())];
        Self { status: 200, headers, body: body.into(), delay: Duration::ZERO, endless: false }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

struct Desk {
    answer: Mutex<Answer>,
    asked: AtomicUsize,
}

/// The server. Ends with its owner.
pub(crate) struct Issuer {
    address: SocketAddr,
    desk: Arc<Desk>,
    serving: Option<JoinHandle<()>>,
}

impl Issuer {
    pub(crate) async fn start(answer: Answer) -> Self {
        let desk = Arc::new(Desk { answer: Mutex::new(answer), asked: AtomicUsize::new(0) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut issuer = Self { address: listener.local_addr().unwrap(), desk, serving: None };
        issuer.serve(listener);
        issuer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    pub(crate) fn says(&self, answer: Answer) {
        *self.desk.answer.lock().unwrap() = answer;
    }

    /// How often it was asked, for whatever.
    pub(crate) fn asked(&self) -> usize {
        self.desk.asked.load(Ordering::SeqCst)
    }

    /// Nobody listens any more.
    pub(crate) async fn go_down(&mut self) {
        let serving = self.serving.take().unwrap();
        serving.abort();
        assert!(serving.await.unwrap_err().is_cancelled());
    }

    /// Listens again, where it did.
    pub(crate) async fn come_up(&mut self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(Arc::clone(&self.desk))
    }

    fn serve(&mut self, listener: TcpListener) {
        let router = self.router();
        self.serving = Some(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }));
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    desk.asked.fetch_add(1, Ordering::SeqCst);
    assert_eq!((request.method(), request.uri().path()), (&Method::GET, PATH));
    for absent in [header::AUTHORIZATION, header::COOKIE] {
        assert!(!request.headers().contains_key(absent));
    }
    let answer = desk.answer.lock().unwrap().clone();
    tokio::time::sleep(answer.delay).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if answer.endless { endless(answer.body) } else { Body::from(answer.body) };
    response.body(body).unwrap()
}

/// A body of unknown length, which never ends.
fn endless(begin: Vec<u8>) -> Body {
    let chunks = stream::once(ready(begin)).chain(stream::repeat(vec![b' '; 4096]));
    Body::from_stream(chunks.map(Ok::<_, Infallible>))
}
