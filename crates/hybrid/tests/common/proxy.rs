//! A proxy between a design and its server that can drop what goes through it, or hold it.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What the proxy does with what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Passes it on.
    Up,
    /// Ends every connection, and each new one at once.
    Cut,
    /// Takes it and keeps it: connections stay open, nothing arrives.
    Stalled,
}

/// A proxy on the loopback interface. It ends with its runtime.
pub(crate) struct Proxy {
    url: String,
    line: watch::Sender<Line>,
}

impl Proxy {
    /// In front of the server at this URL, `redis://host:port[/…]`.
    pub(crate) async fn before(server: &str) -> Self {
        let rest = server.strip_prefix("redis://").expect("a URL of Redis");
        let rest = rest.rsplit('@').next().unwrap_or(rest);
        let address = rest.split('/').next().unwrap_or(rest).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let (line, seen) = watch::channel(Line::Up);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, address.clone(), seen.clone()));
            }
        });
        Self { url, line }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn serve(client: TcpStream, server: String, line: watch::Receiver<Line>) {
    if *line.borrow() == Line::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = line.clone();
    tokio::select! {
        () = copy(from_client, to_server, line.clone()) => {}
        () = copy(from_server, to_client, line) => {}
        _ = cut.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn copy(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut line: watch::Receiver<Line>,
) {
    let mut buffer = vec![0; 1 << 14];
    while let Ok(count) = from.read(&mut buffer).await {
        // A line that is mended after it stalled delivers what it held, as a network does.
        let passes = line.wait_for(|line| *line == Line::Up).await.is_ok();
        if count == 0 || !passes || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Longer than anything here takes on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
