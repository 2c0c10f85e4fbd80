//! How every process hears of every revocation: a stream in Redis that is followed, and read again from where it was lost. Needs Redis
//! 6.2.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jwt::Policy;
use redis::{RedisError, Script, aio::MultiplexedConnection, cmd};
use session::{RedisKeyspace, StoreError};
use tokio::sync::oneshot;

use crate::{
    FeedConfig,
    event::{Event, Place},
    follow::follow,
    revocations,
    silence::Silence,
    ticks,
};

/// What hears of events.
pub(crate) trait Listener: Send + Sync + 'static {
    /// Notes an event. It may come more than once.
    fn hear(&self, event: &Event, place: Place);
}

/// Entries that are asked for at a time.
const AT_ONCE: usize = 4_096;

/// The field that holds the event.
const FIELD: &[u8] = b"e";

/// KEYS: stream. ARGV: event, seconds that it matters. What has mattered for long enough, by the server's own clock, is trimmed, a
/// whole node of the stream at a time; the stream goes when nothing was added for as long.
const APPEND: &str = r"
local keep = tonumber(ARGV[2])
local horizon = string.format('%.0f', (redis.call('TIME')[1] - keep) * 1000)
local place = redis.call('XADD', KEYS[1], 'MINID', '~', horizon, '*', 'e', ARGV[1])
redis.call('EXPIRE', KEYS[1], keep)
return place";

/// The end of a stream at which revocations are added, and a thread that follows it. The thread ends with the feed.
pub(crate) struct Feed {
    keys: Arc<RedisKeyspace>,
    stream: Vec<u8>,
    issuer: [u8; 8],
    keep: Duration,
    append: Script,
    silence: Arc<Silence>,
    /// The thread ends when this is dropped.
    _running: oneshot::Sender<()>,
}

impl Feed {
    /// Follows the stream under that prefix. When this returns, the listener has heard everything that was revoked before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer, or no thread can be started.
    pub(crate) async fn start(
        keys: RedisKeyspace,
        policy: &Policy,
        config: FeedConfig,
        listener: Arc<impl Listener>,
    ) -> Result<Self, StoreError> {
        let append = Script::new(APPEND);
        keys.load([&append]).await?;
        let keys = Arc::new(keys);
        let limit = config.sane().limit;
        let silence = Arc::new(Silence::new(config));
        let (ready, loaded) = oneshot::channel();
        let follower = Follower {
            stream: keys.key(&[b"s"]),
            keys: Arc::clone(&keys),
            issuer: revocations::issuer_key(policy),
            listener,
            silence: Arc::clone(&silence),
            wait: limit / 4,
            last: Place::default(),
            has_met_nonsense: AtomicBool::new(false),
        };
        let unavailable = "the feed of revocations cannot be followed";
        let running = follow("revocations", unavailable, follower.run(ready))?;
        loaded.await.map_err(|_| StoreError::Unavailable(unavailable.to_owned()))??;
        Ok(Self {
            stream: keys.key(&[b"s"]),
            keys,
            issuer: revocations::issuer_key(policy),
            keep: revocations::keep(policy),
            append,
            silence,
            _running: running,
        })
    }

    /// Whether everything has been heard that was revoked anywhere by the limit before now; see [`Silence::is_short`].
    #[inline]
    pub(crate) fn is_heard(&self) -> bool {
        self.silence.is_short()
    }

    /// Adds an event: every process hears of it. Answers where it stands.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: perhaps nobody hears of it.
    pub(crate) async fn add(&self, event: &Event) -> Result<Place, StoreError> {
        let mut script = self.append.key(&self.stream[..]);
        script.arg(event.encode(&self.issuer)).arg(self.keep.as_secs());
        let place: String = self.keys.run(&script).await?;
        Place::parse(&place).ok_or_else(|| StoreError::Unavailable("an answer of another type".to_owned()))
    }

    pub(crate) fn keys(&self) -> &RedisKeyspace {
        &self.keys
    }
}

/// The thread's part.
struct Follower<L> {
    keys: Arc<RedisKeyspace>,
    stream: Vec<u8>,
    issuer: [u8; 8],
    listener: Arc<L>,
    silence: Arc<Silence>,
    /// How long the server waits for an entry before it says that there is none.
    wait: Duration,
    /// The last entry that was heard.
    last: Place,
    has_met_nonsense: AtomicBool,
}

/// What `XREAD` and `XRANGE` answer with: places, and fields with values in turn.
type Entries = Vec<(String, Vec<Vec<u8>>)>;

impl<L: Listener> Follower<L> {
    /// Reads all there is, says so, and goes on for ever. A first connection that fails ends it; later ones are made again.
    async fn run(mut self, ready: oneshot::Sender<Result<(), StoreError>>) {
        let mut connection = match self.connect().await {
            Ok(connection) => connection,
            Err(error) => {
                // Nobody waits any more if this fails.
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        loop {
            let Err(error) = self.follow(&mut connection).await;
            tracing::warn!(store = ?self.keys, reason = ?error.kind(), "the feed of revocations is lost");
            connection = loop {
                tokio::time::sleep(self.keys.retry_pause()).await;
                if let Ok(connection) = self.connect().await {
                    break connection;
                }
            };
            tracing::info!(store = ?self.keys, "the feed of revocations is back, and what was missed has been read");
        }
    }

    /// A connection on which everything that is there now has been heard.
    async fn connect(&mut self) -> Result<MultiplexedConnection, StoreError> {
        // Twice as long as the server waits: who has not answered then is gone.
        let mut connection = self.keys.connection_apart(self.wait * 2).await?;
        let caught_up = async {
            self.begin_again_if_the_stream_did(&mut connection).await?;
            while !self.read(&mut connection, None).await? {}
            Ok::<_, RedisError>(())
        };
        caught_up.await.map_err(|_| StoreError::Unavailable("the stream cannot be read".to_owned()))?;
        Ok(connection)
    }

    /// A server that lost the stream numbers it anew, by a clock that may be behind: entries before the last one that was heard are
    /// then new ones. To read all of them twice does no harm.
    async fn begin_again_if_the_stream_did(
        &mut self,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), RedisError> {
        let mut command = cmd("XREVRANGE");
        command.arg(&self.stream).arg("+").arg("-").arg("COUNT").arg(1);
        let last: Entries = command.query_async(connection).await?;
        let last = last.first().and_then(|(place, _)| Place::parse(place));
        if last.is_none_or(|last| last < self.last) {
            self.last = Place::default();
        }
        Ok(())
    }

    async fn follow(
        &mut self,
        connection: &mut MultiplexedConnection,
    ) -> Result<std::convert::Infallible, RedisError> {
        loop {
            let wait = (self.wait.as_millis() as u64).max(1);
            self.read(connection, Some(wait)).await?;
        }
    }

    /// Reads what comes next, for which the server waits that many milliseconds. Says whether it was all there is: then everything
    /// that was added before it was asked has been heard.
    async fn read(
        &mut self,
        connection: &mut MultiplexedConnection,
        wait: Option<u64>,
    ) -> Result<bool, RedisError> {
        let asked = ticks::now();
        let mut command = cmd("XREAD");
        command.arg("COUNT").arg(AT_ONCE);
        if let Some(wait) = wait {
            command.arg("BLOCK").arg(wait);
        }
        command.arg("STREAMS").arg(&self.stream).arg(self.last.text());
        let answer: Option<Vec<(Vec<u8>, Entries)>> = command.query_async(connection).await?;
        let entries = answer.and_then(|mut streams| streams.pop()).map(|(_, entries)| entries);
        let entries = entries.unwrap_or_default();
        for (place, fields) in &entries {
            self.hear(place, fields);
        }
        let all = entries.len() < AT_ONCE;
        if all {
            self.silence.heard_until(asked);
        }
        Ok(all)
    }

    fn hear(&mut self, place: &str, fields: &[Vec<u8>]) {
        let Some(place) = Place::parse(place) else { return };
        self.last = place;
        let event = match fields {
            [name, event] if name == FIELD => Event::decode(event, &self.issuer),
            _ => Err(crate::event::CorruptEvent),
        };
        match event {
            Ok(Some(event)) => self.listener.hear(&event, place),
            Ok(None) => {}
            Err(crate::event::CorruptEvent) => {
                // Once: who can write one can write a million.
                if !self.has_met_nonsense.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        store = ?self.keys,
                        at = place.0,
                        "an entry in the stream of revocations is none and was skipped; further ones are not reported"
                    );
                }
            }
        }
    }
}
