//! One keep-alive connection.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    time::Instant,
};

use mio::{Interest, Registry, Token, net::TcpStream};

use crate::response::{self, Answer};

/// Room for an answer's bytes at first; it grows.
const ROOM: usize = 4 * 1024;
/// A longer answer is none that this generator is for.
const MOST: usize = 16 * 1024 * 1024;

/// The request that a connection is busy with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    /// The number of the exchange.
    pub(crate) exchange: usize,
    /// When it was planned.
    pub(crate) planned: Instant,
    /// When it was sent.
    pub(crate) sent: Instant,
    /// How much of it has been written.
    written: usize,
}

/// A connection, or the place of one.
pub(crate) struct Connection {
    stream: Option<TcpStream>,
    room: Vec<u8>,
    filled: usize,
    pending: Option<Pending>,
    /// Bytes sent and received since the start.
    pub(crate) bytes_out: u64,
    pub(crate) bytes_in: u64,
}

/// What reading has shown.
pub(crate) enum Progress {
    /// The answer is not there yet.
    Waiting,
    /// It is there.
    Answered(Answer),
    /// The connection is gone, or what came is no answer.
    Broken,
}

impl Connection {
    pub(crate) fn new() -> Self {
        Self { stream: None, room: vec![0; ROOM], filled: 0, pending: None, bytes_out: 0, bytes_in: 0 }
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    /// Begins to connect, in place of what was there.
    pub(crate) fn open(&mut self, address: SocketAddr, registry: &Registry, token: Token) -> io::Result<()> {
        self.close(registry);
        self.take(TcpStream::connect(address)?, registry, token)
    }

    /// Takes a stream over that is connected.
    pub(crate) fn adopt(
        &mut self,
        stream: std::net::TcpStream,
        registry: &Registry,
        token: Token,
    ) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        self.take(TcpStream::from_std(stream), registry, token)
    }

    fn take(&mut self, mut stream: TcpStream, registry: &Registry, token: Token) -> io::Result<()> {
        // A request is small: waiting for more to send with it only delays it.
        let _ = stream.set_nodelay(true);
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.stream = Some(stream);
        Ok(())
    }

    pub(crate) fn close(&mut self, registry: &Registry) {
        if let Some(mut stream) = self.stream.take() {
            let _ = registry.deregister(&mut stream);
        }
        self.filled = 0;
    }

    pub(crate) const fn pending(&self) -> Option<&Pending> {
        self.pending.as_ref()
    }

    pub(crate) const fn take_pending(&mut self) -> Option<Pending> {
        self.pending.take()
    }

    /// Begins to send. What the socket does not take at once follows when it is writable.
    pub(crate) fn send(
        &mut self,
        exchange: usize,
        bytes: &[u8],
        planned: Instant,
        sent: Instant,
    ) -> io::Result<()> {
        self.pending = Some(Pending { exchange, planned, sent, written: 0 });
        self.go_on_sending(bytes)
    }

    /// Writes what is left of the request.
    pub(crate) fn go_on_sending(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (Some(stream), Some(pending)) = (&mut self.stream, &mut self.pending) else { return Ok(()) };
        while pending.written < bytes.len() {
            match stream.write(&bytes[pending.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    pending.written += count;
                    self.bytes_out += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Also a connection that is not there yet.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected) =>
                {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what has come.
    pub(crate) fn read(&mut self) -> Progress {
        let Some(stream) = &mut self.stream else { return Progress::Waiting };
        loop {
            if self.filled == self.room.len() {
                if self.room.len() >= MOST {
                    return Progress::Broken;
                }
                self.room.resize(self.room.len() * 2, 0);
            }
            match stream.read(&mut self.room[self.filled..]) {
                Ok(0) => return Progress::Broken,
                Ok(count) => {
                    self.filled += count;
                    self.bytes_in += count as u64;
                    if self.pending.is_none() {
                        // Nobody asked for this.
                        return Progress::Broken;
                    }
                    match response::read(&self.room[..self.filled]) {
                        Ok(Some(answer)) if answer.length == self.filled => {
                            return Progress::Answered(answer);
                        }
                        Ok(None) => {}
                        Ok(Some(_)) | Err(_) => return Progress::Broken,
                    }
                    // A short read has emptied the socket (epoll(7)).
                    if self.filled < self.room.len() {
                        return Progress::Waiting;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected) =>
                {
                    return Progress::Waiting;
                }
                Err(_) => return Progress::Broken,
            }
        }
    }

    /// The body of an answer that [`Self::read`] has just found.
    pub(crate) fn body(&self, answer: Answer) -> &[u8] {
        &self.room[answer.body.0..answer.body.1]
    }

    /// The answer has been looked at.
    pub(crate) const fn forget_answer(&mut self) {
        self.filled = 0;
    }
}
