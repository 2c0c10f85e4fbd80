//! A small record with every kind of outcome in it, for tests of what reads records.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::{
    histogram::Encoded,
    record::{
        Batch, Contestant, Count, Declared, Entry, Execution, Kind, Latencies, Machine, Metric, Profile,
        Provenance, Question, Round, RunRecord, Service,
    },
};

/// Six rounds of six samples: `jwt-hs256` takes 300 ns, its twin 2 % less, `near-x` 1 % more, `peer-x` three times as long,
/// `floor-x` half; `broken-x` failed in the second round, `missing-x` was not available.
#[must_use]
pub fn record() -> RunRecord {
    let times = |factor: f64| -> Vec<Round> {
        (0..6)
            .map(|round| Round {
                round,
                operations_per_sample: 500,
                every: 1,
                samples_ns: vec![300.0 * factor; 6],
                cpu_ns: Vec::new(),
                store_cpu_ns: Vec::new(),
                failure: None,
            })
            .collect()
    };
    let contestant = |id: &str, kind, factor: f64| Contestant {
        id: id.to_owned(),
        kind,
        about: format!("what {id} does"),
        floor: None,
        rounds: times(factor),
        counts: Vec::new(),
        timeline: None,
        latencies: Vec::new(),
        criterion: None,
        unavailable: None,
    };
    let mut jwt = contestant("jwt-hs256", Kind::Design, 1.0);
    jwt.floor = Some("floor-x".to_owned());
    jwt.counts.push(Count {
        metric: Metric::Bytes,
        value: 372.0,
        over: 100,
        note: "header line of each request".to_owned(),
    });
    let mut broken = contestant("broken-x", Kind::Design, 5.0);
    broken.rounds[1].failure = Some("connection refused".to_owned());
    broken.rounds[1].samples_ns.truncate(2);
    let mut missing = contestant("missing-x", Kind::Design, 1.0);
    missing.rounds.clear();
    missing.unavailable = Some("redis-server is not installed".to_owned());

    RunRecord {
        entries: vec![Entry {
            id: "jwt-hs256".to_owned(),
            kind: Kind::Design,
            about: "HS256 JWT".to_owned(),
            common: false,
            properties: Some(Declared {
                family: "stateless".to_owned(),
                state: "none".to_owned(),
                revocation: "only by expiry".to_owned(),
                outage: "no store to lose".to_owned(),
                transport: "bearer header".to_owned(),
                lifetime_s: 3600,
                idle_timeout_s: None,
            }),
            settings: BTreeMap::new(),
            needs: Vec::new(),
            unavailable: None,
        }],
        hostile: None,
        executions: vec![Execution {
            provenance: provenance(),
            batches: vec![Batch {
                question: Question::Authorise,
                case: "1k-uniform".to_owned(),
                about: "1 000 users, each as likely".to_owned(),
                reference: "jwt-hs256".to_owned(),
                contestants: vec![
                    jwt,
                    contestant("jwt-hs256~twin", Kind::Twin, 0.98),
                    contestant("near-x", Kind::Design, 1.01),
                    contestant("peer-x", Kind::Peer, 3.0),
                    contestant("floor-x", Kind::Floor, 0.5),
                    broken,
                    missing,
                ],
                states: Vec::new(),
            }],
        }],
        ..RunRecord::new("example")
    }
}

fn provenance() -> Provenance {
    Provenance {
        command: "authbench run --quick".to_owned(),
        suite_version: "0.1.0".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        dirty: Some(false),
        started: "2026-11-23T10:00:00Z".to_owned(),
        finished: "2026-11-23T10:01:00Z".to_owned(),
        profile: Profile::Quick,
        rounds_planned: 6,
        interrupted: false,
        incidents: Vec::new(),
        seed: 42,
        planned: Vec::new(),
        program_sha256: "00".repeat(32),
        placement: "not bound".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        build: "release".to_owned(),
        crates: BTreeMap::from([("hmac".to_owned(), "0.13.0".to_owned())]),
        machine: Machine {
            cpu_model: Some("Example CPU".to_owned()),
            logical_cpus: 2,
            architecture: "x86_64".to_owned(),
            ..Machine::default()
        },
        services: vec![Service {
            name: "Redis".to_owned(),
            version: "7.0.15".to_owned(),
            reached: "started by the suite, unix socket".to_owned(),
            settings: BTreeMap::from([("appendonly".to_owned(), "no".to_owned())]),
        }],
    }
}

/// Single requests that took as long, in nanoseconds, from the planned and from the real send time.
#[must_use]
pub fn latencies(
    response: impl IntoIterator<Item = u64>,
    service: impl IntoIterator<Item = u64>,
) -> Latencies {
    fn encoded(times: impl IntoIterator<Item = u64>) -> Encoded {
        let mut histogram =
            Histogram::new_with_bounds(100, 3_600_000_000_000, 3).expect("the bounds are far apart");
        times.into_iter().for_each(|time| histogram.saturating_record(time));
        Encoded::of(&histogram)
    }
    Latencies { response: encoded(response), service: encoded(service) }
}
