//! Tokens with a time for each user before which none is accepted, cached in this process.

use std::{fmt, sync::Arc, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, Timestamp, UserId,
};
use jwt::{Claims, JwsKey, Jwt, Policy, TokenId};
use redis::{Script, cmd};
use session::{RecordError, RedisKeyspace, StoreError};

use crate::{
    CacheConfig,
    local_cache::{Cached, Found, LocalCache},
    memory_list::UserKey,
    revocations,
};

/// What the scripts share. A user's value is a time in seconds, eight bytes little-endian, and entries of 25 bytes: `r` for a token
/// that was revoked or `a` for one that was issued in the second of a logout everywhere but after it; its id; and when the
/// entry has no meaning any more. `ARGV[1]` is now, `ARGV[2]` how long a token can matter.
const SHARED: &str = r"
local now, keep = tonumber(ARGV[1]), tonumber(ARGV[2])
local most = 1024
local value = redis.call('GET', KEYS[1])
local till, entries = 0, {}
if value and #value % 25 == 8 then
    till = math.min((struct.unpack('<I8', value)), now + keep)
    for at = 9, #value, 25 do
        if struct.unpack('<I8', value, at + 17) > now then entries[#entries + 1] = string.sub(value, at, at + 24) end
    end
end
local function store()
    redis.call('SET', KEYS[1], struct.pack('<I8', till) .. table.concat(entries), 'EX', keep + math.max(0, till - now))
end
local function has(kind, id)
    for _, entry in ipairs(entries) do
        if string.sub(entry, 1, 17) == kind .. id then return true end
    end
    return false
end
";

/// ARGV: id, when it was issued, when it expires. Answers how many were revoked. A user with too many entries is logged out
/// everywhere, with five seconds to spare for a clock that is ahead.
const REVOKE: &str = r"
local id, issued, ends = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if has('r', id) or issued <= till and not has('a', id) then return 0 end
if #entries >= most then
    till, entries = math.max(till, now + 5), {}
else
    entries[#entries + 1] = 'r' .. id .. struct.pack('<I8', ends)
end
store()
return 1";

/// Nobody who was let in before is any more.
const REVOKE_ALL: &str = r"
till = math.max(till, now)
local revoked = {}
for _, entry in ipairs(entries) do
    if string.sub(entry, 1, 1) == 'r' then revoked[#revoked + 1] = entry end
end
entries = revoked
store()
return 1";

/// ARGV: id of the token that is being issued. Answers 1 when it is later than any logout, 2 when it was let in past one, 0 when
/// it cannot be.
const ADMIT: &str = r"
if now > till then return 1 end
if #entries >= most then return 0 end
entries[#entries + 1] = 'a' .. ARGV[3] .. struct.pack('<I8', now + keep)
store()
return 2";

/// Bytes of an entry.
const ENTRY_LEN: usize = 25;

/// Tokens that are verified here, and then held against what is known of their user: the second of the last logout everywhere, and
/// the few tokens that were logged out one by one and have not expired.
///
/// All of it is one value in Redis, which this process remembers for [`CacheConfig::ttl`]: also that a user has none, which is the rule.
/// So it asks for each user once in that time, however many requests come. What is revoked here is denied at once; what is
/// revoked elsewhere is accepted for that long at most.
pub struct JwtEpoch<K, C> {
    tokens: Jwt<K, C>,
    clock: C,
    keys: RedisKeyspace,
    issuer: [u8; 8],
    keep: Duration,
    scripts: Scripts,
    known: LocalCache<UserKey, Option<Arc<[u8]>>, C>,
}

struct Scripts {
    revoke: Script,
    revoke_all: Script,
    admit: Script,
}

impl<K: JwsKey, C: Clock> JwtEpoch<K, C> {
    /// Tokens under this key, and users under a prefix that belongs to it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer.
    pub async fn new(
        key: K,
        policy: Policy,
        clock: C,
        keys: RedisKeyspace,
        config: CacheConfig,
    ) -> Result<Self, StoreError> {
        let script = |own: &str| Script::new(&format!("{SHARED}{own}"));
        let scripts =
            Scripts { revoke: script(REVOKE), revoke_all: script(REVOKE_ALL), admit: script(ADMIT) };
        keys.load([&scripts.revoke, &scripts.revoke_all, &scripts.admit]).await?;
        Ok(Self {
            issuer: revocations::issuer_key(&policy),
            keep: revocations::keep(&policy),
            tokens: Jwt::new(key, policy, clock.clone()),
            keys,
            scripts,
            known: LocalCache::new(config, clock.clone()),
            clock,
        })
    }

    /// How many users are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.known.len()
    }

    fn key(&self, user: UserId) -> Vec<u8> {
        self.keys.key(&[b"e", &self.issuer, &user.0.to_le_bytes()])
    }

    async fn load(&self, user: UserId) -> Result<Option<Arc<[u8]>>, StoreError> {
        let mut command = cmd("GET");
        let value: Option<Vec<u8>> = self.keys.ask(command.arg(self.key(user))).await?;
        match value {
            Some(value) if value.len() % ENTRY_LEN != 8 => Err(RecordError::Length(value.len()).into()),
            value => Ok(value.map(Arc::from)),
        }
    }

    #[inline]
    async fn is_revoked(&self, claims: &Claims) -> Result<bool, StoreError> {
        let (cached, found) = self.find(claims.user).await?;
        let mut known = verdict(cached.value.as_deref(), claims);
        if known == Verdict::PerhapsAdmitted && found == Found::Here {
            // Another process may have issued it since.
            self.known.forget(&UserKey(claims.user), &cached);
            known = verdict(self.find(claims.user).await?.0.value.as_deref(), claims);
        }
        Ok(known != Verdict::Good)
    }

    #[inline]
    async fn find(&self, user: UserId) -> Result<(Cached<Option<Arc<[u8]>>>, Found), StoreError> {
        self.known.get_or_load(&UserKey(user), user.0, self.load(user)).await
    }
}

/// What a user's value says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    Revoked,
    /// Issued in the very second of the logout, and not among those that are known to have come after it.
    PerhapsAdmitted,
}

fn verdict(value: Option<&[u8]>, claims: &Claims) -> Verdict {
    let Some(value) = value else { return Verdict::Good };
    // Its length was looked at when it was loaded.
    let Some((until, entries)) = value.split_first_chunk() else { return Verdict::Revoked };
    let until = Timestamp(u64::from_le_bytes(*until));
    let (entries, _) = entries.as_chunks::<ENTRY_LEN>();
    let has =
        |kind: u8| entries.iter().any(|entry| entry[0] == kind && entry[1..17] == *claims.id.as_bytes());
    if has(b'r') {
        Verdict::Revoked
    } else if claims.issued_at > until || has(b'a') {
        Verdict::Good
    } else if claims.issued_at == until {
        Verdict::PerhapsAdmitted
    } else {
        Verdict::Revoked
    }
}

impl<K: JwsKey, C: Clock> Authoriser for JwtEpoch<K, C> {
    fn properties(&self) -> Properties {
        let ttl = self.known.config().ttl;
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: Revocation::ImmediateHere(ttl),
            outage: Outage::ServeStale(ttl),
            ..self.tokens.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.keys.settings();
        settings.push(("cache_ttl", format!("{:?}", self.known.config().ttl)));
        settings.push(("cache_capacity", self.known.config().capacity.to_string()));
        settings
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (now, id) = (self.clock.now(), TokenId::random());
        let mut script = self.scripts.admit.key(self.key(principal.user));
        script.arg(now.0).arg(self.keep.as_secs()).arg(id.as_bytes());
        match self.keys.run::<u8>(&script).await {
            Ok(1) => {}
            Ok(2) => self.known.invalidate(principal.user.0),
            Ok(_) | Err(_) => return Err(IssueError::StoreUnavailable),
        }
        self.tokens.issue_as(principal, now, id)
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.tokens.verify(presented)?;
        if self.is_revoked(&claims).await? {
            return Err(Denial::Revoked);
        }
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let claims = self.tokens.prove(presented).map_err(|_| Denial::Malformed)?;
        let (now, end) = (self.clock.now(), claims.end(self.tokens.policy().leeway));
        if now >= end {
            return Ok(Revoked::Credentials(0));
        }
        let mut script = self.scripts.revoke.key(self.key(claims.user));
        script.arg(now.0).arg(self.keep.as_secs()).arg(claims.id.as_bytes());
        script.arg(claims.issued_at.0).arg(end.0);
        let count = self.keys.run(&script).await?;
        self.known.invalidate(claims.user.0);
        Ok(Revoked::Credentials(count))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let mut script = self.scripts.revoke_all.key(self.key(user));
        script.arg(self.clock.now().0).arg(self.keep.as_secs());
        self.keys.run::<u8>(&script).await?;
        self.known.invalidate(user.0);
        Ok(Revoked::Uncounted)
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for JwtEpoch<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtEpoch")
            .field("tokens", &self.tokens)
            .field("keys", &self.keys)
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}
