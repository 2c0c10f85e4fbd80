//! What is done in a loop: one operation after another, by one process.

use std::time::Duration;

use measure::record::{Profile, Question};

use super::BASE;
use crate::{jobs::Attack, questions::Case};

/// What those that most people choose between take under other conditions.
const COMMON: Case = Case { question: Question::Authorise, common: true, ..BASE };
const REVOKE: Case = Case { question: Question::Revoke, ..BASE };
const ATTACK: Case = Case { question: Question::Attack, ..BASE };
const PAYLOAD: Case = Case { question: Question::Payload, ..BASE };
const BATCH: Case = Case { question: Question::Batch, ..BASE };
const TOUCH: Case = Case { question: Question::Touch, ..BASE };
const PURGE: Case =
    Case { question: Question::Purge, population: 100_000, remote_from: Some(Profile::Full), ..BASE };
const HIT_RATE: Case = Case { question: Question::HitRate, in_flight: 64, ..BASE };

pub(super) const CASES: &[Case] = &[
    Case {
        name: "three-permissions",
        about: "users with three permissions log in, one after another, while 1 000 are logged in",
        ..BASE
    },
    Case {
        question: Question::Authorise,
        name: "1k-uniform",
        about: "1 000 logged-in users, each as likely to come next, ask for their own orders",
        ..BASE
    },
    Case {
        name: "1k-uniform-64-in-flight",
        about: "1 000 logged-in users, each as likely to come next; 64 requests in flight at once where a server is asked",
        in_flight: 64,
        and_who_waits: true,
        ..COMMON
    },
    Case {
        name: "1k-uniform-256-in-flight",
        about: "1 000 logged-in users, each as likely to come next; 256 requests in flight at once where a server is asked",
        in_flight: 256,
        from: Profile::Standard,
        ..COMMON
    },
    Case {
        name: "100k-uniform",
        about: "100 000 logged-in users, each as likely to come next",
        population: 100_000,
        remote_from: Some(Profile::Full),
        from: Profile::Standard,
        ..COMMON
    },
    Case {
        name: "1m-uniform",
        about: "1 000 000 logged-in users, each as likely to come next",
        population: 1_000_000,
        remote_from: Some(Profile::Full),
        ..COMMON
    },
    Case { name: "one-login", about: "log one login out, while 1 000 others are logged in", ..REVOKE },
    Case { name: "ten-logins", about: "log a user out everywhere, from ten logins", logins: 10, ..REVOKE },
    Case {
        name: "thousand-logins",
        about: "log a user out everywhere, from a thousand logins",
        logins: 1_000,
        from: Profile::Standard,
        remote_from: Some(Profile::Full),
        ..REVOKE
    },
    Case { name: "genuine", about: "a good credential, for comparison", ..ATTACK },
    Case {
        name: "garbage",
        about: "as many random printable characters as a credential has",
        attack: Attack::Garbage,
        ..ATTACK
    },
    Case {
        name: "oversized",
        about: "a good credential and 64 KiB after it",
        attack: Attack::Oversized,
        from: Profile::Standard,
        ..ATTACK
    },
    Case {
        name: "forged",
        about: "a good credential with one character of its proof changed: of the signature, the tag or the id",
        attack: Attack::Forged,
        ..ATTACK
    },
    Case {
        name: "foreign",
        about: "a well-formed credential that somebody else issued: another key and key id, or an id that is in no store",
        attack: Attack::Foreign,
        ..ATTACK
    },
    Case {
        name: "expired",
        about: "a good credential whose time is over",
        attack: Attack::Expired,
        from: Profile::Standard,
        ..ATTACK
    },
    Case {
        name: "256-bytes",
        about: "a payload of 256 bytes before encoding, made up by private claims of 40 bytes each",
        payload: Some(256),
        ..PAYLOAD
    },
    Case {
        name: "512-bytes",
        about: "a payload of 512 bytes before encoding, made up by private claims of 40 bytes each",
        payload: Some(512),
        from: Profile::Full,
        ..PAYLOAD
    },
    Case {
        name: "1024-bytes",
        about: "a payload of 1024 bytes before encoding, made up by private claims of 40 bytes each",
        payload: Some(1024),
        from: Profile::Standard,
        ..PAYLOAD
    },
    Case {
        name: "2048-bytes",
        about: "a payload of 2048 bytes before encoding, made up by private claims of 40 bytes each",
        payload: Some(2048),
        from: Profile::Full,
        ..PAYLOAD
    },
    Case {
        name: "4096-bytes",
        about: "a payload of 4096 bytes before encoding, made up by private claims of 40 bytes each",
        payload: Some(4096),
        from: Profile::Standard,
        ..PAYLOAD
    },
    Case {
        name: "8192-bytes",
        about: "a payload of 8192 bytes before encoding, made up by private claims of 40 bytes each",
        payload: Some(8192),
        ..PAYLOAD
    },
    Case { name: "1-token", about: "one token at a time", batch: 1, ..BATCH },
    Case {
        name: "2-tokens",
        about: "2 tokens at a time; the time is that of one of them",
        batch: 2,
        from: Profile::Standard,
        ..BATCH
    },
    Case {
        name: "4-tokens",
        about: "4 tokens at a time; the time is that of one of them",
        batch: 4,
        from: Profile::Standard,
        ..BATCH
    },
    Case {
        name: "16-tokens",
        about: "16 tokens at a time; the time is that of one of them",
        batch: 16,
        ..BATCH
    },
    Case {
        name: "64-tokens",
        about: "64 tokens at a time; the time is that of one of them",
        batch: 64,
        from: Profile::Standard,
        ..BATCH
    },
    Case {
        name: "never",
        about: "1 000 sessions; their use is not noted",
        touch: Some(Duration::from_secs(600)),
        ..TOUCH
    },
    Case {
        name: "throttled",
        about: "1 000 sessions; the use of each is noted at most once a second",
        touch: Some(Duration::from_secs(1)),
        ..TOUCH
    },
    Case {
        name: "every-request",
        about: "1 000 sessions; every use is noted",
        touch: Some(Duration::ZERO),
        ..TOUCH
    },
    Case {
        name: "quiet",
        about: "100 000 live sessions and as many expired ones, which are left alone",
        ..PURGE
    },
    Case {
        name: "purging",
        about: "100 000 live sessions, while as many expired ones are removed",
        purging: true,
        ..PURGE
    },
    Case {
        name: "1000-misses",
        about: "each request misses the cache (hit rate 0 %); 64 in flight at once where a server is asked",
        misses: Some(1_000),
        ..HIT_RATE
    },
    Case {
        name: "500-misses",
        about: "of 1 000 requests 500 miss the cache (hit rate 50 %)",
        misses: Some(500),
        from: Profile::Standard,
        ..HIT_RATE
    },
    Case {
        name: "100-misses",
        about: "of 1 000 requests 100 miss the cache (hit rate 90 %)",
        misses: Some(100),
        from: Profile::Standard,
        ..HIT_RATE
    },
    Case {
        name: "10-misses",
        about: "of 1 000 requests 10 miss the cache (hit rate 99 %)",
        misses: Some(10),
        from: Profile::Standard,
        ..HIT_RATE
    },
    Case {
        name: "1-miss",
        about: "of 1 000 requests one misses the cache (hit rate 99.9 %)",
        misses: Some(1),
        ..HIT_RATE
    },
    Case {
        name: "no-miss",
        about: "no request misses the cache, so that no cache has to wait; 64 in flight at once where a server is asked",
        misses: Some(0),
        ..HIT_RATE
    },
];
