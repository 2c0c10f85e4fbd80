//! One connection that all calls share: requests are written as they come, answers arrive in the same order.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
};

use super::{
    config::MemcachedConfig,
    failure::Failure,
    protocol::{Answer, parse},
};
use crate::{StoreError, store::link::Connect};

/// The number of requests that may wait to be written; more wait for a place.
const WAITING: usize = 1_024;
/// The number of requests written at once.
const BATCH: usize = 256;

/// How a store connects.
pub(super) struct MemcachedConnect {
    address: String,
    config: MemcachedConfig,
}

impl MemcachedConnect {
    pub(super) fn new(url: &str, config: &MemcachedConfig) -> Result<Self, StoreError> {
        let address = url.strip_prefix("memcached://").map(|address| address.trim_end_matches('/'));
        // The protocol that is spoken here knows no passwords: what looks like one is a mistake.
        let address = address.filter(|address| !address.contains(['@', '/']) && address.contains(':'));
        let address =
            address.ok_or_else(|| StoreError::Unavailable("not a URL of a memcached".to_owned()))?;
        Ok(Self { address: address.to_owned(), config: config.clone() })
    }

    /// A connection of its own, made within the time limit.
    pub(super) async fn stream(&self) -> Result<TcpStream, StoreError> {
        let connecting =
            tokio::time::timeout(self.config.connection_timeout, TcpStream::connect(&self.address));
        let stream = match connecting.await {
            Ok(Ok(stream)) => stream,
            Ok(Err(_)) => return Err(StoreError::Unavailable("no connection".to_owned())),
            Err(_) => return Err(StoreError::Unavailable("no answer in time".to_owned())),
        };
        // A request is one small write. Nagle's algorithm would hold it back while an earlier one is unanswered.
        let prompt = stream.set_nodelay(true);
        prompt.map(|()| stream).map_err(|_| StoreError::Unavailable("no connection".to_owned()))
    }

    pub(super) const fn response_timeout(&self) -> Duration {
        self.config.response_timeout
    }
}

impl Connect for MemcachedConnect {
    type Connection = Pipeline;

    async fn connect(&self) -> Result<Self::Connection, StoreError> {
        let (reader, writer) = self.stream().await?.into_split();
        let (sender, requests) = mpsc::channel(WAITING);
        let patience = self.response_timeout();
        tokio::spawn(Driver { reader, writer, requests, owed: VecDeque::new(), patience }.run());
        let pipeline = Pipeline { requests: sender, patience };
        // A frozen server is connected to by its kernel: only an answer tells. And the answer, whether it is a memcached.
        match pipeline.ask(b"mn\r\n".to_vec()).await? {
            Answer::Nothing => Ok(pipeline),
            _ => Err(StoreError::Unavailable("not a memcached of version 1.6 or later".to_owned())),
        }
    }

    fn retry_pause(&self) -> Duration {
        self.config.retry_pause
    }
}

/// The callers' end of a connection.
#[derive(Clone)]
pub(super) struct Pipeline {
    requests: mpsc::Sender<Request>,
    patience: Duration,
}

struct Request {
    bytes: Vec<u8>,
    answer: oneshot::Sender<Answer>,
}

impl Pipeline {
    /// Sends a request, which waits for a place in the queue as long as an answer may take, and waits for its answer, for as
    /// long as the connection is believed to live.
    pub(super) async fn ask(&self, bytes: Vec<u8>) -> Result<Answer, Failure> {
        let place = match self.requests.try_reserve() {
            Ok(place) => place,
            Err(TrySendError::Closed(())) => return Err(Failure::Lost),
            Err(TrySendError::Full(())) => tokio::time::timeout(self.patience, self.requests.reserve())
                .await
                .map_err(|_| Failure::Crowded)?
                .map_err(|_| Failure::Lost)?,
        };
        let (answer, answered) = oneshot::channel();
        place.send(Request { bytes, answer });
        answered.await.map_err(|_| Failure::Lost)
    }
}

/// The task at the other end. When it ends, for whatever reason, everybody who waits is told so.
///
/// There is one timer for the oldest request, not one for each.
struct Driver {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    requests: mpsc::Receiver<Request>,
    /// Who waits for an answer, and since when, in the order of the requests.
    owed: VecDeque<(Instant, oneshot::Sender<Answer>)>,
    patience: Duration,
}

impl Driver {
    async fn run(mut self) {
        let (mut incoming, mut outgoing) = (Vec::with_capacity(16 << 10), Vec::with_capacity(16 << 10));
        let (mut written, mut batch) = (0, Vec::with_capacity(BATCH));
        let timer = tokio::time::sleep(self.patience);
        tokio::pin!(timer);
        let mut more_may_come = true;
        // When nobody can ask any more, who has asked is still answered.
        while more_may_come || !self.owed.is_empty() {
            tokio::select! {
                read = self.reader.read_buf(&mut incoming) => {
                    if !matches!(read, Ok(1..)) || self.hand_out(&mut incoming).is_err() {
                        return;
                    }
                }
                wrote = self.writer.write(&outgoing[written..]), if written < outgoing.len() => {
                    let Ok(count @ 1..) = wrote else { return };
                    written += count;
                    if written == outgoing.len() {
                        outgoing.clear();
                        written = 0;
                    }
                }
                // Requests wait in the channel, which is bounded, while the server does not take what it was sent.
                count = self.requests.recv_many(&mut batch, BATCH), if more_may_come && outgoing.is_empty() => {
                    more_may_come = count > 0;
                    let now = Instant::now();
                    for request in batch.drain(..) {
                        outgoing.extend_from_slice(&request.bytes);
                        self.owed.push_back((now, request.answer));
                    }
                }
                () = &mut timer => {
                    let oldest = self.owed.front().map_or_else(Instant::now, |(since, _)| *since);
                    let deadline = oldest + self.patience;
                    if deadline <= Instant::now() {
                        return;
                    }
                    timer.as_mut().reset(deadline.into());
                }
            }
        }
    }

    /// Gives every complete answer to the one who waits longest, up to one that says that the two ends disagree about what
    /// was asked: whose the next ones are, nobody knows then.
    fn hand_out(&mut self, incoming: &mut Vec<u8>) -> Result<(), ()> {
        let mut used = 0;
        while let Some((answer, length)) = parse(&incoming[used..]).map_err(drop)? {
            used += length;
            let is_understood = answer != Answer::Misunderstood;
            // An answer that nobody waits for: the two ends disagree as well.
            let (_, asker) = self.owed.pop_front().ok_or(())?;
            // Who gave up waiting is not interested.
            let _gone = asker.send(answer);
            if !is_understood {
                return Err(());
            }
        }
        incoming.drain(..used);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_in_the_queue_is_told_so_in_time_and_the_connection_lives() {
        let patience = Duration::from_millis(500);
        let (requests, mut asked) = mpsc::channel(1);
        let pipeline = Pipeline { requests, patience };
        let first = tokio::spawn({
            let pipeline = pipeline.clone();
            async move { pipeline.ask(b"first".to_vec()).await }
        });
        tokio::task::yield_now().await;
        let started = tokio::time::Instant::now();
        assert_eq!(pipeline.ask(b"second".to_vec()).await, Err(Failure::Crowded));
        assert!((patience..patience * 2).contains(&started.elapsed()), "{:?}", started.elapsed());
        assert!(!Failure::Crowded.ends_the_connection());

        let request = asked.recv().await.unwrap();
        assert_eq!(request.bytes, b"first");
        request.answer.send(Answer::Done).unwrap();
        assert_eq!(first.await.unwrap(), Ok(Answer::Done));
        drop(asked);
        assert_eq!(pipeline.ask(b"third".to_vec()).await, Err(Failure::Lost));
    }
}
