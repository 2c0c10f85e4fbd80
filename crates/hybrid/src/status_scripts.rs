//! What Redis does in one step with the places of tokens in status lists.

use redis::Script;

/// What scripts begin with. KEYS: counter, lists. ARGV: seconds to keep it, tokens in a list. Reserves places, and answers the first.
///
/// Where the counter is lost, lists are numbered from the second in which that is: none is used twice. The list after the one in use is
/// there before it is needed.
const RESERVE: &str = r"
local now, keep, length = tonumber(redis.call('TIME')[1]), tonumber(ARGV[1]), tonumber(ARGV[2])
local function reserve(count)
    local first = tonumber(redis.call('GET', KEYS[1]) or now * length)
    redis.call('SET', KEYS[1], string.format('%.0f', first + count), 'EX', keep)
    for list = math.floor(first / length), math.floor((first + count) / length) + 1 do
        redis.call('ZADD', KEYS[2], now + keep, string.format('%.0f', list))
    end
    redis.call('EXPIRE', KEYS[2], keep)
    return first
end
";

/// ARGV: as above, places.
const RESERVE_MANY: &str = "return string.format('%.0f', reserve(tonumber(ARGV[3])))";

/// KEYS: as above, user. Notes the place among the user's.
const ISSUE: &str = r"
local place = string.format('%.0f', reserve(1))
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + keep, place)
redis.call('EXPIRE', KEYS[3], keep)
return place";

/// KEYS: bits, lists. ARGV: seconds to keep it, bit, list. Answers what the bit was.
const REVOKE: &str = r"
local now, keep = tonumber(redis.call('TIME')[1]), tonumber(ARGV[1])
redis.call('ZADD', KEYS[2], now + keep, ARGV[3])
redis.call('EXPIRE', KEYS[2], keep)
local was = redis.call('SETBIT', KEYS[1], ARGV[2], 1)
redis.call('EXPIRE', KEYS[1], keep)
return was";

/// KEYS: user, lists, what the user has logged out of. ARGV: seconds to keep it, tokens in a list, what keys of bits begin with, seconds to
/// remember. Answers how many places were not revoked before, and all of them with those of the seconds before: who asks may not have
/// heard of what another revoked, and a call whose answer was lost can be repeated. It makes keys of its own: one server, and no cluster.
const REVOKE_ALL: &str = r"
local now, keep, length = tonumber(redis.call('TIME')[1]), tonumber(ARGV[1]), tonumber(ARGV[2])
local revoked, new, lists = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. now, '+inf'), 0, {}
for _, place in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')) do
    local list = math.floor(tonumber(place) / length)
    local index = tonumber(place) - list * length
    local name = string.format('%.0f', list)
    if redis.call('SETBIT', ARGV[3] .. name, index - index % 8 + 7 - index % 8, 1) == 0 then
        new = new + 1
    end
    lists[name] = true
    revoked[#revoked + 1] = place
    redis.call('ZADD', KEYS[3], now + ARGV[4], place)
end
for name in pairs(lists) do
    redis.call('EXPIRE', ARGV[3] .. name, keep)
    redis.call('ZADD', KEYS[2], now + keep, name)
end
redis.call('EXPIRE', KEYS[2], keep)
redis.call('DEL', KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('EXPIRE', KEYS[3], ARGV[4])
return {new, revoked}";

/// All of them.
pub(crate) struct Scripts {
    /// Reserves places: `RESERVE_MANY`.
    pub(crate) reserve: Script,
    /// Reserves the place of a user's token: `ISSUE`.
    pub(crate) issue: Script,
    /// `REVOKE`.
    pub(crate) revoke: Script,
    /// `REVOKE_ALL`.
    pub(crate) revoke_all: Script,
}

impl Scripts {
    pub(crate) fn new() -> Self {
        let reserving = |code: &str| Script::new(&format!("{RESERVE}{code}"));
        Self {
            reserve: reserving(RESERVE_MANY),
            issue: reserving(ISSUE),
            revoke: Script::new(REVOKE),
            revoke_all: Script::new(REVOKE_ALL),
        }
    }

    pub(crate) const fn all(&self) -> [&Script; 4] {
        [&self.reserve, &self.issue, &self.revoke, &self.revoke_all]
    }
}
