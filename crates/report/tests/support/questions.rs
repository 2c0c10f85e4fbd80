//! The synthetic batches of every question.

use measure::record::{Batch, Contestant, Count, CriterionFigure, Kind, Metric, Question, Round};

use super::{
    Dice, ROUNDS,
    everybody::{BOUNDS, One, everybody},
};

/// A contestant of a batch: nanoseconds, or why there are none; and what was counted.
struct Plan {
    id: String,
    kind: Kind,
    floor: Option<String>,
    ns: Result<f64, String>,
    waits: bool,
    timed: bool,
    counts: Vec<Count>,
}

impl Plan {
    fn of(one: &One, ns: f64) -> Self {
        Self {
            id: one.id.to_owned(),
            kind: one.kind,
            floor: one.floor.map(str::to_owned),
            ns: Ok(ns),
            waits: one.waits(),
            timed: true,
            counts: Vec::new(),
        }
    }

    fn counting(mut self, metric: Metric, value: f64, note: &str) -> Self {
        self.counts.push(Count { metric, value, over: 1_000, note: note.to_owned() });
        self
    }
}

fn bound(id: &str, ns: f64) -> Plan {
    let kind = BOUNDS.iter().find(|(known, ..)| *known == id).map_or(Kind::Floor, |(_, kind, _)| *kind);
    Plan { id: id.to_owned(), kind, floor: None, ns: Ok(ns), waits: false, timed: true, counts: Vec::new() }
}

fn bounds(ids: &[&str]) -> Vec<Plan> {
    let wanted = BOUNDS.iter().filter(|(id, ..)| ids.contains(id) || ids.is_empty());
    wanted.map(|(id, _, ns)| bound(id, *ns)).collect()
}

/// Adds batches as they are described.
struct Batches<'d> {
    all: Vec<Batch>,
    samples: usize,
    dice: &'d mut Dice,
}

pub(crate) fn batches(samples: usize, dice: &mut Dice) -> Vec<Batch> {
    let mut batches = Batches { all: Vec::new(), samples, dice };
    issue_and_authorise(&mut batches);
    lookup(&mut batches);
    revoke(&mut batches);
    payload(&mut batches);
    at_once(&mut batches);
    attack(&mut batches);
    touch(&mut batches);
    purge(&mut batches);
    batches.all
}

fn issue_and_authorise(batches: &mut Batches<'_>) {
    let count = |plan: Plan, one: &One, allocations: f64| {
        plan.counting(Metric::Allocations, allocations, "heap allocations an operation").counting(
            Metric::Bytes,
            one.bytes,
            "header line of each request",
        )
    };
    let mut plans: Vec<Plan> =
        everybody().iter().map(|one| count(Plan::of(one, one.issue), one, 1.0)).collect();
    plans.extend(bounds(&["control-none", "floor-hmac-sha256", "floor-redis-ping", "floor-eddsa"]));
    let about = "users with three permissions log in, one after another, while 1 000 are logged in";
    batches.add(Question::Issue, "three-permissions", about, "jwt-hs256", plans);

    let peer = |one: &One| if one.kind == Kind::Peer { 14.0 } else { 0.0 };
    let mut plans: Vec<Plan> =
        everybody().iter().map(|one| count(Plan::of(one, one.authorise), one, peer(one))).collect();
    plans.extend(bounds(&[]));
    let about = "1 000 logged-in users, each as likely to come next, ask for their own orders";
    batches.add(Question::Authorise, "1k-uniform", about, "jwt-hs256", plans);
}

fn sessions() -> Vec<One> {
    everybody().into_iter().filter(One::is_stateful).collect()
}

fn lookup(batches: &mut Batches<'_>) {
    let floors = ["floor-flat-probe", "floor-map-probe", "floor-redis-ping"];
    let mut case = |name: &str, about: &str, growth: f64, slower: f64| {
        let plan = |one: &One| {
            let ns = one.authorise * if one.waits() { 1.0 + growth * 0.003 } else { growth };
            let locked = one.id == "session-sqlite" && slower > 1.0;
            Plan::of(one, ns * if locked { 1.9 } else { slower }).counting(
                Metric::Bytes,
                one.kept * (0.9 + growth / 20.0),
                match one.state {
                    "this process" => "resident set a session",
                    "shared store" => "the server's own account a session",
                    _ => "file on the disk a session",
                },
            )
        };
        let in_process = name.ends_with("-independent");
        let takes_part = |one: &&One| !in_process || one.state == "this process";
        let mut plans: Vec<Plan> = sessions().iter().filter(takes_part).map(plan).collect();
        plans.extend(bounds(if in_process { &floors[..2] } else { &floors }));
        batches.add(Question::Lookup, name, about, "session-memory", plans);
    };
    for (choice, spread, about) in
        [("uniform", 1.0, "each as likely"), ("zipf", 0.62, "chosen by Zipf's law")]
    {
        for (word, number, growth) in [
            ("1k", "1 000", 1.0),
            ("100k", "100 000", 2.6),
            ("1m", "1 000 000", 5.8),
            ("10m", "10 000 000", 9.1),
        ] {
            let growth = 1.0 + (growth - 1.0) * spread;
            case(&format!("{word}-{choice}"), &format!("{number} sessions, {about}"), growth, 1.0);
        }
    }
    for (word, number, growth) in [("1k", "1 000", 1.0), ("1m", "1 000 000", 5.8)] {
        let about =
            format!("{number} sessions, each as likely; two threads look up at once, time is per thread");
        case(&format!("{word}-uniform-2-threads"), &about, growth, 1.07);
    }
    for (word, number, growth) in [("1k", "1 000", 1.0), ("1m", "1 000 000", 5.8), ("10m", "10 000 000", 9.1)]
    {
        let about =
            format!("{number} sessions, each as likely; a look-up may begin before the last one's result");
        case(&format!("{word}-uniform-independent"), &about, growth, 1.0 / growth.sqrt());
    }
    let about = "1 000 sessions, each as likely; 64 requests in flight at once where the store is remote";
    case("1k-uniform-64-in-flight", about, 1.0, 1.0);
}

fn revoke(batches: &mut Batches<'_>) {
    for (case, about, logins) in [
        ("one-login", "log one login out, while 1 000 others are logged in", 1.0),
        ("ten-logins", "log a user out everywhere, from ten logins", 10.0),
        ("thousand-logins", "log a user out everywhere, from a thousand logins", 1_000.0),
    ] {
        let plan = |one: &One| match one.family {
            "stateless" => Plan {
                ns: Err("revokes only by expiry: there is no operation to time".to_owned()),
                ..Plan::of(one, 0.0)
            },
            _ => Plan::of(one, one.authorise + 90.0 * logins * if one.waits() { 9.0 } else { 1.0 }),
        };
        let mut plans: Vec<Plan> = everybody().iter().map(plan).collect();
        plans.extend(bounds(&["floor-redis-ping"]));
        batches.add(Question::Revoke, case, about, "session-memory", plans);
    }
}

fn payload(batches: &mut Batches<'_>) {
    for size in [200, 512, 1_024, 2_048, 4_096, 8_192] {
        let bytes = f64::from(size);
        let plan = |one: &One| {
            let ns = one.authorise + bytes * if one.kind == Kind::Peer { 1.9 } else { 0.74 };
            let header = (one.bytes - 268.0) + bytes * 4.0 / 3.0;
            Plan::of(one, ns).counting(
                Metric::Bytes,
                header,
                "the whole header line that carries the credential, in each request",
            )
        };
        let tokens = everybody().into_iter().filter(|one| one.family == "stateless");
        let mut plans: Vec<Plan> = tokens.map(|one| plan(&one)).collect();
        for (id, base, each) in [("floor-hmac-sha256", 60.0, 0.58), ("floor-sha256-of-input", 20.0, 0.55)] {
            plans.push(bound(id, base + each * bytes));
        }
        let about = format!("{} private claims, {size} bytes before they are encoded", size / 50);
        batches.add(Question::Payload, &format!("{size}-bytes"), &about, "jwt-hs256", plans);
    }
}

fn at_once(batches: &mut Batches<'_>) {
    let everybody = everybody();
    let reference = everybody.iter().find(|one| one.id == "jwt-hs256").expect("it is in the list");
    for tokens in [1, 2, 4, 16, 64] {
        let many = 330.0 * (0.42 + 0.62 / f64::from(tokens));
        let mut plans = vec![Plan::of(reference, 330.0)];
        plans.push(Plan { id: "jwt-hs256~many".to_owned(), ..Plan::of(reference, many) });
        plans.extend(bounds(&["floor-hmac-sha256"]));
        let case = format!("{tokens}-token{}", if tokens == 1 { "" } else { "s" });
        let about = format!("{tokens} at once; the time is that of one");
        batches.add(Question::Batch, &case, &about, "jwt-hs256", plans);
    }
}

fn attack(batches: &mut Batches<'_>) {
    for (case, about, share, least) in [
        ("genuine", "what is accepted, to compare with", 1.0, 0.0),
        ("garbage", "random text of the length of a credential", 0.02, 18.0),
        ("oversized", "a mebibyte of text", 0.01, 14.0),
        ("forged", "the right form, the wrong signature or a random id", 0.97, 0.0),
        ("foreign", "a genuine credential of another issuer", 1.02, 0.0),
        ("expired", "genuine, but too old", 0.99, 0.0),
    ] {
        let plan = |one: &One| Plan::of(one, one.authorise * share + least);
        let plans: Vec<Plan> = everybody().iter().map(plan).collect();
        batches.add(Question::Attack, case, about, "jwt-hs256", plans);
    }
}

fn touch(batches: &mut Batches<'_>) {
    for (case, about, factor) in [
        ("never", "use is not noted", 1.0),
        ("throttled", "use is noted once a minute", 1.03),
        ("every-request", "use is noted each time", 1.7),
    ] {
        let plans: Vec<Plan> = sessions().iter().map(|one| Plan::of(one, one.authorise * factor)).collect();
        batches.add(Question::Touch, case, about, "session-memory", plans);
    }
}

fn purge(batches: &mut Batches<'_>) {
    for (case, about, tail) in [
        ("quiet", "nothing expires", 1.0),
        ("purging", "one in ten sessions has expired and is removed meanwhile", 3.4),
    ] {
        let plan = |one: &One, dice: &mut Dice| {
            let mut plan = Plan { timed: false, ..Plan::of(one, one.authorise) };
            for (metric, factor) in
                [(Metric::P50, 1.0), (Metric::P99, 1.8 * tail), (Metric::P999, 4.1 * tail * tail)]
            {
                for _ in 0..ROUNDS {
                    let ns = (one.authorise + 25.0) * factor * (0.95 + 0.1 * dice.roll());
                    plan = plan.counting(metric, ns, "single look-ups, each with a reading of the clock");
                }
            }
            plan
        };
        let plans: Vec<Plan> = sessions().iter().map(|one| plan(one, batches.dice)).collect();
        batches.add(Question::Purge, case, about, "session-memory", plans);
    }
}

impl Batches<'_> {
    fn add(&mut self, question: Question, case: &str, about: &str, reference: &str, plans: Vec<Plan>) {
        let mut contestants = Vec::new();
        for plan in plans {
            if plan.id == reference && plan.timed {
                let twin = Plan {
                    id: format!("{reference}~twin"),
                    kind: Kind::Twin,
                    floor: plan.floor.clone(),
                    ns: plan.ns.clone().map(|ns| ns * 1.003),
                    waits: plan.waits,
                    timed: true,
                    counts: Vec::new(),
                };
                contestants.push(self.contestant(plan));
                contestants.push(self.contestant(twin));
            } else {
                contestants.push(self.contestant(plan));
            }
        }
        self.all.push(Batch {
            question,
            case: case.to_owned(),
            about: about.to_owned(),
            reference: reference.to_owned(),
            contestants,
            states: Vec::new(),
        });
    }

    fn contestant(&mut self, plan: Plan) -> Contestant {
        let (samples, dice) = (if plan.timed { self.samples } else { 0 }, &mut *self.dice);
        let mut round = |round: u32, ns: f64| {
            let layout = 0.985 + 0.03 * dice.roll();
            let mut series = |ns: f64| -> Vec<f64> {
                (0..samples).map(|_| ns * layout * (0.97 + 0.08 * dice.roll() * dice.roll())).collect()
            };
            Round {
                round,
                operations_per_sample: 500,
                every: 1,
                samples_ns: series(ns),
                cpu_ns: if plan.waits { series(ns * 0.11) } else { Vec::new() },
                store_cpu_ns: Vec::new(),
                failure: None,
            }
        };
        let (rounds, unavailable) = match plan.ns {
            Ok(ns) => ((0..ROUNDS).map(|number| round(number, ns)).collect(), None),
            Err(reason) => (Vec::new(), Some(reason)),
        };
        Contestant {
            about: format!("what {} does, in a phrase", plan.id),
            id: plan.id,
            kind: plan.kind,
            floor: plan.floor,
            rounds,
            counts: plan.counts,
            timeline: None,
            latencies: Vec::new(),
            criterion: None,
            unavailable,
        }
    }
}

/// What criterion would have said of one contestant.
pub(crate) fn criterion(batches: &mut [Batch]) {
    for one in batches.iter_mut().take(2).flat_map(|batch| &mut batch.contestants) {
        let median = one.rounds.first().and_then(|round| round.samples_ns.first());
        one.criterion = median.map(|ns| CriterionFigure { median_ns: ns * 1.02, samples: 100 });
    }
}
