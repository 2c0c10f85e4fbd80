//! What changes under way: what is revoked, renewed, rotated or lost.

use std::time::Duration;

use measure::record::{Profile, Question};

use super::BASE;
use crate::questions::{Case, Fault, FeedLoss, Rotation, Storm};

const STALENESS: Case = Case { question: Question::Staleness, logins: 200, ..BASE };
const OUTAGE: Case = Case { question: Question::Outage, in_flight: 64, from: Profile::Standard, ..BASE };
const STORM: Case = Case { question: Question::RefreshStorm, from: Profile::Standard, ..BASE };
const DENYLIST: Case = Case { question: Question::Denylist, in_flight: 64, ..BASE };
const ROTATION: Case = Case { question: Question::Rotation, ..BASE };

pub(super) const CASES: &[Case] = &[
    Case {
        name: "200-revocations",
        about: "three instances over one store; 200 logins are revoked at one of them, at times that fall anywhere in the first 95 % of a cache entry's life",
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
        about: "about 2 000 access tokens expire at random times within one second; each client refreshes over HTTP when its own does",
        storm: Some(Storm::Expiry { clients: 2_000, within: Duration::from_secs(1) }),
        from: Profile::Quick,
        ..STORM
    },
    Case {
        name: "10k-in-1-s",
        about: "about 10 000 access tokens expire at random times within one second; each client refreshes over HTTP when its own does",
        storm: Some(Storm::Expiry { clients: 10_000, within: Duration::from_secs(1) }),
        ..STORM
    },
    Case {
        name: "10k-in-10-s",
        about: "about 10 000 as well, with jitter: their lives differ by up to ten seconds",
        storm: Some(Storm::Expiry { clients: 10_000, within: Duration::from_secs(10) }),
        ..STORM
    },
    Case {
        name: "10k-at-once",
        about: "10 000 access tokens, all of which refresh at one moment: clients that wait for the whole second of the expiry",
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
        about: "ten rotations in a row, on a clock that is moved: each key is published before it signs, and retired when its last token has expired; tokens of all keys are presented every five minutes",
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
