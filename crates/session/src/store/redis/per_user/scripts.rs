//! What must happen in one step, as Lua that the server runs by its digest (`EVALSHA`).
//!
//! Scripts rather than `MULTI`, which cannot decide by what it finds. Each names the one key that it reaches, so that a
//! cluster can run it.
//!
//! The value is [entries side by side](crate::store::side_by_side), of 41 bytes. Lua counts from one: of an entry, 1 to 24
//! are the id, 30 to 37 the login, 38 to 41 the seconds from there to the last use.

use redis::Script;

/// What the others share. `find` gives the place of an id's entry. The bytes of an id may turn up across two entries,
/// hence the look at where they are.
const SHARED: &str = r"
local size = 41
local value = redis.call('GET', KEYS[1]) or ''
if #value % size ~= 0 then return -2 end
local function find(id)
    local at = 0
    repeat at = string.find(value, id, at + 1, true) until not at or at % size == 1
    return at
end
local function keep(seconds)
    if redis.call('TTL', KEYS[1]) < tonumber(seconds) then redis.call('EXPIRE', KEYS[1], seconds) end
end
";

/// KEYS: user. ARGV: id, entry, seconds to keep it, now, idle and absolute timeout, how many there may be. Answers 1, or
/// 0 when the id is taken.
///
/// What is over is left out, so that it does not add up, and so are those that were not used for longest, if they would
/// be too many.
const INSERT: &str = r"
if find(ARGV[1]) then return 0 end
local now, idle, absolute, most = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local kept, used = {}, {}
for at = 1, #value, size do
    local created, seen_after = struct.unpack('<I8<I4', value, at + 29)
    if now < created + absolute and now < created + seen_after + idle then
        kept[#kept + 1] = string.sub(value, at, at + size - 1)
        used[kept[#kept]] = created + seen_after
    end
end
if #kept >= most then
    table.sort(kept, function(one, other) return used[one] > used[other] end)
    for place = #kept, most, -1 do kept[place] = nil end
end
kept[#kept + 1] = ARGV[2]
local seconds = math.max(redis.call('TTL', KEYS[1]), tonumber(ARGV[3]))
redis.call('SET', KEYS[1], table.concat(kept), 'EX', seconds)
return 1";

/// KEYS: user. ARGV: id, seconds from the login to this use as four bytes, seconds to keep it. Answers 1, or 0 when there
/// is no such session. Of two uses the later stays.
const TOUCH: &str = r"
local at = find(ARGV[1])
if not at then return 0 end
if struct.unpack('<I4', ARGV[2]) > struct.unpack('<I4', value, at + 37) then
    redis.call('SETRANGE', KEYS[1], at + 36, ARGV[2])
end
keep(ARGV[3])
return 1";

/// KEYS: user. ARGV: old id, new id, new entry, seconds to keep it. Answers 1, 0 when the old one is gone, -1 when the new
/// id is taken.
const REPLACE: &str = r"
local at = find(ARGV[1])
if not at then return 0 end
if find(ARGV[2]) then return -1 end
redis.call('SETRANGE', KEYS[1], at - 1, ARGV[3])
keep(ARGV[4])
return 1";

/// KEYS: user. ARGV: id. Answers how many were removed.
const REMOVE: &str = r"
local at = find(ARGV[1])
if not at then return 0 end
if #value == size then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], string.sub(value, 1, at - 1) .. string.sub(value, at + size), 'KEEPTTL')
return 1";

/// The scripts, with the digests by which they are called. One that the server has forgotten is sent again. All answer
/// [`CORRUPT`] where the value is none of theirs.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) insert: Script,
    pub(super) touch: Script,
    pub(super) replace: Script,
    pub(super) remove: Script,
}

/// The answer of a script that found something else than sessions.
pub(super) const CORRUPT: i64 = -2;

impl Scripts {
    pub(super) fn new() -> Self {
        let script = |own: &str| Script::new(&format!("{SHARED}{own}"));
        Self {
            insert: script(INSERT),
            touch: script(TOUCH),
            replace: script(REPLACE),
            remove: script(REMOVE),
        }
    }

    pub(super) fn all(&self) -> [&Script; 4] {
        [&self.insert, &self.touch, &self.replace, &self.remove]
    }
}

#[cfg(test)]
mod tests {
    use super::SHARED;
    use crate::store::side_by_side::ENTRY_LEN;

    #[test]
    fn scripts_and_codec_agree_about_the_length_of_an_entry() {
        assert!(SHARED.contains(&format!("local size = {ENTRY_LEN}\n")));
    }
}
