//! A TCP proxy that puts a server at a distance, or takes it away.
//!
//! Full duplex: each direction of a connection has a thread that reads and one that writes, and bytes keep their order. A chunk
//! leaves the given time after it has come, so that chunks on their way do not wait for each other: the distance adds to
//! latency and takes nothing from the rate.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// A sleeper is woken late by some microseconds. So it sleeps until this time before the end, and looks at the clock from then
/// on.
const LOOKING: Duration = Duration::from_micros(60);
/// Chunks on their way in one direction: at 30 ms, some hundred thousand a second.
const CHUNKS: usize = 4_096;
const CHUNK: usize = 64 * 1024;

/// A proxy in front of one address, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<thread::JoinHandle<()>>,
}

struct Shared {
    target: SocketAddr,
    one_way: Duration,
    /// Done first on each thread, such as binding it to a processor.
    begin: Box<dyn Fn() + Send + Sync>,
    ended: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// No connection is let through.
    cut: bool,
    /// Bytes come in, and none go out.
    stalled: bool,
    streams: Vec<TcpStream>,
}

impl Proxy {
    /// In front of that address. Each byte arrives `one_way` later than without it, in either direction. `begin` is done first on
    /// each of its threads.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(
        target: SocketAddr,
        one_way: Duration,
        begin: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target,
            one_way,
            begin: Box::new(begin),
            ended: AtomicBool::new(false),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        let acceptor =
            thread::Builder::new().name("proxy".to_owned()).spawn(move || own.accept(&listener))?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Where clients reach the server through it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A server's URL with this proxy in place of its host and port; `None` where it has none.
    #[must_use]
    pub fn url(&self, url: &str) -> Option<String> {
        let (begin, end) = authority(url)?;
        Some(format!("{}{}{}", &url[..begin], self.address, &url[end..]))
    }

    /// Closes all connections, and closes new ones at once, until [`Self::mend`].
    pub fn cut(&self) {
        let mut state = self.shared.state();
        state.cut = true;
        for stream in state.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Holds all bytes back until [`Self::mend`]; connections stay open.
    pub fn stall(&self) {
        self.shared.state().stalled = true;
    }

    /// Lets everything through again. What was held back follows in its order.
    pub fn mend(&self) {
        let mut state = self.shared.state();
        (state.cut, state.stalled) = (false, false);
        drop(state);
        self.shared.changed.notify_all();
    }
}

/// The address of a URL's host and port, if it names both as numbers: `scheme://[user[:password]@]host:port[/…]`.
#[must_use]
pub fn address_of(url: &str) -> Option<SocketAddr> {
    let (begin, end) = authority(url)?;
    url[begin..end].parse().ok()
}

fn authority(url: &str) -> Option<(usize, usize)> {
    let begin = url.find("://")? + 3;
    let end = url[begin..].find(['/', '?', '#']).map_or(url.len(), |length| begin + length);
    let begin = url[begin..end].rfind('@').map_or(begin, |at| begin + at + 1);
    (begin < end).then_some((begin, end))
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.cut();
        self.shared.changed.notify_all();
        // Wakes the acceptor up.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        (self.begin)();
        for client in listener.incoming() {
            if self.ended.load(Ordering::Acquire) {
                return;
            }
            // A client that is gone already, or a server that is: the client sees its connection closed.
            if let Ok(client) = client {
                let _ = self.connect(client);
            }
        }
    }

    fn connect(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        if self.state().cut {
            return Ok(());
        }
        let server = TcpStream::connect_timeout(&self.target, Duration::from_secs(5))?;
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
        }
        let mut state = self.state();
        // Those whose other end is gone are not kept for ever.
        state.streams.retain(|stream| stream.peer_addr().is_ok() && stream.take_error().is_ok());
        state.streams.extend([client.try_clone()?, server.try_clone()?]);
        drop(state);
        self.pump(client.try_clone()?, server.try_clone()?)?;
        self.pump(server, client)
    }

    /// One direction.
    fn pump(self: &Arc<Self>, mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
        let (send, receive) = mpsc::sync_channel::<(Instant, Vec<u8>)>(CHUNKS);
        let (reader, writer) = (Arc::clone(self), Arc::clone(self));
        let spawn = |work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name("proxy".to_owned()).stack_size(128 * 1024).spawn(work).map(drop)
        };
        spawn(Box::new(move || {
            (reader.begin)();
            let mut buffer = vec![0; CHUNK];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let chunk = (Instant::now() + reader.one_way, buffer[..count].to_vec());
                if send.send(chunk).is_err() {
                    break;
                }
            }
        }))?;
        spawn(Box::new(move || {
            (writer.begin)();
            while let Ok((due, chunk)) = receive.recv() {
                wait_until(due);
                if !writer.let_through() || to.write_all(&chunk).is_err() {
                    break;
                }
            }
            // The end of the stream follows its last byte.
            let _ = to.shutdown(Shutdown::Write);
        }))
    }

    /// Waits while bytes are held back. Whether to go on then.
    fn let_through(&self) -> bool {
        let mut state = self.state();
        while state.stalled && !self.ended.load(Ordering::Acquire) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.cut && !self.ended.load(Ordering::Acquire)
    }
}

fn wait_until(due: Instant) {
    loop {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        if left > LOOKING {
            thread::sleep(left - LOOKING);
        } else {
            std::hint::spin_loop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each byte with its successor.
    fn successor() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut buffer) {
                        let answer: Vec<u8> =
                            buffer[..count].iter().map(|byte| byte.wrapping_add(1)).collect();
                        if stream.write_all(&answer).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    fn connect(proxy: &Proxy) -> TcpStream {
        let stream = TcpStream::connect(proxy.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    #[test]
    fn bytes_keep_their_order_and_take_the_round_trip_once_however_many_are_on_their_way() {
        const ONE_WAY: Duration = Duration::from_millis(20);
        let proxy = Proxy::start(successor(), ONE_WAY, || {}).unwrap();
        let mut stream = connect(&proxy);
        let started = Instant::now();
        let sent: Vec<u8> = (0..200).collect();
        for byte in &sent {
            stream.write_all(&[*byte]).unwrap();
        }
        let mut answer = vec![0; sent.len()];
        stream.read_exact(&mut answer).unwrap();
        let elapsed = started.elapsed();
        assert!(answer.iter().zip(&sent).all(|(one, other)| *one == other.wrapping_add(1)));
        assert!(elapsed >= 2 * ONE_WAY, "{elapsed:?}");
        assert!(elapsed < 200 * ONE_WAY, "each byte waited for the one before: {elapsed:?}");
    }

    #[test]
    fn what_is_cut_is_closed_and_what_is_stalled_comes_later() {
        let proxy = Proxy::start(successor(), Duration::ZERO, || {}).unwrap();
        let mut stream = connect(&proxy);
        let mut byte = [0];
        proxy.stall();
        stream.write_all(&[1]).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(stream.read(&mut byte).is_err(), "it came through");
        proxy.mend();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [2]);

        proxy.cut();
        assert!(matches!(stream.read(&mut byte), Ok(0) | Err(_)));
        let mut refused = connect(&proxy);
        assert!(matches!(refused.read(&mut byte), Ok(0) | Err(_)));
        proxy.mend();
        let mut stream = connect(&proxy);
        stream.write_all(&[7]).unwrap();
        stream.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [8]);
        let gone = proxy.address();
        drop(proxy);
        assert!(TcpStream::connect(gone).is_err());
        assert!(matches!(stream.read(&mut byte), Ok(0) | Err(_)));
    }

    #[test]
    fn a_target_that_dies_closes_the_client() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy::start(listener.local_addr().unwrap(), Duration::ZERO, || {}).unwrap();
        let mut stream = connect(&proxy);
        drop(listener.accept().unwrap());
        assert!(matches!(stream.read(&mut [0]), Ok(0) | Err(_)));
        drop(listener);
        let mut refused = connect(&proxy);
        assert!(matches!(refused.read(&mut [0]), Ok(0) | Err(_)));
    }

    #[test]
    fn a_url_is_changed_in_host_and_port_alone() {
        let proxy = Proxy::start(successor(), Duration::ZERO, || {}).unwrap();
        let here = proxy.address();
        for (url, through) in [
            ("redis://127.0.0.1:6379", format!("redis://{here}")),
            ("redis://127.0.0.1:6379/3", format!("redis://{here}/3")),
            ("postgresql://u:p@127.0.0.1:5432/postgres", format!("postgresql://u:p@{here}/postgres")),
        ] {
            assert_eq!(proxy.url(url), Some(through));
            assert!(address_of(url).is_some());
        }
        assert_eq!(proxy.url("redis+unix:///run/redis.sock"), None);
        assert_eq!(address_of("/tmp/folder"), None);
    }
}
