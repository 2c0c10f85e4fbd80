//! The families of refresh tokens, in Redis: one of each login.

use std::time::Duration;

use authoriser::{PermissionSet, Timestamp, UserId};
use redis::Script;
use session::{RecordError, RedisKeyspace, StoreError};

use crate::{
    RefreshConfig,
    refresh_token::{FamilyId, RefreshToken, Secret},
};

/// Kept longer than needed by this, for a process whose clock is behind.
const MARGIN: Duration = Duration::from_secs(5);

/// KEYS: family, user. ARGV: who, hash of the first token, now, seconds to keep the family, end of its absolute timeout, id, seconds
/// to keep the user, seconds to keep what is over. Answers 1, or 0 when the id is taken.
const BEGIN: &str = r"
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'w', ARGV[1], 'h', ARGV[2], 'b', ARGV[3], 'r', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3] - ARGV[8])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[7])
return 1";

/// KEYS: family. ARGV: hash of the presented token, hash of a new one, the new one as only the presented one reads it, now, idle and
/// absolute timeout, grace, seconds to keep it longer, what users' keys start with, id. Answers what happened, who it is, and the token
/// before the presented one's place was taken, as only that reads it.
///
/// Hashes are compared, so that the time that takes tells nothing about a token. It makes a user's key of its own: one server, and no
/// cluster.
const ROTATE: &str = r"
local who, hash, began, refreshed, before, successor = unpack(redis.call('HMGET', KEYS[1], 'w', 'h', 'b', 'r', 'p', 's'))
if not who then return {0, '', ''} end
local now, idle, absolute, grace = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local last = tonumber(began) + absolute
if now >= last or now >= tonumber(refreshed) + idle then return {1, '', ''} end
if hash == ARGV[1] then
    redis.call('HSET', KEYS[1], 'h', ARGV[2], 'p', ARGV[1], 's', ARGV[3], 'r', now)
    redis.call('EXPIRE', KEYS[1], math.min(idle, last - now) + tonumber(ARGV[8]))
    return {2, who, ''}
end
if before == ARGV[1] and grace > 0 and now - tonumber(refreshed) <= grace then return {3, who, successor} end
redis.call('DEL', KEYS[1])
redis.call('ZREM', ARGV[9] .. string.sub(who, 1, 8), ARGV[10])
return {4, '', ''}";

/// KEYS: family. ARGV: what users' keys start with, id. Answers how many were ended. It makes a user's key of its own: one server, and no
/// cluster.
const END: &str = r"
local who = redis.call('HGET', KEYS[1], 'w')
if not who then return 0 end
redis.call('ZREM', ARGV[1] .. string.sub(who, 1, 8), ARGV[2])
return redis.call('DEL', KEYS[1])";

/// KEYS: user. ARGV: what families' keys start with. Answers how many were ended. It makes keys of its own: one server, and no cluster.
const END_ALL: &str = r"
local ended = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    ended = ended + redis.call('DEL', ARGV[1] .. id)
end
redis.call('DEL', KEYS[1])
return ended";

/// Whose login it is, and with which rights: 12 bytes in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) user: UserId,
    pub(crate) permissions: PermissionSet,
}

impl Who {
    const BYTES: usize = 12;

    fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.user.0.to_le_bytes());
        bytes[8..].copy_from_slice(&self.permissions.bits().to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt(RecordError::Length(bytes.len()));
        let bytes: [u8; Self::BYTES] = bytes.try_into().map_err(|_| corrupt())?;
        let user = UserId(u64::from_le_bytes(std::array::from_fn(|place| bytes[place])));
        let bits = u32::from_le_bytes(std::array::from_fn(|place| bytes[8 + place]));
        Ok(Self { user, permissions: PermissionSet::from_bits(bits) })
    }
}

/// What became of a refresh token that was presented.
pub(crate) enum Rotated {
    /// The new one has taken its place.
    Now(Who),
    /// Another one has, a moment ago: here it is, once more.
    Before(Who, Secret),
    /// Its family is not there: it was ended, or is long over.
    Unknown,
    /// Its family was not used for too long, or is too old.
    Expired,
    /// It was used too long ago. Its family is ended.
    Reused,
}

/// Families under a prefix in Redis, each in a hash of its own:
///
/// | Key | Holds |
/// |---|---|
/// | `f`, family | `w` who, `h` hash of the last token, `p` of the one before, `s` the last as only that reads it, `b` when it began, `r` when it was last renewed |
/// | `u`, user | the user's families, by the end of their absolute timeout |
#[derive(Debug)]
pub(crate) struct Families {
    keys: RedisKeyspace,
    config: RefreshConfig,
    begin: Script,
    rotate: Script,
    end: Script,
    end_all: Script,
}

impl Families {
    /// Over the prefix.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn new(keys: RedisKeyspace, config: RefreshConfig) -> Result<Self, StoreError> {
        let [begin, rotate, end, end_all] = [BEGIN, ROTATE, END, END_ALL].map(Script::new);
        keys.load([&begin, &rotate, &end, &end_all]).await?;
        Ok(Self { keys, config, begin, rotate, end, end_all })
    }

    pub(crate) const fn keys(&self) -> &RedisKeyspace {
        &self.keys
    }

    pub(crate) const fn config(&self) -> &RefreshConfig {
        &self.config
    }

    /// Begins a family with its first token. `false` when the id is taken, which with 96 random bits means a broken generator.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn begin(
        &self,
        who: Who,
        first: &RefreshToken,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (idle, absolute) = (self.config.idle(), self.config.absolute());
        let mut script = self.begin.key(self.family_key(&first.family));
        script.key(self.user_key(who.user));
        script.arg(&who.encode()).arg(&first.secret.hash()).arg(now.0);
        script.arg((idle + MARGIN).as_secs()).arg(now.after(absolute).0);
        script.arg(first.family.as_bytes()).arg((absolute + MARGIN).as_secs());
        script.arg(MARGIN.as_secs());
        Ok(self.keys.run::<u8>(&script).await? == 1)
    }

    /// Has `next` take the place of the presented token, in one step: of many who present it at once, one does so.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Corrupt`] for a family that is none of ours.
    pub(crate) async fn rotate(
        &self,
        presented: &RefreshToken,
        next: &Secret,
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let (idle, absolute, grace) = (self.config.idle(), self.config.absolute(), self.config.grace());
        let mut script = self.rotate.key(self.family_key(&presented.family));
        script.arg(&presented.secret.hash()).arg(&next.hash()).arg(&presented.secret.wrap(next)).arg(now.0);
        script.arg(idle.as_secs()).arg(absolute.as_secs()).arg(grace.as_secs()).arg(MARGIN.as_secs());
        script.arg(self.keys.key(&[b"u"])).arg(presented.family.as_bytes());
        let (what, who, successor): (u8, Vec<u8>, Vec<u8>) = self.keys.run(&script).await?;
        Ok(match what {
            0 => Rotated::Unknown,
            1 => Rotated::Expired,
            2 => Rotated::Now(Who::decode(&who)?),
            3 => {
                let wrapped: [u8; Secret::BYTES] = successor
                    .as_slice()
                    .try_into()
                    .map_err(|_| StoreError::Corrupt(RecordError::Length(successor.len())))?;
                Rotated::Before(Who::decode(&who)?, presented.secret.unwrap(&wrapped))
            }
            _ => Rotated::Reused,
        })
    }

    /// Ends a family. `false` when it was not there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn end(&self, family: &FamilyId) -> Result<bool, StoreError> {
        let mut script = self.end.key(self.family_key(family));
        script.arg(self.keys.key(&[b"u"])).arg(family.as_bytes());
        Ok(self.keys.run::<u8>(&script).await? == 1)
    }

    /// Ends all families of a user, and says how many.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn end_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut script = self.end_all.key(self.user_key(user));
        self.keys.run(script.arg(self.keys.key(&[b"f"]))).await
    }

    fn family_key(&self, family: &FamilyId) -> Vec<u8> {
        self.keys.key(&[b"f", family.as_bytes()])
    }

    fn user_key(&self, user: UserId) -> Vec<u8> {
        self.keys.key(&[b"u", &user.0.to_le_bytes()])
    }
}
