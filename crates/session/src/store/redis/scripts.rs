//! What must happen in one step, as Lua that the server runs by its digest (`EVALSHA`).
//!
//! Scripts rather than `MULTI`: a login must not be indexed when its id was taken, and a logout must read the record
//! to know the user, neither of which a transaction can decide by itself.

use redis::{RedisResult, Script, aio::MultiplexedConnection};

/// KEYS: session, user. ARGV: record, seconds to keep it, id, end of its absolute timeout, now, seconds to keep the
/// user. Answers 1, or 0 when the id is taken.
///
/// A login outlives all of the user's earlier ones, so the user's key is kept for as long as it may live.
const INSERT: &str = r"
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[6])
return 1";

/// KEYS: old session, new session, user. ARGV: record, seconds to keep it, old id, new id, end of its absolute timeout,
/// seconds to keep the user if nothing has said so yet. Answers 1, 0 when the old one is gone, -1 when the new id is
/// taken.
///
/// The new id joins before the old one leaves: a set that becomes empty is deleted, and its expiry with it.
const REPLACE: &str = r"
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', ARGV[2]) then return -1 end
redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[4])
redis.call('ZREM', KEYS[3], ARGV[3])
if redis.call('TTL', KEYS[3]) < 0 then redis.call('EXPIRE', KEYS[3], ARGV[6]) end
return 1";

/// KEYS: session. ARGV: what users' keys start with, id. Answers how many were removed.
///
/// Bytes 2 to 9 of a record (Lua counts from one) are the user's number. A corrupt record is removed all the same.
const REMOVE: &str = r"
local record = redis.call('GET', KEYS[1])
if not record then return 0 end
redis.call('DEL', KEYS[1])
if #record >= 9 then redis.call('ZREM', ARGV[1] .. string.sub(record, 2, 9), ARGV[2]) end
return 1";

/// KEYS: user. ARGV: what sessions' keys start with. Answers how many were removed.
const REMOVE_ALL: &str = r"
local removed = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    removed = removed + redis.call('DEL', ARGV[1] .. id)
end
redis.call('DEL', KEYS[1])
return removed";

/// KEYS: user. ARGV: what sessions' keys start with. Answers the ids whose session is still there.
const LIST: &str = r"
local alive = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if redis.call('EXISTS', ARGV[1] .. id) == 1 then alive[#alive + 1] = id end
end
return alive";

/// The scripts, with the digests by which they are called. One that the server has forgotten is sent again.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) insert: Script,
    pub(super) replace: Script,
    pub(super) remove: Script,
    pub(super) remove_all: Script,
    pub(super) list: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            insert: Script::new(INSERT),
            replace: Script::new(REPLACE),
            remove: Script::new(REMOVE),
            remove_all: Script::new(REMOVE_ALL),
            list: Script::new(LIST),
        }
    }

    /// Sends all of them to the server.
    pub(super) async fn load(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        for script in [&self.insert, &self.replace, &self.remove, &self.remove_all, &self.list] {
            script.load_async(connection).await?;
        }
        Ok(())
    }
}
