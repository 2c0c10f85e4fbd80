//! Where designs are built: keys, policies, addresses. One environment serves all contestants of a process, so that they
//! share what they would share in production.

#[cfg(feature = "rare-peers")]
use std::sync::atomic::{AtomicU8, Ordering};
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    os::unix::fs::MetadataExt,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use authoriser::Clock;
use jwt::{Hs256, Hs256Key, PrivateClaims};
use rand::distr::{Alphanumeric, SampleString};
use session::{
    MemcachedStore, PostgresStore, RedisClusterStore, RedisConfig, RedisKeyspace, RedisStore, SessionPolicy,
    SharedStore, StoreError,
};
use tokio::sync::OnceCell;

use crate::{Need, Unavailable};

/// Who issues our tokens.
const ISSUER: &str = "https://auth.example.com";
/// The audience of our tokens.
const AUDIENCE: &str = "https://api.example.com";
/// How long a token holds: an hour, the usual compromise between staleness and logins.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);

/// How long a token holds that can be renewed.
const RENEWED_LIFETIME: Duration = Duration::from_secs(300);
/// How long a gateway's tokens for the services inside hold.
const INSIDE_LIFETIME: Duration = Duration::from_secs(60);

/// How many credentials a cache remembers: some megabytes.
const CACHED_CREDENTIALS: usize = 65_536;

/// How often a session's use is noted unless the environment says otherwise: longer apart than any case is measured. What a touch
/// costs is a question of its own and must not get into the others by chance.
const RARELY: Duration = Duration::from_secs(600);

/// How many logical databases of a Redis server have been given away in this process.
#[cfg(feature = "rare-peers")]
static TOWER_DATABASES: AtomicU8 = AtomicU8::new(0);

/// Keys, policies and addresses.
pub struct Environment<C> {
    clock: C,
    secret: [u8; 32],
    private_claims: PrivateClaims,
    touch_every: Duration,
    /// How long credentials hold, where it is not as long as usual.
    lifetime: Option<Duration>,
    refresh: hybrid::RefreshConfig,
    addresses: BTreeMap<Need, String>,
    /// Begins every namespace in a shared store, so that runs do not meet and what they leave can be found.
    tag: String,
    opened: Mutex<Vec<Clear>>,
    /// The authorisation server that resource servers ask: one for all instances over one store, started when it is first needed.
    issuer: Arc<OnceCell<Arc<Issuer<C>>>>,
    /// What threads that are started here do first.
    on_new_threads: fn(),
}

/// An authorisation server over sessions in Redis.
pub(crate) type Issuer<C> = hybrid::AuthorisationServer<RedisStore, C>;

/// How a store that was opened here is cleared, without knowing its type.
type Clear = Box<dyn FnOnce() -> Clearing + Send>;

type Clearing = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

impl<C: Clock> Environment<C> {
    /// An environment with a fresh secret and no services.
    #[must_use]
    pub fn new(clock: C) -> Self {
        let tag = Alphanumeric.sample_string(&mut rand::rng(), 4);
        let (addresses, opened) = (BTreeMap::new(), Mutex::default());
        Self {
            clock,
            secret: rand::random(),
            private_claims: PrivateClaims::default(),
            touch_every: RARELY,
            lifetime: None,
            refresh: hybrid::RefreshConfig::default(),
            addresses,
            tag,
            opened,
            issuer: Arc::default(),
            on_new_threads: || {},
        }
    }

    /// The same once more, as another process of the same service has it: the same keys, and the same places in shared stores for
    /// what is opened there, as long as both open the same in the same order. What is opened in it is cleared with the first.
    #[must_use]
    pub fn instance(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            secret: self.secret,
            private_claims: self.private_claims.clone(),
            touch_every: self.touch_every,
            lifetime: self.lifetime,
            refresh: self.refresh,
            addresses: self.addresses.clone(),
            tag: self.tag.clone(),
            opened: Mutex::default(),
            issuer: Arc::clone(&self.issuer),
            on_new_threads: self.on_new_threads,
        }
    }

    /// A key of the environment for that purpose and no other (RFC 5869 with one block: HMAC of the purpose under the secret).
    #[must_use]
    pub fn key_for(&self, purpose: &str) -> Hs256Key {
        let key = self.hmac_key().mac(purpose.as_bytes());
        Hs256Key::new(&key).expect("32 bytes are enough")
    }

    /// The same environment with a service at that address.
    #[must_use]
    pub fn with(mut self, need: Need, address: &str) -> Self {
        self.addresses.insert(need, address.to_owned());
        // One that has another way to the store is another server.
        self.issuer = Arc::default();
        self
    }

    /// The same environment, in which each thread that it starts does this first, such as to bind itself to a processor.
    #[must_use]
    pub fn beginning_threads_with(self, on_new_threads: fn()) -> Self {
        Self { on_new_threads, ..self }
    }

    /// The same environment whose tokens say this as well.
    #[must_use]
    pub fn claiming(self, private_claims: PrivateClaims) -> Self {
        Self { private_claims, ..self }
    }

    /// The same environment whose sessions' use is noted at most once in that time, at every request if it is zero.
    #[must_use]
    pub fn touching(self, every: Duration) -> Self {
        Self { touch_every: every, ..self }
    }

    /// The same environment whose tokens hold for that time, in whole seconds and one at the least. So do its sessions while nobody
    /// uses them, and twice as long however much they are used. Each use is noted, whatever [`Self::touching`] has set: otherwise a
    /// session in use would idle out.
    ///
    /// It does not reach what has a lifetime of its own: `jwt-refresh` (its access tokens hold five minutes, and its logins as long as
    /// usual), the tokens that `gateway` hands to the services inside (a minute), and the controls, which never expire.
    #[must_use]
    pub fn living(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), touch_every: Duration::ZERO, ..self }
    }

    /// The same environment that answers a refresh token for this long after its use.
    ///
    /// # Errors
    /// When it is not in whole seconds, or longer than any such time may be.
    pub fn forgiving(self, grace: Duration) -> Result<Self, hybrid::RefreshConfigError> {
        let refresh = hybrid::RefreshConfig::new(self.refresh.idle(), self.refresh.absolute(), grace)?;
        Ok(Self { refresh, ..self })
    }

    /// The clock that all designs of the environment read.
    pub fn clock(&self) -> C {
        self.clock.clone()
    }

    /// The HS256 key of this environment's tokens.
    #[must_use]
    pub fn hmac_key(&self) -> Hs256Key {
        Hs256Key::new(&self.secret).expect("32 bytes are enough, and random ones are no key file")
    }

    /// The HS256 design, which its floor needs as well.
    #[must_use]
    pub fn jwt_hs256(&self) -> Hs256<C> {
        Hs256::new(self.hmac_key(), self.token_policy(), self.clock())
    }

    /// Issuer, audience and lifetime of all tokens of the environment.
    #[must_use]
    pub fn token_policy(&self) -> jwt::Policy {
        let lifetime = self.lifetime.unwrap_or(TOKEN_LIFETIME);
        jwt::Policy::new(ISSUER, AUDIENCE, lifetime).with_private_claims(self.private_claims.clone())
    }

    /// Tokens under this key behind a cache of verified ones.
    pub(crate) fn cached_jwt<K: jwt::JwsKey>(&self, key: K) -> Result<hybrid::CachedJwt<K, C>, Unavailable> {
        Ok(hybrid::CachedJwt::new(key, self.token_policy(), self.clock(), CACHED_CREDENTIALS))
    }

    /// Tokens with a deny-list in this environment's Redis.
    pub(crate) async fn denylist_redis(
        &self,
        when_away: hybrid::WhenAway,
    ) -> Result<hybrid::JwtDenylistRedis<Hs256Key, C>, Unavailable> {
        let (key, policy, clock) = (self.hmac_key(), self.token_policy(), self.clock());
        let keys = self.keyspace(Need::Redis).await?;
        Ok(hybrid::JwtDenylistRedis::new(key, policy, clock, keys, when_away).await?)
    }

    /// Short-lived tokens over refresh sessions in this environment's Redis.
    pub(crate) async fn jwt_refresh(&self) -> Result<hybrid::JwtRefresh<Hs256Key, C>, Unavailable> {
        let policy = jwt::Policy { lifetime: RENEWED_LIFETIME, ..self.token_policy() };
        let (refresh_key, keys) = (self.key_for("jwt-refresh"), self.keyspace(Need::Redis).await?);
        let (key, clock) = (self.hmac_key(), self.clock());
        Ok(hybrid::JwtRefresh::new(key, policy, clock, refresh_key, keys, self.refresh).await?)
    }

    /// A resource server that asks the environment's authorisation server, which runs on a thread of its own in this process.
    pub(crate) async fn introspection(&self) -> Result<hybrid::Introspection<RedisStore, C>, Unavailable> {
        let issuer = Arc::clone(self.issuer.get_or_try_init(|| self.start_issuer()).await?);
        let config = issuer.config().clone();
        let introspection = hybrid::Introspection::new(issuer, config, self.clock());
        introspection.map_err(|error| Unavailable(error.to_string()))
    }

    async fn start_issuer(&self) -> Result<Arc<Issuer<C>>, Unavailable> {
        let address = self.address(Need::Redis)?.to_owned();
        let namespace = self.namespace(&address, clear::<RedisStore>);
        let open = async move { RedisStore::open(&address, &namespace).await };
        let (policy, names) = (self.session_policy(), (ISSUER.to_owned(), AUDIENCE.to_owned()));
        Ok(Arc::new(Issuer::start(open, policy, self.clock(), names, self.on_new_threads).await?))
    }

    /// The gateway of this environment, over sessions in its Redis.
    ///
    /// # Errors
    /// [`Unavailable`] when the environment has no Redis or it does not answer.
    pub async fn gateway(&self) -> Result<hybrid::Gateway<RedisStore, C>, Unavailable> {
        let store = self.store::<RedisStore>(Need::Redis).await?;
        let inside = (self.key_for("gateway"), self.inside_policy());
        Ok(hybrid::Gateway::new(store, self.session_policy(), inside, self.clock(), CACHED_CREDENTIALS))
    }

    /// What the services behind [`Self::gateway`] verify its tokens with.
    #[must_use]
    pub fn inside_gateway(&self) -> Hs256<C> {
        Hs256::new(self.key_for("gateway"), self.inside_policy(), self.clock())
    }

    fn inside_policy(&self) -> jwt::Policy {
        jwt::Policy::new(ISSUER, AUDIENCE, INSIDE_LIFETIME)
    }

    /// A peer under the secret behind [`Self::hmac_key`], which it prepares itself, and the policy of all tokens.
    #[cfg(feature = "peers")]
    pub(crate) fn peer<L: peers::Library>(
        &self,
        set_up: impl FnOnce(&[u8; 32], &jwt::Policy) -> Result<L, peers::Unusable>,
    ) -> Result<peers::Peer<L, C>, Unavailable> {
        let policy = self.token_policy();
        let library = set_up(&self.secret, &policy).map_err(|error| Unavailable(error.to_string()))?;
        Ok(peers::Peer::new(library, policy, self.clock()))
    }

    /// Our own JWT path over a key of another library, under the secret behind [`Self::hmac_key`] where it is one.
    #[cfg(feature = "peers")]
    pub(crate) fn jwt_on<K: jwt::JwsKey>(
        &self,
        key: impl FnOnce(&[u8; 32]) -> Result<K, peers::Unusable>,
    ) -> Result<jwt::Jwt<K, C>, Unavailable> {
        let key = key(&self.secret).map_err(|error| Unavailable(error.to_string()))?;
        Ok(jwt::Jwt::new(key, self.token_policy(), self.clock()))
    }

    /// Idle and absolute timeout of all sessions: the usual half hour and twelve hours.
    pub(crate) fn session_policy(&self) -> SessionPolicy {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let (idle, absolute) =
            self.lifetime.map_or((minutes(30), minutes(12 * 60)), |lifetime| (lifetime, lifetime * 2));
        SessionPolicy::new(idle, absolute, self.touch_every)
            .expect("whole seconds, and each longer than the one it contains")
    }

    /// A store of its own at the service, in a namespace of its own.
    ///
    /// # Errors
    /// [`Unavailable`] when the environment has no such service or it does not answer.
    pub async fn store<S: SharedStore>(&self, need: Need) -> Result<S, Unavailable> {
        let address = self.address(need)?.to_owned();
        let namespace = self.namespace(&address, clear::<S>);
        open(&address, &namespace).await
    }

    /// A prefix of its own in the Redis server, for a design that keeps something else than sessions there.
    pub(crate) async fn keyspace(&self, need: Need) -> Result<RedisKeyspace, Unavailable> {
        let address = self.address(need)?.to_owned();
        let namespace = self.namespace(&address, clear_keyspace);
        Ok(open_keyspace(&address, &namespace).await?)
    }

    /// A namespace of its own, and how it is cleared.
    fn namespace<F>(&self, address: &str, clear: impl FnOnce(String, String) -> F) -> String
    where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let mut opened = self.opened.lock().expect("nothing panics under this lock");
        // Short, for it is stored once a session; two digits keep 256 stores of a process apart.
        let namespace = format!("{}{:02x}", self.tag, opened.len() % 256);
        let clearing = clear(address.to_owned(), namespace.clone());
        opened.push(Box::new(|| Box::pin(clearing)));
        namespace
    }

    /// Sessions of the crate `tower-sessions` in this environment's Redis. Its store knows no namespaces: logical databases keep the
    /// designs of a process apart, and what is cleared is what the design knows to be its own.
    #[cfg(feature = "rare-peers")]
    pub(crate) async fn tower_redis(&self) -> Result<peers::sessions::TowerRedis<C>, Unavailable> {
        let address = self.address(Need::Redis)?;
        // 0 is everybody's, and a server has 16 unless told otherwise.
        let database = 1 + TOWER_DATABASES.fetch_add(1, Ordering::Relaxed) % 15;
        let (sessions, leftovers) =
            peers::sessions::TowerRedis::connect(address, database, self.session_policy(), self.clock())
                .await?;
        let clear = move || -> Clearing { Box::pin(leftovers.clear()) };
        self.opened.lock().expect("nothing panics under this lock").push(Box::new(clear));
        Ok(sessions)
    }

    /// The version that a service reports.
    ///
    /// # Errors
    /// [`Unavailable`] when the environment has no such service or it does not answer.
    pub async fn version(&self, need: Need) -> Result<String, Unavailable> {
        let address = self.address(need)?;
        match need {
            Need::Redis | Need::RedisUnix => {
                Ok(open::<RedisStore>(address, &self.tag).await?.version().await?)
            }
            Need::RedisCluster => Ok(open::<RedisClusterStore>(address, &self.tag).await?.version().await?),
            Need::Postgres => {
                let store = open::<PostgresStore>(address, &self.tag).await?;
                let version = store.version().await;
                // Opening has made a table, which nobody will use.
                store.clear().await?;
                Ok(version?)
            }
            Need::Memcached => Ok(open::<MemcachedStore>(address, &self.tag).await?.version().await?),
            // The libraries that write to it are listed among the crates.
            Need::Folder => Ok(String::new()),
        }
    }

    /// Bytes that a service's sessions take, as it counts them itself.
    ///
    /// # Errors
    /// [`Unavailable`] when the environment has no such service or it does not answer.
    pub async fn stored_bytes(&self, need: Need) -> Result<u64, Unavailable> {
        let address = self.address(need)?;
        match need {
            Need::Redis | Need::RedisUnix => {
                Ok(open::<RedisStore>(address, &self.tag).await?.stored_bytes().await?)
            }
            Need::RedisCluster => {
                Ok(open::<RedisClusterStore>(address, &self.tag).await?.stored_bytes().await?)
            }
            Need::Postgres => {
                let store = open::<PostgresStore>(address, &self.tag).await?;
                let bytes = store.stored_bytes().await;
                store.clear().await?;
                Ok(bytes?)
            }
            Need::Memcached => Ok(open::<MemcachedStore>(address, &self.tag).await?.stored_bytes().await?),
            Need::Folder => bytes_in(Path::new(address))
                .map_err(|error| Unavailable(format!("{need} cannot be read: {error}"))),
        }
    }

    /// Removes from shared stores what this environment's designs have put there, and nothing else.
    ///
    /// # Errors
    /// [`Unavailable`] when a store does not answer: the first that does not, after all were asked. What is left behind
    /// expires by itself, but for a table in PostgreSQL.
    pub async fn clean_up(&self) -> Result<(), Unavailable> {
        let opened = std::mem::take(&mut *self.opened.lock().expect("nothing panics under this lock"));
        let mut outcome = Ok(());
        for clear in opened {
            outcome = outcome.and(clear().await);
        }
        Ok(outcome?)
    }

    fn address(&self, need: Need) -> Result<&str, Unavailable> {
        let address = self.addresses.get(&need);
        address.map(String::as_str).ok_or_else(|| Unavailable(format!("this environment has no {need}")))
    }
}

async fn open<S: SharedStore>(address: &str, namespace: &str) -> Result<S, Unavailable> {
    Ok(S::open(address, namespace).await?)
}

async fn clear<S: SharedStore>(address: String, namespace: String) -> Result<(), StoreError> {
    S::open(&address, &namespace).await?.clear().await
}

async fn open_keyspace(address: &str, namespace: &str) -> Result<RedisKeyspace, StoreError> {
    let config = RedisConfig { prefix: namespace.as_bytes().to_vec(), ..RedisConfig::default() };
    RedisKeyspace::connect(address, config).await
}

async fn clear_keyspace(address: String, namespace: String) -> Result<(), StoreError> {
    open_keyspace(&address, &namespace).await?.clear().await
}

/// Bytes of disk that the files below a folder occupy: blocks, for a file with holes is smaller than it is long.
fn bytes_in(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_in(&entry.path())? } else { 512 * metadata.blocks() };
    }
    Ok(bytes)
}

impl<C> fmt::Debug for Environment<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the secret nor the addresses, which may hold a password.
        f.debug_struct("Environment")
            .field("tag", &self.tag)
            .field("services", &self.addresses.keys())
            .finish_non_exhaustive()
    }
}
