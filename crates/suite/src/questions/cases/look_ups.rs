//! Look-ups of sessions, as they grow in number.

use measure::record::{Profile, Question};

use super::BASE;
use crate::{questions::Case, workload::Choice};

const LOOKUP: Case = Case { question: Question::Lookup, ..BASE };

pub(super) const CASES: &[Case] = &[
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
];
