//! A connection to one server whose answers are bounded by one timer for all.
//!
//! The crate sets a timer for each request. With 64 requests in flight a `GET` took 0.90 of the time without that, and
//! with room for all of them in the connection's queue.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, RedisError,
    aio::MultiplexedConnection,
    io::tcp::socket2::{SockRef, TcpKeepalive},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::MissedTickBehavior,
};

use super::{RedisConfig, error::unavailable};
use crate::StoreError;

/// Requests that may wait to be written before others wait for a place. The crate's default is 50, where a lookup with 64 in
/// flight took 1.05 to 1.07 of the bare client's `GET`; here it took 1.00 [0.99, 1.01]. A longer queue sends more at once
/// and then waits for the server with nothing to do: with 256 in flight, 1.14 [1.04, 1.19] of the `GET` with room for 128, up to
/// 1.22 for 1 024, and 0.94 [0.94, 1.01] here.
const QUEUE: usize = 64;

/// A connection, and what it owes. A clone is the same connection.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(super) connection: MultiplexedConnection,
    requests: Arc<Requests>,
}

/// Steps in which the time limit is looked at.
const STEPS: usize = 5;

/// The requests that wait for an answer, by the step in which they began. Whose caller gave up is no longer among them, so
/// that it hides nobody who still waits.
#[derive(Debug, Default)]
struct Requests {
    step: AtomicUsize,
    /// Those of the present step and of the five before it, each at its number modulo six.
    waiting: [AtomicUsize; STEPS + 1],
}

/// A request that waits for its answer; when it is dropped, it does no more.
#[must_use]
pub(super) struct Pending {
    requests: Arc<Requests>,
    began: usize,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.requests.waiting[self.began].fetch_sub(1, Relaxed);
    }
}

impl Watched {
    /// Connects, within the time limit, and has the connection watched for as long as anybody holds it.
    pub(super) async fn connect(info: &ConnectionInfo, config: &RedisConfig) -> Result<Self, StoreError> {
        let connecting = async {
            match info.addr() {
                ConnectionAddr::Tcp(host, port) => {
                    let stream = TcpStream::connect((host.as_str(), *port)).await?;
                    set_up(&stream, config.response_timeout)?;
                    Self::over(stream, info, config).await
                }
                #[cfg(unix)]
                ConnectionAddr::Unix(path) => {
                    Self::over(tokio::net::UnixStream::connect(path).await?, info, config).await
                }
                _ => Err(RedisError::from((redis::ErrorKind::InvalidClientConfig, "no such transport"))),
            }
        };
        let connected = tokio::time::timeout(config.connection_timeout, connecting).await;
        let connected = connected.map_err(|_| StoreError::Unavailable("no answer in time".to_owned()))?;
        connected.map_err(|error| unavailable(&error))
    }

    async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        info: &ConnectionInfo,
        config: &RedisConfig,
    ) -> Result<Self, RedisError> {
        let crates = AsyncConnectionConfig::new().set_response_timeout(None).set_pipeline_buffer_size(QUEUE);
        let (connection, driver) =
            MultiplexedConnection::new_with_config(info.redis_settings(), stream, crates).await?;
        let requests = Arc::new(Requests::default());
        let (watched, patience) = (Arc::clone(&requests), config.response_timeout);
        tokio::spawn(async move {
            // The driver ends with the connection, or with the last who holds it. When it is dropped, everybody who waits
            // for an answer is told so.
            tokio::select! {
                () = driver => {}
                () = watched.until_one_is_overdue(patience) => {}
            }
        });
        Ok(Self { connection, requests })
    }

    /// Counts a request until its answer is there.
    pub(super) fn begin(&self) -> Pending {
        self.requests.begin()
    }
}

impl Requests {
    fn begin(self: &Arc<Self>) -> Pending {
        let began = self.step.load(Relaxed) % (STEPS + 1);
        self.waiting[began].fetch_add(1, Relaxed);
        Pending { requests: Arc::clone(self), began }
    }

    /// Ends when a request has waited for four to five fifths of the time.
    async fn until_one_is_overdue(&self, patience: Duration) {
        let mut steps = tokio::time::interval((patience / STEPS as u32).max(Duration::from_millis(1)));
        // A process that was held up has not waited for the server meanwhile.
        steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first is over at once.
        steps.tick().await;
        for step in 1_usize.. {
            steps.tick().await;
            // What began five steps ago has waited for more than four. Its place is the next step's.
            if self.waiting[(step + 1) % (STEPS + 1)].load(Relaxed) > 0 {
                return;
            }
            self.step.store(step, Relaxed);
        }
    }
}

/// A request is one small write: Nagle's algorithm would hold it back while an earlier one is unanswered. A peer that is
/// gone without a word is noticed by what it does not acknowledge, or where nothing is sent by what it does not echo.
fn set_up(stream: &TcpStream, patience: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&keepalive(patience))?;
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    socket.set_tcp_user_timeout(Some(patience))?;
    Ok(())
}

/// In whole seconds, as systems count them.
pub(super) fn keepalive(patience: Duration) -> TcpKeepalive {
    let seconds = Duration::from_secs(patience.as_secs().max(1));
    TcpKeepalive::new().with_time(seconds).with_interval(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(500);

    async fn overdue_within(requests: &Requests, limit: Duration) -> bool {
        tokio::time::timeout(limit, requests.until_one_is_overdue(PATIENCE)).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn one_without_an_answer_is_overdue_in_time_and_not_much_before() {
        let requests = Arc::new(Requests::default());
        let _pending = requests.begin();
        let started = tokio::time::Instant::now();
        requests.until_one_is_overdue(PATIENCE).await;
        let waited = started.elapsed();
        assert!(PATIENCE * 4 / 5 <= waited && waited <= PATIENCE, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_began_later_is_overdue_in_time_as_well() {
        for begins_after in [1, 99, 100, 101, 730, 5_050] {
            let requests = Arc::new(Requests::default());
            let stuck = async {
                tokio::time::sleep(Duration::from_millis(begins_after)).await;
                let _pending = requests.begin();
                std::future::pending::<()>().await;
            };
            let started = tokio::time::Instant::now();
            tokio::select! {
                () = stuck => unreachable!("it has no end"),
                () = requests.until_one_is_overdue(PATIENCE) => {}
            }
            let waited = started.elapsed() - Duration::from_millis(begins_after);
            assert!(PATIENCE * 4 / 5 <= waited && waited <= PATIENCE, "{begins_after} ms: {waited:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn others_that_are_answered_or_given_up_do_not_hide_one_that_waits() {
        let requests = Arc::new(Requests::default());
        let _stuck = requests.begin();
        let others = async {
            loop {
                let some = [requests.begin(), requests.begin()];
                tokio::time::sleep(PATIENCE / 7).await;
                drop(some);
            }
        };
        let started = tokio::time::Instant::now();
        tokio::select! {
            () = others => unreachable!("it has no end"),
            () = requests.until_one_is_overdue(PATIENCE) => {}
        }
        assert!(started.elapsed() <= PATIENCE, "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn answered_ones_and_idleness_are_nothing_to_end_a_connection_for() {
        let requests = Arc::new(Requests::default());
        assert!(!overdue_within(&requests, PATIENCE * 20).await, "idle");
        let prompt = async {
            loop {
                let one = requests.begin();
                tokio::time::sleep(PATIENCE / 2).await;
                drop(one);
            }
        };
        tokio::select! {
            () = prompt => unreachable!("it has no end"),
            overdue = overdue_within(&requests, PATIENCE * 20) => assert!(!overdue, "answered"),
        }
    }
}
