//! What must happen in one step, as Lua that the server runs by its digest (`EVALSHA`).
//!
//! Scripts rather than `MULTI`: a login must not be indexed when its id was taken, and a logout must read the record
//! to know the user, neither of which a transaction can decide by itself. They reach keys of both kinds, so that they
//! need one server: in a cluster, a session and the index of its user are in different slots.

use redis::Script;

/// KEYS: session, user. ARGV: seconds to keep the session, id, end of its absolute timeout, now, seconds to keep the
/// user, then names and values of the fields. Answers 1, or 0 when the id is taken.
///
/// A login outlives all of the user's earlier ones, so the user's key is kept for as long as it may live.
const INSERT: &str = r"
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return 1";

/// KEYS: session. ARGV: seconds to keep it, name and value of the field to change. Answers 1, or 0 when there is no such
/// session. Of two uses the later stays.
const TOUCH: &str = r"
local seen = redis.call('HGET', KEYS[1], ARGV[2])
if not seen then return 0 end
if tonumber(seen) and tonumber(seen) >= tonumber(ARGV[3]) then return 1 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1";

/// KEYS: old session, new session, user. ARGV: seconds to keep it, old id, new id, end of its absolute timeout,
/// seconds to keep the user if nothing has said so yet, then names and values of the fields, the user's first. Answers 1,
/// 0 when the old one is gone or another user's, whose index would go on listing it, -1 when the new id is taken.
///
/// The new id joins before the old one leaves: a set that becomes empty is deleted, and its expiry with it.
const REPLACE: &str = r"
if redis.call('HGET', KEYS[1], ARGV[6]) ~= ARGV[7] then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then return -1 end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[2], unpack(ARGV, 6))
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[3])
redis.call('ZREM', KEYS[3], ARGV[2])
if redis.call('TTL', KEYS[3]) < 0 then redis.call('EXPIRE', KEYS[3], ARGV[5]) end
return 1";

/// KEYS: session. ARGV: what users' keys start with, id, the field that holds the user. Answers how many were removed.
const REMOVE: &str = r"
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local user = redis.call('HGET', KEYS[1], ARGV[3])
redis.call('DEL', KEYS[1])
if user then redis.call('ZREM', ARGV[1] .. user, ARGV[2]) end
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
    pub(super) touch: Script,
    pub(super) replace: Script,
    pub(super) remove: Script,
    pub(super) remove_all: Script,
    pub(super) list: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            insert: Script::new(INSERT),
            touch: Script::new(TOUCH),
            replace: Script::new(REPLACE),
            remove: Script::new(REMOVE),
            remove_all: Script::new(REMOVE_ALL),
            list: Script::new(LIST),
        }
    }

    pub(super) fn all(&self) -> [&Script; 6] {
        [&self.insert, &self.touch, &self.replace, &self.remove, &self.remove_all, &self.list]
    }
}
