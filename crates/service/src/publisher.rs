//! A key set under a URL, on a thread of this process, and how often it is fetched.

use std::{
    net::SocketAddr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, body::Bytes, extract::State, http::header, response::IntoResponse, routing::get};

use crate::background::Background;

const PATH: &str = "/.well-known/jwks.json";

/// An issuer's web server, stopped when it is dropped.
pub struct Publisher {
    desk: Arc<Desk>,
    server: Background,
}

struct Desk {
    keys: RwLock<Bytes>,
    fetches: AtomicU64,
}

impl Publisher {
    /// Publishes that key set. `begin` is called on the server's thread first, to bind it to a processor for example.
    ///
    /// # Errors
    /// When the system refuses a thread or a port.
    pub fn start(keys: String, begin: fn()) -> Result<Self, String> {
        let desk = Arc::new(Desk { keys: RwLock::new(keys.into()), fetches: AtomicU64::new(0) });
        let router = Router::new().route(PATH, get(answer)).with_state(Arc::clone(&desk));
        let (server, ()) = Background::on_a_thread(move || {
            begin();
            Box::pin(async move { Ok((router, ())) })
        })?;
        Ok(Self { desk, server })
    }

    /// Publishes another in its place.
    pub fn publish(&self, keys: String) {
        *self.desk.keys.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        let address: SocketAddr = self.server.address();
        format!("http://{address}{PATH}")
    }

    /// How often it was fetched.
    #[must_use]
    pub fn fetches(&self) -> u64 {
        self.desk.fetches.load(Ordering::SeqCst)
    }
}

async fn answer(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    desk.fetches.fetch_add(1, Ordering::SeqCst);
    let keys = desk.keys.read().unwrap_or_else(PoisonError::into_inner).clone();
    ([(header::CONTENT_TYPE, "application/jwk-set+json")], keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, body};

    #[test]
    fn what_is_published_is_fetched_and_counted() {
        let publisher = Publisher::start("one".to_owned(), || {}).unwrap();
        let address = publisher.url().split('/').nth(2).unwrap().parse().unwrap();
        let fetch = || body(&testing::get(address, PATH, "")).to_owned();
        assert_eq!((fetch(), publisher.fetches()), ("one".to_owned(), 1));
        publisher.publish("two".to_owned());
        assert_eq!((fetch(), publisher.fetches()), ("two".to_owned(), 2));
    }
}
