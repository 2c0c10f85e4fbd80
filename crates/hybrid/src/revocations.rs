//! What is revoked, in Redis: token by token, and user by user.

use std::time::Duration;

use authoriser::{Timestamp, UserId};
use jwt::{Claims, Policy, TokenId};
use redis::{Script, cmd};
use session::{RedisKeyspace, StoreError};
use sha2::{Digest, Sha256};

use crate::not_before;

/// Kept longer than the token lives by this, for a server whose clock is behind that of the one that revoked.
const MARGIN: Duration = Duration::from_secs(5);

/// Tokens that are revoked in one message, where many are.
const AT_ONCE: usize = 1_000;

/// KEYS: user. ARGV: now, seconds to keep it. A second that lies ahead, by the clock of another server, stays; whoever was
/// admitted in it is not any more. What is none of ours is overwritten.
const REVOKE_ALL: &str = r"
local now, keep = tonumber(ARGV[1]), tonumber(ARGV[2])
local stored = redis.call('GET', KEYS[1])
local till = now
if stored and #stored % 16 == 8 then
    till = math.min(math.max(till, (struct.unpack('<I8', stored))), now + keep)
end
redis.call('SET', KEYS[1], struct.pack('<I8', till), 'EX', keep + till - now)
return 1";

/// KEYS: what tokens' keys begin with. ARGV: ids of 16 bytes each, seconds to keep them. It makes keys of its own: one server, and no
/// cluster.
const REVOKE_MANY: &str = r"
for at = 1, #ARGV[1], 16 do
    redis.call('SET', KEYS[1] .. string.sub(ARGV[1], at, at + 15), '1', 'NX', 'EX', ARGV[2])
end
return 1";

/// KEYS: user. ARGV: now, id of the token that is being issued, how many there may be. Answers 0 when it cannot be admitted.
const ADMIT: &str = r"
local stored = redis.call('GET', KEYS[1])
if not stored or #stored < 8 then return 1 end
if tonumber(ARGV[1]) > (struct.unpack('<I8', stored)) then return 1 end
if #stored >= 8 + 16 * tonumber(ARGV[3]) then return 0 end
redis.call('APPEND', KEYS[1], ARGV[2])
return 1";

/// Revoked tokens of one issuer, under a prefix in Redis:
///
/// | Key | Value | Until |
/// |---|---|---|
/// | `d`, issuer, `jti` | `1` | the token's expiry |
/// | `u`, issuer, user | [`not_before`] | the expiry of the last token that it revokes |
///
/// The issuer is the first eight bytes of the SHA-256 of its name: a key has 25 bytes beyond the prefix, however long that is.
/// A token's signature is no part of its key, for an ECDSA signature has a second valid form.
#[derive(Debug)]
pub(crate) struct Revocations {
    keys: RedisKeyspace,
    issuer: [u8; 8],
    /// How long a token can outlive a revocation, in whole seconds.
    keep: Duration,
    leeway: Duration,
    revoke_all: Script,
    admit: Script,
    revoke_many: Script,
}

impl Revocations {
    /// Over the prefix, for tokens under this policy.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn new(keys: RedisKeyspace, policy: &Policy) -> Result<Self, StoreError> {
        let (revoke_all, admit) = (Script::new(REVOKE_ALL), Script::new(ADMIT));
        let revoke_many = Script::new(REVOKE_MANY);
        keys.load([&revoke_all, &admit, &revoke_many]).await?;
        Ok(Self {
            keys,
            issuer: issuer_key(policy),
            keep: keep(policy),
            leeway: policy.leeway,
            revoke_all,
            admit,
            revoke_many,
        })
    }

    pub(crate) fn keys(&self) -> &RedisKeyspace {
        &self.keys
    }

    /// Whether a token is revoked, alone or with all of its user's: one round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Corrupt`] for a user's key that is none of ours.
    pub(crate) async fn has(&self, claims: &Claims) -> Result<bool, StoreError> {
        let mut command = cmd("MGET");
        command.arg(self.token_key(&claims.id)).arg(self.user_key(claims.user));
        let (token, user): (Option<Vec<u8>>, Option<Vec<u8>>) = self.keys.ask(&command).await?;
        let Some(user) = user else { return Ok(token.is_some()) };
        let by_user = not_before::revokes(&user, claims)
            .map_err(|_| StoreError::Corrupt(session::RecordError::Length(user.len())))?;
        Ok(token.is_some() || by_user)
    }

    /// Revokes a token. `false` when it was already, or has expired.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn revoke(&self, claims: &Claims, now: Timestamp) -> Result<bool, StoreError> {
        let end = claims.end(self.leeway);
        if now >= end {
            return Ok(false);
        }
        let mut command = cmd("SET");
        command.arg(self.token_key(&claims.id)).arg(1).arg("NX");
        command.arg("EX").arg((end.since(now) + MARGIN).as_secs());
        // Answers OK, or nil where there was one.
        let new: Option<String> = self.keys.ask(&command).await?;
        Ok(new.is_some())
    }

    /// Revokes many tokens that all end then, by the same command as one, which the server gives itself a thousand times for each
    /// message: built here one by one, a million took seconds.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; some of them may be revoked then.
    pub(crate) async fn revoke_many(
        &self,
        (end, mut ids): (Timestamp, impl Iterator<Item = TokenId>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        loop {
            let some: Vec<u8> = ids.by_ref().take(AT_ONCE).flat_map(|id| *id.as_bytes()).collect();
            if some.is_empty() {
                return Ok(());
            }
            let mut script = self.revoke_many.key(self.keys.key(&[b"d", &self.issuer]));
            script.arg(some).arg((end.since(now) + MARGIN).as_secs());
            self.keys.run::<u8>(&script).await?;
        }
    }

    /// Revokes all that a user was issued.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn revoke_all(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let mut script = self.revoke_all.key(self.user_key(user));
        self.keys.run::<u8>(script.arg(now.0).arg(self.keep.as_secs())).await.map(drop)
    }

    /// Has a token that is being issued now stand outside of what the user was logged out of in this very second. `false`
    /// when too many do already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn admit(&self, user: UserId, id: &TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let mut script = self.admit.key(self.user_key(user));
        script.arg(now.0).arg(id.as_bytes()).arg(not_before::MOST_ADMITTED);
        Ok(self.keys.run::<u8>(&script).await? == 1)
    }

    fn token_key(&self, id: &TokenId) -> Vec<u8> {
        self.keys.key(&[b"d", &self.issuer, id.as_bytes()])
    }

    fn user_key(&self, user: UserId) -> Vec<u8> {
        self.keys.key(&[b"u", &self.issuer, &user.0.to_le_bytes()])
    }
}

/// Tokens under this policy that were never issued, and when they end: as one that is issued now.
pub(crate) fn of_nobody(
    policy: &Policy,
    now: Timestamp,
    count: usize,
) -> (Timestamp, impl Iterator<Item = TokenId> + use<>) {
    let end = now.after(policy.lifetime).after(policy.leeway);
    (end, (0..count).map(|_| TokenId::random()))
}

/// What names an issuer in a key.
pub(crate) fn issuer_key(policy: &Policy) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(policy.issuer.as_bytes()).into();
    std::array::from_fn(|place| digest[place])
}

/// How long a token that is issued now can matter.
pub(crate) fn keep(policy: &Policy) -> Duration {
    policy.lifetime.saturating_add(policy.leeway).saturating_add(MARGIN)
}
