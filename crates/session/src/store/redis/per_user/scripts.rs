//! What must happen in one step, as Lua that the server runs by its digest (`EVALSHA`).
//!
//! Scripts rather than `MULTI`, which cannot decide by what it finds. Each names the one key that it reaches, so that a
//! cluster can run it.

use redis::Script;

/// Keeps the key at least so long.
const KEEP: &str = r"
local function keep(seconds)
    if redis.call('TTL', KEYS[1]) < tonumber(seconds) then redis.call('EXPIRE', KEYS[1], seconds) end
end";

/// KEYS: user. ARGV: field, record, seconds to keep it, now, idle and absolute timeout. Answers 1, or 0 when the id is
/// taken.
///
/// Of the user's sessions up to ten, chosen at random, are looked at, and removed if they are over: of one who has
/// fewer, all. So what is over never makes up much of a hash, and no login pays for all of those of a robot that has
/// thousands. Bytes 14 to 25 of a record (Lua counts from one) are its times.
const INSERT: &str = r"
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
if redis.call('HLEN', KEYS[1]) > 1 then
    local now, idle, absolute = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
    local some = redis.call('HRANDFIELD', KEYS[1], 10, 'WITHVALUES')
    for place = 1, #some, 2 do
        if #some[place + 1] == 25 then
            local created, seen_after = struct.unpack('<I8<I4', string.sub(some[place + 1], 14))
            if now >= created + absolute or now >= created + seen_after + idle then
                redis.call('HDEL', KEYS[1], some[place])
            end
        end
    end
end
keep(ARGV[3])
return 1";

/// KEYS: user. ARGV: field, record, seconds to keep it. Answers 1, or 0 when there is no such session.
const TOUCH: &str = r"
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
keep(ARGV[3])
return 1";

/// KEYS: user. ARGV: old field, new field, record, seconds to keep it. Answers 1, 0 when the old one is gone, -1 when the
/// new id is taken.
///
/// The new id joins before the old one leaves: a hash that becomes empty is deleted, and its expiry with it.
const REPLACE: &str = r"
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 0 then return -1 end
redis.call('HDEL', KEYS[1], ARGV[1])
keep(ARGV[4])
return 1";

/// KEYS: user. Answers how many sessions there were.
const REMOVE_ALL: &str = r"
local count = redis.call('HLEN', KEYS[1])
redis.call('UNLINK', KEYS[1])
return count";

/// The scripts, with the digests by which they are called. One that the server has forgotten is sent again.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) insert: Script,
    pub(super) touch: Script,
    pub(super) replace: Script,
    pub(super) remove_all: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        let keeping = |script: &str| Script::new(&format!("{KEEP}{script}"));
        Self {
            insert: keeping(INSERT),
            touch: keeping(TOUCH),
            replace: keeping(REPLACE),
            remove_all: Script::new(REMOVE_ALL),
        }
    }

    pub(super) fn all(&self) -> [&Script; 4] {
        [&self.insert, &self.touch, &self.replace, &self.remove_all]
    }
}
