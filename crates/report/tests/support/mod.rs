//! A full record of synthetic test data: every figure in it is invented, only the shape is that of a real run.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;

use measure::{
    example,
    record::{
        Batch, Contestant, Count, CriterionFigure, Declared, Entry, Kind, Metric, Profile, Question, Round,
        RunRecord,
    },
};

/// Rounds of a standard run.
pub(crate) const ROUNDS: u32 = 9;

/// A small generator of numbers in 0..1 (SplitMix64): the same data each time.
pub(crate) struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A whole synthetic run of the standard profile: every question, design, peer, control and floor. `samples` is how many
/// a round has.
pub(crate) fn record(samples: usize) -> RunRecord {
    let mut execution = example::record().executions.remove(0);
    let from = &mut execution.provenance;
    from.command = "authbench run --name synthetic-test-data".to_owned();
    from.profile = Profile::Standard;
    from.rounds_planned = ROUNDS;
    from.finished = "2026-11-23T10:41:00Z".to_owned();
    from.machine.cpu_model = Some("Synthetic Test CPU 9000 (invented figures)".to_owned());
    from.machine.cpu_flags = (0..90).map(|number| format!("flag{number}")).collect();
    from.machine.caches = ["L1d 48K", "L2 1024K", "L3 32768K"].map(str::to_owned).to_vec();
    from.machine.kernel = Some("Linux 6.12.0".to_owned());
    from.machine.memory_bytes = Some(16 << 30);
    from.machine.load_average = Some("0.08".to_owned());
    from.crates = (0..60).map(|number| (format!("crate-{number}"), "1.2.3".to_owned())).collect();
    from.services[0].settings = BTreeMap::from(
        [("appendonly", "no"), ("maxmemory", "0"), ("save", "\"\""), ("io-threads", "1")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );

    let mut dice = Dice(42);
    execution.batches = batches(samples, &mut dice);
    RunRecord { entries: entries(), executions: vec![execution], ..RunRecord::new("synthetic-test-data") }
}

/// The same without a shared store.
pub(crate) fn without_redis(samples: usize) -> RunRecord {
    let mut record = record(samples);
    let reason = "redis-server is not installed; scripts/bench installs it, or give AUTHBENCH_REDIS_URL";
    for entry in record.entries.iter_mut().filter(|entry| entry.id.contains("redis")) {
        entry.unavailable = Some(reason.to_owned());
    }
    record.executions[0].provenance.services.clear();
    for batch in &mut record.executions[0].batches {
        for one in batch.contestants.iter_mut().filter(|one| one.id.contains("redis")) {
            one.rounds.clear();
            one.counts.clear();
            one.unavailable = Some(reason.to_owned());
        }
    }
    record
}

/// The same, stopped in the third round, from a changed tree, with one contestant broken.
pub(crate) fn interrupted(samples: usize) -> RunRecord {
    let mut record = record(samples);
    let from = &mut record.executions[0].provenance;
    from.interrupted = true;
    from.dirty = Some(true);
    from.profile = Profile::Quick;
    for one in record.executions[0].batches.iter_mut().flat_map(|batch| &mut batch.contestants) {
        one.rounds.truncate(2);
        if one.id == "session-redis" {
            one.rounds[1].failure = Some("connection reset by peer".to_owned());
        }
    }
    record
}

fn entries() -> Vec<Entry> {
    let declared = |family: &str, state: &str, revocation: &str, outage: &str, transport: &str| Declared {
        family: family.to_owned(),
        state: state.to_owned(),
        revocation: revocation.to_owned(),
        outage: outage.to_owned(),
        transport: transport.to_owned(),
        lifetime_s: 3_600,
        idle_timeout_s: None,
    };
    let token = || declared("stateless", "none", "only by expiry", "no store to lose", "bearer header");
    let session = |state: &str, outage: &str| declared("stateful", state, "next request", outage, "cookie");
    let entry = |id: &str, kind, about: &str, properties| Entry {
        id: id.to_owned(),
        kind,
        about: about.to_owned(),
        properties,
        needs: if id.contains("redis") { vec!["Redis".to_owned()] } else { Vec::new() },
        unavailable: None,
    };
    vec![
        entry("jwt-hs256", Kind::Design, "JWT signed with HMAC-SHA256", Some(token())),
        entry(
            "session-memory",
            Kind::Design,
            "session in a sharded map of this process",
            Some(session("this process", "no store to lose")),
        ),
        entry(
            "session-redis",
            Kind::Design,
            "session in Redis over one multiplexed connection",
            Some(session("shared store", "denies (503)")),
        ),
        entry(
            "jsonwebtoken-rust-crypto-hs256",
            Kind::Peer,
            "the jsonwebtoken crate, RustCrypto",
            Some(token()),
        ),
        entry("jsonwebtoken-aws-lc-hs256", Kind::Peer, "the jsonwebtoken crate, aws-lc-rs", Some(token())),
        entry("control-none", Kind::Control, "nothing: the harness alone", None),
        entry("control-static", Kind::Control, "compares with one constant credential", None),
        entry("floor-hmac-sha256", Kind::Floor, "the bare HMAC over the signing input", None),
        entry("floor-flat-probe", Kind::Floor, "one probe of a flat table", None),
        entry("floor-map-probe", Kind::Floor, "one probe of a hash map", None),
        entry("floor-sha256", Kind::Floor, "SHA-256 of a session id", None),
        entry("floor-redis-ping", Kind::Floor, "PING over the same connection", None),
    ]
}

/// Contestant, kind, invented nanoseconds, floor.
type Plan<'a> = (&'a str, Kind, f64, Option<&'a str>);

fn batches(samples: usize, dice: &mut Dice) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut add = |question, case: &str, about: &str, reference: &str, plan: &[Plan<'_>], dice: &mut Dice| {
        batches.push(batch(question, case, about, reference, plan, samples, dice));
    };
    let hmac = Some("floor-hmac-sha256");
    let peers = |one: f64, other: f64| {
        [
            ("jsonwebtoken-rust-crypto-hs256", Kind::Peer, one, hmac),
            ("jsonwebtoken-aws-lc-hs256", Kind::Peer, other, hmac),
        ]
    };
    let mut issue: Vec<Plan<'_>> = vec![
        ("jwt-hs256", Kind::Design, 345.0, hmac),
        ("session-memory", Kind::Design, 412.0, Some("floor-sha256")),
        ("session-redis", Kind::Design, 61_200.0, Some("floor-redis-ping")),
    ];
    issue.extend(peers(634.0, 836.0));
    issue.extend([
        ("control-none", Kind::Control, 2.1, None),
        ("floor-hmac-sha256", Kind::Floor, 181.0, None),
        ("floor-sha256", Kind::Floor, 52.0, None),
        ("floor-redis-ping", Kind::Floor, 48_700.0, None),
        ("jwt-hs256~twin", Kind::Twin, 346.0, hmac),
    ]);
    add(
        Question::Issue,
        "three-permissions",
        "a user with three permissions logs in",
        "jwt-hs256",
        &issue,
        dice,
    );

    let mut authorise: Vec<Plan<'_>> = vec![
        ("jwt-hs256", Kind::Design, 330.0, hmac),
        ("session-memory", Kind::Design, 96.0, Some("floor-map-probe")),
        ("session-redis", Kind::Design, 54_300.0, Some("floor-redis-ping")),
    ];
    authorise.extend(peers(1_850.0, 2_078.0));
    authorise.extend([
        ("control-none", Kind::Control, 1.2, None),
        ("control-static", Kind::Control, 14.0, None),
        ("floor-hmac-sha256", Kind::Floor, 181.0, None),
        ("floor-map-probe", Kind::Floor, 21.0, None),
        ("floor-redis-ping", Kind::Floor, 48_700.0, None),
        ("jwt-hs256~twin", Kind::Twin, 331.0, hmac),
    ]);
    add(Question::Authorise, "1k-uniform", "1 000 users, each as likely", "jwt-hs256", &authorise, dice);

    for (choice, spread, about) in
        [("uniform", 1.0, "each as likely"), ("zipf", 0.62, "chosen by Zipf's law")]
    {
        for (word, number, growth) in
            [("1k", "1 000", 1.0), ("100k", "100 000", 2.6), ("1m", "1 000 000", 5.8)]
        {
            let grown = |base: f64| base * (1.0 + (growth - 1.0) * spread);
            let plan: [Plan<'_>; 6] = [
                ("session-memory", Kind::Design, 52.0 + grown(24.0), Some("floor-map-probe")),
                ("session-redis", Kind::Design, 52_000.0 + grown(400.0), Some("floor-redis-ping")),
                ("floor-flat-probe", Kind::Floor, grown(14.0), None),
                ("floor-map-probe", Kind::Floor, grown(21.0), None),
                ("floor-redis-ping", Kind::Floor, 48_700.0, None),
                ("session-memory~twin", Kind::Twin, 52.0 + grown(24.3), None),
            ];
            let about = format!("{number} stored sessions, {about}");
            add(Question::Lookup, &format!("{word}-{choice}"), &about, "session-memory", &plan, dice);
        }
    }
    let in_flight: [Plan<'_>; 3] = [
        ("session-memory", Kind::Design, 77.0, Some("floor-map-probe")),
        ("session-redis", Kind::Design, 2_480.0, None),
        ("floor-map-probe", Kind::Floor, 21.0, None),
    ];
    let about = "1 000 stored sessions, 64 look-ups under way at any time";
    add(Question::Lookup, "1k-uniform-64-in-flight", about, "session-memory", &in_flight, dice);

    for (case, about, logins) in [
        ("one-login", "a user with one credential", 1.0),
        ("ten-logins", "everywhere, ten credentials", 10.0),
    ] {
        let plan: [Plan<'_>; 4] = [
            ("session-memory", Kind::Design, 88.0 * logins, None),
            ("session-redis", Kind::Design, 53_000.0 + 900.0 * logins, Some("floor-redis-ping")),
            ("floor-redis-ping", Kind::Floor, 48_700.0, None),
            ("session-memory~twin", Kind::Twin, 88.4 * logins, None),
        ];
        add(Question::Revoke, case, about, "session-memory", &plan, dice);
    }
    batches
}

fn batch(
    question: Question,
    case: &str,
    about: &str,
    reference: &str,
    plan: &[Plan<'_>],
    samples: usize,
    dice: &mut Dice,
) -> Batch {
    let contestants = plan.iter().map(|(id, kind, ns, floor)| {
        let rounds = (0..ROUNDS).map(|round| {
            let layout = 0.985 + 0.03 * dice.roll();
            let mut series = |ns: f64| -> Vec<f64> {
                (0..samples).map(|_| ns * layout * (0.97 + 0.08 * dice.roll() * dice.roll())).collect()
            };
            let waits = id.contains("redis");
            Round {
                round,
                operations_per_sample: 500,
                samples_ns: series(*ns),
                cpu_ns: if waits { series(ns * 0.11) } else { Vec::new() },
                failure: None,
            }
        });
        let rounds: Vec<Round> = rounds.collect();
        Contestant {
            id: (*id).to_owned(),
            kind: *kind,
            about: format!("what {id} does, in a phrase"),
            floor: floor.map(str::to_owned),
            rounds,
            counts: counts(question, id, *kind),
            criterion: (*kind == Kind::Design)
                .then_some(CriterionFigure { median_ns: ns * 1.02, samples: 100 }),
            unavailable: None,
        }
    });
    Batch {
        question,
        case: case.to_owned(),
        about: about.to_owned(),
        reference: reference.to_owned(),
        contestants: contestants.collect(),
    }
}

fn counts(question: Question, id: &str, kind: Kind) -> Vec<Count> {
    if !matches!(kind, Kind::Design | Kind::Peer) {
        return Vec::new();
    }
    let count = |metric, value, note: &str| Count { metric, value, over: 1_000, note: note.to_owned() };
    let stateful = id.starts_with("session");
    match question {
        Question::Issue => vec![
            count(Metric::Allocations, if stateful { 2.0 } else { 1.0 }, "heap allocations an operation"),
            count(Metric::Bytes, if stateful { 68.0 } else { 372.0 }, "header line of each request"),
        ],
        Question::Authorise => {
            vec![count(
                Metric::Allocations,
                if kind == Kind::Peer { 14.0 } else { 0.0 },
                "heap allocations an operation",
            )]
        }
        Question::Lookup => {
            let (value, note) = if id.contains("redis") {
                (177.0, "Redis used_memory a session")
            } else {
                (123.4, "resident set a session")
            };
            vec![count(Metric::Bytes, value, note)]
        }
        Question::Revoke
        | Question::Payload
        | Question::Batch
        | Question::Attack
        | Question::Touch
        | Question::Purge => Vec::new(),
    }
}
