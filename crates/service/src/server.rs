//! Connections, limits, shutdown.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

/// How long a client may take to send a request's headers, and stay without one.
const LONGEST_HEADERS: Duration = Duration::from_secs(10);
/// Request line and headers together; hyper answers more with 431.
const LARGEST_HEADERS: usize = 16 * 1024;
/// How long requests in flight may take after the order to stop.
const LONGEST_FAREWELL: Duration = Duration::from_secs(10);
/// After a failed `accept`, such as for want of file descriptors: not at once again.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

/// How long a client may take for the handshake of TLS.
const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);

/// Connections that may wait to be accepted; the system has a limit of its own (`net.core.somaxconn`). The usual 128 overflow when
/// hundreds of clients come at once, and each that is dropped tries again after a second.
const WAITING: u32 = 4_096;

/// Listens there.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A service that starts again need not wait until the system has forgotten its old connections.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Serves until `stop` is ready, then lets requests in flight finish.
pub(crate) async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(LONGEST_HEADERS).max_buf_size(LARGEST_HEADERS);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    failed(&error).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Answers are small: waiting for more to send with them only delays them.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let Some(tls) = tls.clone() else {
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                // A client that goes away or breaks the protocol is its own affair.
                let _ = connection.await;
            });
            continue;
        };
        let (http, watcher) = (http.clone(), graceful.watcher());
        tokio::spawn(async move {
            let handshake = tokio::time::timeout(LONGEST_HANDSHAKE, tls.accept(stream)).await;
            if let Ok(Ok(stream)) = handshake {
                let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LONGEST_FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn failed(error: &io::Error) {
    tracing::warn!(%error, "a connection was not accepted");
    tokio::time::sleep(AFTER_FAILURE).await;
}
