//! Over TLS, from the host that the URL names and from no other.

use std::sync::Arc;

use authbench_jwt::{FetchError, RemoteConfig, RemoteConfigError, RemoteKeySet, Roots};
use authoriser::{ManualClock, Timestamp};
use axum::serve::Listener;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
    server::TlsStream,
};

use crate::{
    issuer::{Answer, Issuer, PATH},
    scene::{Scene, config, key},
    support::NOW,
};

/// Accepts what the TLS handshake lets through.
struct Secured(TcpListener, TlsAcceptor);

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.0.accept().await.unwrap();
            if let Ok(stream) = self.1.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// An issuer over TLS: its port, its certificate, and how often it was asked.
struct SecureIssuer {
    port: u16,
    pem: String,
    issuer: Issuer,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for SecureIssuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn issuer_named(name: &str) -> SecureIssuer {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![cert.der().clone()],
            PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut keys = authbench_jwt::KeySet::new();
    keys.add(key("k1")).unwrap();
    let issuer = Issuer::start(Answer::with(keys.to_public_json())).await;
    let (secured, router) = (Secured(listener, TlsAcceptor::from(Arc::new(config))), issuer.router());
    let serving = tokio::spawn(async move { axum::serve(secured, router).await.unwrap() });
    SecureIssuer { port, pem: cert.pem(), issuer, serving }
}

async fn fetch(url: String, roots: Roots) -> Result<(), FetchError> {
    let config = RemoteConfig { roots, ..config(url) };
    RemoteKeySet::new(config, ManualClock::at(Timestamp(NOW))).unwrap().refresh().await
}

fn only(pem: &str) -> Roots {
    Roots::Only { pem: pem.as_bytes().to_vec() }
}

#[tokio::test]
async fn keys_come_from_whom_the_url_names() {
    for name in ["localhost", "127.0.0.1"] {
        let issuer = issuer_named(name).await;
        let url = format!("https://{name}:{}{PATH}", issuer.port);
        assert_eq!(fetch(url, only(&issuer.pem)).await, Ok(()), "{name}");
        assert_eq!(issuer.issuer.asked(), 1);
    }
}

#[tokio::test]
async fn nobody_else_is_asked() {
    let issuer = issuer_named("localhost").await;
    let other = issuer_named("localhost").await;
    let url = |host: &str| format!("https://{host}:{}{PATH}", issuer.port);
    for (why, outcome) in [
        ("signed by no authority that the system trusts", fetch(url("localhost"), Roots::System).await),
        ("signed by another authority", fetch(url("localhost"), only(&other.pem)).await),
        ("another name", fetch(url("127.0.0.1"), only(&issuer.pem)).await),
    ] {
        assert!(matches!(outcome, Err(FetchError::Tls(_))), "{why}: {outcome:?}");
    }
    assert_eq!(issuer.issuer.asked(), 0);
}

#[tokio::test]
async fn plain_http_does_not_pass_for_tls() {
    let scene = Scene::new().await;
    let issuer = issuer_named("localhost").await;
    let url = scene.issuer.url().replacen("http:", "https:", 1);
    assert!(matches!(fetch(url, only(&issuer.pem)).await, Err(FetchError::Tls(_))));
    assert_eq!(scene.issuer.asked(), 0);
}

#[test]
fn roots_have_to_be_there() {
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let config = RemoteConfig { roots: only(pem), ..config("https://localhost/k".to_owned()) };
        let refusal = RemoteKeySet::new(config, ManualClock::at(Timestamp(NOW))).err();
        assert!(matches!(refusal, Some(RemoteConfigError::Roots(_))), "{pem}: {refusal:?}");
    }
}
