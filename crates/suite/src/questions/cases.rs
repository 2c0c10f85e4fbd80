//! Every case of every question, as data: a new one is a new row.

use std::time::Duration;

use measure::record::{Profile, Question};

use super::{
    case::{Case, FeedLoss},
    fault::Fault,
    rotation::Rotation,
    storm::Storm,
};
use crate::{jobs::Attack, workload::Choice};

const BASE: Case = Case {
    question: Question::Issue,
    name: "",
    about: "",
    population: 1_000,
    choice: Choice::Uniform,
    in_flight: 1,
    threads: 1,
    independent: false,
    logins: 1,
    batch: 1,
    attack: Attack::None,
    over_http: false,
    payload: None,
    touch: None,
    rate: None,
    distance: None,
    feed_loss: FeedLoss::None,
    common: false,
    and_who_waits: false,
    purging: false,
    services: 1,
    rotation: Rotation::Set(0),
    fault: None,
    storm: None,
    revoked: 0,
    misses: None,
    from: Profile::Quick,
    remote_from: Some(Profile::Quick),
};

/// What those that most people choose between take under other conditions.
const COMMON: Case = Case { question: Question::Authorise, common: true, ..BASE };
const LOOKUP: Case = Case { question: Question::Lookup, ..BASE };
const REVOKE: Case = Case { question: Question::Revoke, ..BASE };
const ATTACK: Case = Case { question: Question::Attack, ..BASE };
const ATTACK_OVER_HTTP: Case =
    Case { population: 32, in_flight: 16, over_http: true, common: true, ..ATTACK };
const PAYLOAD: Case = Case { question: Question::Payload, ..BASE };
const BATCH: Case = Case { question: Question::Batch, ..BASE };
const TOUCH: Case = Case { question: Question::Touch, ..BASE };
const REQUEST: Case = Case { question: Question::Request, ..BASE };
const LOAD: Case = Case { question: Question::Load, in_flight: 256, common: true, ..BASE };
/// Few users: every login goes to the store, at its distance, before anything is timed.
const DISTANCE: Case = Case { question: Question::Distance, population: 100, ..BASE };
const STALENESS: Case = Case { question: Question::Staleness, logins: 200, ..BASE };
const OUTAGE: Case = Case { question: Question::Outage, in_flight: 64, from: Profile::Standard, ..BASE };
const STORM: Case = Case { question: Question::RefreshStorm, from: Profile::Standard, ..BASE };
const DENYLIST: Case = Case { question: Question::Denylist, in_flight: 64, ..BASE };
const HIT_RATE: Case = Case { question: Question::HitRate, in_flight: 64, ..BASE };
const FAN_OUT: Case = Case { question: Question::FanOut, population: 8, ..BASE };
const ROTATION: Case = Case { question: Question::Rotation, ..BASE };
const PURGE: Case =
    Case { question: Question::Purge, population: 100_000, remote_from: Some(Profile::Full), ..BASE };

/// Every case of every question.
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
    Case { name: "1k-uniform", about: "1 000 sessions, each as likely", ..LOOKUP },
    Case { name: "1k-zipf", about: "1 000 sessions, chosen by Zipf's law", choice: Choice::Zipf, ..LOOKUP },
    Case {
        name: "1k-uniform-16-in-flight",
        about: "1 000 sessions, each as likely; 16 requests in flight at once where a server is asked",
        in_flight: 16,
        from: Profile::Full,
        ..LOOKUP
    },
    Case {
        name: "1k-uniform-64-in-flight",
        about: "1 000 sessions, each as likely; 64 requests in flight at once where a server is asked",
        in_flight: 64,
        ..LOOKUP
    },
    Case {
        name: "1k-uniform-256-in-flight",
        about: "1 000 sessions, each as likely; 256 requests in flight at once where a server is asked",
        in_flight: 256,
        from: Profile::Standard,
        ..LOOKUP
    },
    Case {
        name: "100k-uniform",
        about: "100 000 sessions, each as likely",
        population: 100_000,
        remote_from: Some(Profile::Full),
        ..LOOKUP
    },
    Case {
        name: "100k-zipf",
        about: "100 000 sessions, chosen by Zipf's law",
        population: 100_000,
        choice: Choice::Zipf,
        remote_from: Some(Profile::Full),
        from: Profile::Standard,
        ..LOOKUP
    },
    Case {
        name: "1m-uniform",
        about: "1 000 000 sessions, each as likely",
        population: 1_000_000,
        remote_from: Some(Profile::Full),
        from: Profile::Standard,
        ..LOOKUP
    },
    Case {
        name: "1m-zipf",
        about: "1 000 000 sessions, chosen by Zipf's law",
        population: 1_000_000,
        choice: Choice::Zipf,
        remote_from: Some(Profile::Full),
        from: Profile::Standard,
        ..LOOKUP
    },
    Case {
        name: "10m-uniform",
        about: "10 000 000 sessions, each as likely",
        population: 10_000_000,
        from: Profile::Full,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "10m-zipf",
        about: "10 000 000 sessions, chosen by Zipf's law",
        population: 10_000_000,
        choice: Choice::Zipf,
        from: Profile::Full,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "1k-uniform-2-threads",
        about: "1 000 sessions, each as likely; two threads look up at once, and the time is that of a look-up on one of them",
        threads: 2,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "1m-uniform-2-threads",
        about: "1 000 000 sessions, each as likely; two threads look up at once, and the time is that of a look-up on one of them",
        population: 1_000_000,
        threads: 2,
        from: Profile::Standard,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "10m-uniform-2-threads",
        about: "10 000 000 sessions, each as likely; two threads look up at once, and the time is that of a look-up on one of them",
        population: 10_000_000,
        threads: 2,
        from: Profile::Full,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "1k-uniform-independent",
        about: "1 000 sessions, each as likely; a look-up may begin before the last one's result is known",
        independent: true,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "1m-uniform-independent",
        about: "1 000 000 sessions, each as likely; a look-up may begin before the last one's result is known",
        population: 1_000_000,
        independent: true,
        from: Profile::Standard,
        remote_from: None,
        ..LOOKUP
    },
    Case {
        name: "10m-uniform-independent",
        about: "10 000 000 sessions, each as likely; a look-up may begin before the last one's result is known",
        population: 10_000_000,
        independent: true,
        from: Profile::Full,
        remote_from: None,
        ..LOOKUP
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
        name: "over-http-genuine",
        about: "a good credential to the example service over HTTP, for comparison; 16 keep-alive connections",
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-garbage",
        about: "as many random printable characters as a credential has, over HTTP",
        attack: Attack::Garbage,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-oversized",
        about: "a good credential and 8 KiB after it, which an HTTP server still takes",
        attack: Attack::Oversized,
        from: Profile::Standard,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-forged",
        about: "a good credential with one character of its proof changed, over HTTP",
        attack: Attack::Forged,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-foreign",
        about: "a well-formed credential that somebody else issued, over HTTP",
        attack: Attack::Foreign,
        from: Profile::Standard,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-expired",
        about: "a credential whose time is over, over HTTP; the store may have forgotten it",
        attack: Attack::Expired,
        from: Profile::Standard,
        ..ATTACK_OVER_HTTP
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
        name: "64-connections",
        about: "64 keep-alive connections, each with its next request once the last is answered; 1 000 logged-in users ask for their own profile",
        in_flight: 64,
        ..REQUEST
    },
    Case {
        name: "1-connection",
        about: "one keep-alive connection, one request after another; 1 000 logged-in users ask for their own profile",
        common: true,
        from: Profile::Standard,
        ..REQUEST
    },
    Case {
        name: "256-connections",
        about: "256 keep-alive connections, each with its next request once the last is answered; 1 000 logged-in users ask for their own profile",
        in_flight: 256,
        common: true,
        from: Profile::Standard,
        ..REQUEST
    },
    Case {
        name: "5k-per-second",
        about: "5 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(5_000.0),
        ..LOAD
    },
    Case {
        name: "10k-per-second",
        about: "10 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(10_000.0),
        from: Profile::Standard,
        ..LOAD
    },
    Case {
        name: "20k-per-second",
        about: "20 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(20_000.0),
        ..LOAD
    },
    Case {
        name: "40k-per-second",
        about: "40 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(40_000.0),
        from: Profile::Standard,
        ..LOAD
    },
    Case {
        name: "80k-per-second",
        about: "80 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(80_000.0),
        from: Profile::Standard,
        ..LOAD
    },
    Case { name: "no-distance", about: "the store on this machine; one request after another", ..DISTANCE },
    Case {
        name: "100-us",
        about: "the store 0.1 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(100)),
        ..DISTANCE
    },
    Case {
        name: "500-us",
        about: "the store 0.5 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(500)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "1000-us",
        about: "the store 1 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(1_000)),
        ..DISTANCE
    },
    Case {
        name: "5000-us",
        about: "the store 5 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(5_000)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "30000-us",
        about: "the store 30 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(30_000)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "no-distance-64-in-flight",
        about: "the store on this machine; 64 requests in flight at once where a server is asked",
        in_flight: 64,
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "1000-us-64-in-flight",
        about: "the store 1 ms of round trip away; 64 requests in flight at once where a server is asked",
        in_flight: 64,
        distance: Some(Duration::from_micros(1_000)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        question: Question::Login,
        name: "argon2id",
        about: "one login after another over one connection, with a right password against its Argon2id hash (19 MiB, 2 passes, 1 lane)",
        common: true,
        ..BASE
    },
    Case {
        name: "200-revocations",
        about: "three instances over one store; 200 logins are revoked at one of them, at times that fall anywhere in the life of a cache entry",
        from: Profile::Standard,
        ..STALENESS
    },
    Case {
        name: "40-revocations",
        about: "the same with 40 logins, of those that most people choose between",
        logins: 40,
        common: true,
        ..STALENESS
    },
    Case {
        name: "200-revocations-feed-lost",
        about: "the same, after one of the other instances has lost its connections to the store and another's have stalled",
        feed_loss: FeedLoss::CutAndStalled,
        from: Profile::Standard,
        ..STALENESS
    },
    Case {
        name: "killed-data-kept",
        about: "2 000 requests a second, a tenth of them with a revoked credential; the store is killed (SIGKILL) and half a second later started again with its data: PostgreSQL as it is, Redis with a log of every write",
        fault: Some(Fault::KilledKept),
        from: Profile::Quick,
        ..OUTAGE
    },
    Case {
        name: "killed-data-lost",
        about: "2 000 requests a second, a tenth of them with a revoked credential; the store is killed (SIGKILL) and half a second later started again, empty",
        fault: Some(Fault::KilledLost),
        ..OUTAGE
    },
    Case {
        name: "frozen",
        about: "2 000 requests a second, a tenth of them with a revoked credential; the store answers nothing for a second, twice the time limit of its clients (SIGSTOP, then SIGCONT)",
        fault: Some(Fault::Frozen),
        ..OUTAGE
    },
    Case {
        name: "connections-reset",
        about: "2 000 requests a second, a tenth of them with a revoked credential; the connections to the store are closed, and so are new ones for half a second, while the store lives on",
        fault: Some(Fault::Reset),
        ..OUTAGE
    },
    Case {
        name: "primary-lost",
        about: "2 000 requests a second, a tenth of them with a revoked credential; one of three primaries is killed (SIGKILL) and stays away, until its replica takes its place",
        fault: Some(Fault::PrimaryLost),
        from: Profile::Full,
        ..OUTAGE
    },
    Case {
        name: "2k-in-1-s",
        about: "2 000 access tokens expire at random times within one second; each client refreshes over HTTP when its own does",
        storm: Some(Storm::Expiry { clients: 2_000, within: Duration::from_secs(1) }),
        from: Profile::Quick,
        ..STORM
    },
    Case {
        name: "10k-in-1-s",
        about: "10 000 access tokens expire at random times within one second; each client refreshes over HTTP when its own does",
        storm: Some(Storm::Expiry { clients: 10_000, within: Duration::from_secs(1) }),
        ..STORM
    },
    Case {
        name: "10k-in-10-s",
        about: "the same 10 000 with jitter: their lives differ by up to ten seconds",
        storm: Some(Storm::Expiry { clients: 10_000, within: Duration::from_secs(10) }),
        ..STORM
    },
    Case {
        name: "10k-at-once",
        about: "the same 10 000, all of which refresh at one moment: clients that wait for the whole second of the expiry",
        storm: Some(Storm::Expiry { clients: 10_000, within: Duration::ZERO }),
        ..STORM
    },
    Case {
        name: "at-once-no-grace",
        about: "100 clients refresh 100 times each, at once and with one token; no grace window",
        storm: Some(Storm::Repeats { grace: Duration::ZERO, late: Duration::ZERO }),
        from: Profile::Quick,
        ..STORM
    },
    Case {
        name: "at-once-1-s-grace",
        about: "100 clients refresh 100 times each, at once and with one token; a grace window of 1 s",
        storm: Some(Storm::Repeats { grace: Duration::from_secs(1), late: Duration::ZERO }),
        ..STORM
    },
    Case {
        name: "at-once-10-s-grace",
        about: "100 clients refresh 100 times each, at once and with one token; a grace window of 10 s",
        storm: Some(Storm::Repeats { grace: Duration::from_secs(10), late: Duration::ZERO }),
        from: Profile::Quick,
        ..STORM
    },
    Case {
        name: "up-to-20-s-late-no-grace",
        about: "100 clients refresh 100 times each with one token, the first at once, the last over 20 s, evenly in between; no grace window",
        storm: Some(Storm::Repeats { grace: Duration::ZERO, late: Duration::from_secs(20) }),
        ..STORM
    },
    Case {
        name: "up-to-20-s-late-1-s-grace",
        about: "100 clients refresh 100 times each with one token, the first at once, the last over 20 s, evenly in between; a grace window of 1 s",
        storm: Some(Storm::Repeats { grace: Duration::from_secs(1), late: Duration::from_secs(20) }),
        ..STORM
    },
    Case {
        name: "up-to-20-s-late-10-s-grace",
        about: "100 clients refresh 100 times each with one token, the first at once, the last over 20 s, evenly in between; a grace window of 10 s",
        storm: Some(Storm::Repeats { grace: Duration::from_secs(10), late: Duration::from_secs(20) }),
        ..STORM
    },
    Case {
        name: "up-to-20-s-late-30-s-grace",
        about: "100 clients refresh 100 times each with one token, the first at once, the last over 20 s, evenly in between; a grace window of 30 s",
        storm: Some(Storm::Repeats { grace: Duration::from_secs(30), late: Duration::from_secs(20) }),
        ..STORM
    },
    Case {
        name: "empty-list",
        about: "nothing is revoked; 1 000 logged-in users, each as likely to come next",
        ..DENYLIST
    },
    Case {
        name: "10k-revoked",
        about: "10 000 revoked tokens in the list; requests with one of 10 000 others, each as likely",
        revoked: 10_000,
        population: 10_000,
        ..DENYLIST
    },
    Case {
        name: "1m-revoked",
        about: "1 000 000 revoked tokens in the list; requests with one of 100 000 others, each as likely",
        revoked: 1_000_000,
        population: 100_000,
        from: Profile::Standard,
        ..DENYLIST
    },
    Case {
        name: "10m-revoked",
        about: "10 000 000 revoked tokens in the list; requests with one of 100 000 others, each as likely",
        revoked: 10_000_000,
        population: 100_000,
        from: Profile::Full,
        ..DENYLIST
    },
    Case {
        name: "10-a-second",
        about: "10 logins a second are revoked, evenly spaced, and every process is told",
        rate: Some(10.0),
        from: Profile::Standard,
        ..DENYLIST
    },
    Case {
        name: "100-a-second",
        about: "100 logins a second are revoked, evenly spaced, and every process is told",
        rate: Some(100.0),
        ..DENYLIST
    },
    Case {
        name: "1000-a-second",
        about: "1 000 logins a second are revoked, evenly spaced, and every process is told",
        rate: Some(1_000.0),
        from: Profile::Standard,
        ..DENYLIST
    },
    Case {
        name: "10000-a-second",
        about: "10 000 logins a second are revoked, evenly spaced, and every process is told",
        rate: Some(10_000.0),
        ..DENYLIST
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
    Case {
        name: "1-service",
        about: "a request to one service, which decides; one request after another",
        services: 1,
        ..FAN_OUT
    },
    Case {
        name: "3-services",
        about: "a request crosses three services, each of which asks the next over HTTP and decides for itself; one request after another",
        services: 3,
        ..FAN_OUT
    },
    Case {
        name: "10-services",
        about: "a request crosses ten services, each of which asks the next over HTTP and decides for itself; one request after another",
        services: 10,
        ..FAN_OUT
    },
    Case {
        name: "1-service-16-in-flight",
        about: "requests to one service, which decides; 16 at once",
        services: 1,
        in_flight: 16,
        from: Profile::Standard,
        ..FAN_OUT
    },
    Case {
        name: "3-services-16-in-flight",
        about: "requests cross three services, each of which asks the next over HTTP and decides for itself; 16 at once",
        services: 3,
        in_flight: 16,
        from: Profile::Standard,
        ..FAN_OUT
    },
    Case {
        name: "10-services-16-in-flight",
        about: "requests cross ten services, each of which asks the next over HTTP and decides for itself; 16 at once",
        services: 10,
        in_flight: 16,
        from: Profile::Standard,
        ..FAN_OUT
    },
    Case {
        name: "1-key",
        about: "requests under a fetched set of one key",
        rotation: Rotation::Set(1),
        ..ROTATION
    },
    Case {
        name: "2-keys",
        about: "requests under a fetched set of two keys, as while a rotation lasts; each has signed half of the tokens",
        rotation: Rotation::Set(2),
        ..ROTATION
    },
    Case {
        name: "64-keys",
        about: "requests under a fetched set of 64 keys, as many as a set may have; each has signed as many of the tokens",
        rotation: Rotation::Set(64),
        ..ROTATION
    },
    Case {
        name: "overlap",
        about: "ten rotations in a row, on a clock that is moved: each key is published before it signs, and retired when its last token has expired; tokens of all keys are presented each minute",
        rotation: Rotation::Overlap,
        ..ROTATION
    },
    Case {
        name: "first-token",
        about: "a new key signs before anybody has fetched it, 20 times: its first token waits for a fetch",
        rotation: Rotation::FirstToken,
        ..ROTATION
    },
    Case {
        name: "stampede-1000",
        about: "1 000 requests at once with the first tokens under a new key, 10 times",
        rotation: Rotation::Stampede(1_000),
        ..ROTATION
    },
    Case {
        name: "made-up-kids",
        about: "200 requests a second for a minute, on a clock that is moved, each with another made-up key id",
        rotation: Rotation::MadeUp(200),
        ..ROTATION
    },
];
