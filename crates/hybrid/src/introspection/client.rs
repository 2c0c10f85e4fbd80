//! One question over HTTP, with an end to everything: time, size, and how many at once.

use std::time::Duration;

use base64_simd::STANDARD;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::sync::Semaphore;

use super::{IntrospectionConfig, IntrospectionConfigError, IntrospectionFault, answer::Answer};

/// Longer than any answer that says what it should, in bytes.
const MAX_ANSWER_BYTES: usize = 8 * 1024;
/// Status line and headers together, in bytes. An answer's have a few hundred.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// A connection that nobody needs is closed after this time, sooner than servers close theirs.
const IDLE: Duration = Duration::from_secs(5);

/// Asks one endpoint, over connections that are kept.
pub(super) struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    endpoint: Uri,
    authorization: HeaderValue,
    /// Questions that may be under way at once.
    turns: Semaphore,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(config: &IntrospectionConfig) -> Result<Self, IntrospectionConfigError> {
        let mut connector = HttpConnector::new();
        // A question is one small packet: waiting for more to send with it only delays it.
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .build(connector);
        Ok(Self {
            pool,
            endpoint: config.endpoint()?,
            authorization: basic(&config.client_id, &config.client_secret),
            turns: Semaphore::new(config.most_in_flight),
            timeout: config.timeout,
        })
    }

    /// What the server says of a token.
    pub(super) async fn ask(&self, token: &str) -> Result<Answer, IntrospectionFault> {
        let asked = tokio::time::timeout(self.timeout, self.ask_unbounded(token)).await;
        asked.unwrap_or(Err(IntrospectionFault::TimedOut))
    }

    async fn ask_unbounded(&self, token: &str) -> Result<Answer, IntrospectionFault> {
        let _turn = self.turns.acquire().await.map_err(|_| IntrospectionFault::Http)?;
        let answer = self.pool.request(self.request(token)).await.map_err(|_| IntrospectionFault::Http)?;
        read(answer).await
    }

    /// RFC 7662, section 2.1.
    fn request(&self, token: &str) -> Request<Full<Bytes>> {
        let form = form_urlencoded::Serializer::new(String::with_capacity(128))
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        Request::post(self.endpoint.clone())
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Full::new(Bytes::from(form)))
            .expect("the endpoint was parsed, and the headers are constants or were parsed")
    }
}

/// The `Authorization` of a client that proves itself by HTTP Basic: id and secret each encoded as a form's value
/// (RFC 6749, section 2.3.1).
pub(super) fn basic(id: &str, secret: &str) -> HeaderValue {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    let text = format!("Basic {}", STANDARD.encode_to_string(pair.as_bytes()));
    let mut value = HeaderValue::try_from(text).expect("base64 is a legal header value");
    value.set_sensitive(true);
    value
}

async fn read(answer: Response<Incoming>) -> Result<Answer, IntrospectionFault> {
    if answer.status() != StatusCode::OK {
        return Err(IntrospectionFault::Status(answer.status().as_u16()));
    }
    let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { IntrospectionFault::TooLong } else { IntrospectionFault::Http }
    })?;
    Answer::read(&body.to_bytes())
}
