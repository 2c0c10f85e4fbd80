//! Which certificates to trust, over TLS.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{FetchError, RemoteConfigError, Roots};

/// Opens connections to one host, and to nobody who cannot prove to be it.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    pub(super) fn new(host: &str, roots: &Roots) -> Result<Self, RemoteConfigError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| RemoteConfigError::Url)?;
        // The provider is named here, so that a program with several does not have to choose one for us.
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| RemoteConfigError::Roots(error.to_string()))?
            .with_root_certificates(trusted(roots)?)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn connect(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, FetchError> {
        let secured = self.connector.connect(self.name.clone(), stream).await;
        secured.map_err(|error| FetchError::Tls(error.to_string()))
    }
}

fn trusted(roots: &Roots) -> Result<RootCertStore, RemoteConfigError> {
    let refused = |reason: String| RemoteConfigError::Roots(reason);
    let mut store = RootCertStore::empty();
    match roots {
        Roots::System => {
            let found = rustls_native_certs::load_native_certs();
            // Systems carry the odd certificate that no verifier takes; that is no reason to trust none.
            store.add_parsable_certificates(found.certs);
            if store.is_empty() {
                let reason = found.errors.first().map(ToString::to_string);
                return Err(refused(reason.unwrap_or_else(|| "this system has none".to_owned())));
            }
        }
        Roots::Only { pem } => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| refused(error.to_string()))?;
                store.add(certificate).map_err(|error| refused(error.to_string()))?;
            }
            if store.is_empty() {
                return Err(refused("the PEM text has none".to_owned()));
            }
        }
    }
    Ok(store)
}
