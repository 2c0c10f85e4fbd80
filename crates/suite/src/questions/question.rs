//! Which entries of the catalogue are asked which question.

use authoriser::Family;
use catalogue::{Description, Kind, Need};
use measure::record::Question;

/// Whether an entry is asked this question.
pub(crate) fn concerns(entry: &Description, question: Question) -> bool {
    let (control, stateful) = (entry.kind == Kind::Control, entry.family == Family::Stateful);
    let capabilities = entry.capabilities;
    match question {
        _ if capabilities.look_ups_alone => matches!(question, Question::Authorise | Question::Lookup),
        Question::Revoke => !control,
        Question::Attack => entry.kind == Kind::Design && capabilities.refusals,
        Question::Lookup | Question::Touch | Question::Purge => !control && stateful,
        Question::Payload => !control && !stateful && capabilities.payloads,
        Question::Batch => capabilities.batches,
        // Peers that most people choose between, and of our own path over others' primitives none: beside a request's other work
        // they do not differ.
        Question::Load => capabilities.common || entry.id == question.reference(),
        Question::Login => capabilities.common,
        // Who revokes only by expiry is told by its lifetime, and is in the question once for each of the usual kinds.
        Question::Staleness => {
            entry.kind == Kind::Design
                && (capabilities.common || !entry.needs.is_empty())
                && entry.needs != [Need::Folder]
        }
        // Those in front of whose store a proxy can stand: by TCP, at one address.
        Question::Distance => {
            let reachable = [Need::Redis, Need::Postgres, Need::Memcached];
            let apart = entry.needs.iter().all(|need| reachable.contains(need));
            let design = entry.kind == Kind::Design && capabilities.over_http;
            design && apart && (capabilities.common || (stateful && !entry.needs.is_empty()))
        }
        Question::Request => control || capabilities.over_http,
        // Those whose store the suite can break, and one of each family that has none to lose.
        Question::Outage => {
            let breakable = [Need::Redis, Need::RedisCluster, Need::Postgres, Need::Memcached];
            let apart = !entry.needs.is_empty() && entry.needs.iter().all(|need| breakable.contains(need));
            let nothing_to_lose = entry.needs.is_empty()
                && (entry.id == question.reference() || (stateful && capabilities.common));
            entry.kind == Kind::Design && capabilities.over_http && (apart || nothing_to_lose)
        }
        Question::RefreshStorm => capabilities.refreshes,
        // Lists, and what they are held against: no list, and sessions.
        Question::Denylist => {
            capabilities.deny_list.is_some()
                || entry.id == question.reference()
                || (stateful && capabilities.common)
        }
        // Caches, what they are in front of, and what their hits are held against.
        Question::HitRate => {
            let named = |other: &Description| {
                other.capabilities.cache.is_some_and(|cache| [cache.of, cache.hit].contains(&entry.id))
            };
            capabilities.cache.is_some() || catalogue::descriptions().iter().any(named)
        }
        Question::FanOut => capabilities.across_services || entry.id == question.reference(),
        // The design whose keys are a set, and the same signature under one key.
        Question::Rotation => capabilities.rotates || entry.id == question.reference(),
        // Issue, authorise, and whatever is not restricted above.
        _ => true,
    }
}
