//! What the report says about a topic whatever was measured. A question that is not listed here still gets its
//! section, with the general words.

use measure::record::Question;

use super::{
    axis::{Axis, Unit},
    topic::Topic,
};

/// The case that the others of a question are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// Its name.
    pub(crate) case: &'static str,
    /// What it is for the others, to follow "of" and "to", and for legends: "its genuine request".
    pub(crate) about: &'static str,
}

/// The prose that goes with a topic, and what its case names mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The heading, a question.
    pub(crate) heading: String,
    /// What one operation is, to follow a number: "323 ns to …".
    pub(crate) operation: &'static str,
    /// What the number that a case's name may start with counts.
    pub(crate) axis: Option<Axis>,
    /// The case that the others are compared with.
    pub(crate) baseline: Option<Baseline>,
    /// What the number does not say, a paragraph each.
    pub(crate) limits: &'static [&'static str],
}

/// True of every timed figure in a run record.
const ANY: &str = "It is service time on one machine, one operation after another unless the case says otherwise: not \
                   response time under load, where requests queue, and not a rate that a server would reach.";

/// True of every figure of one case over another's.
const ACROSS: &str = "Cases are measured one after another in the same process. A ratio between two of them is taken \
                      within each round, but no twin tells how much of it is drift: trust large differences, not \
                      small ones.";

const SESSIONS: Axis = Axis { name: "stored sessions", unit: Unit::Count, nouns: &["session", "sessions"] };
const USERS: Axis = Axis { name: "logged-in users", unit: Unit::Count, nouns: &["user", "users"] };
const PAYLOAD: Axis = Axis { name: "bytes of payload", unit: Unit::Bytes, nouns: &["byte", "bytes"] };
const AT_ONCE: Axis = Axis { name: "tokens decided at once", unit: Unit::Count, nouns: &["token", "tokens"] };

const SERVICES: Axis = Axis { name: "services", unit: Unit::Count, nouns: &["service", "services"] };
const KEYS: Axis = Axis { name: "keys in the set", unit: Unit::Count, nouns: &["key", "keys"] };

const DISTANCE: Axis =
    Axis { name: "microseconds of round trip to the store", unit: Unit::Count, nouns: &["us"] };

impl Words {
    pub(crate) fn of(topic: Topic) -> Self {
        match topic {
            Topic::Question(question) => Self::of_question(question),
            Topic::Memory => Self::new("How much server memory does a session take?", "", MEMORY),
            Topic::Hostile => Self::new("What do verifiers accept that a strict one refuses?", "", HOSTILE),
        }
    }

    fn of_question(question: Question) -> Self {
        let new = |operation, limits| Self::new(question.heading(), operation, limits);
        match question {
            Question::Issue => new("issue a credential", ISSUE).along(USERS),
            Question::Authorise => new("authorise one request", AUTHORISE).along(USERS),
            Question::Lookup => new("look up one session", LOOKUP).along(SESSIONS),
            Question::Revoke => new("revoke", REVOKE).against("one-login", "a single login"),
            Question::Payload => new("authorise one request", PAYLOAD_LIMITS).along(PAYLOAD),
            Question::Batch => new("authorise one request", BATCH).along(AT_ONCE),
            Question::Attack => new("decide one request", ATTACK).against("genuine", "its genuine request"),
            Question::Touch => {
                new("look up one session", TOUCH).against("never", "a look-up that notes nothing")
            }
            Question::Purge => new("look up one session", PURGE).against("quiet", "the quiet store"),
            Question::Request => new("answer one request", REQUEST),
            Question::Load => new("answer one request", LOAD),
            Question::Distance => new("authorise one request", DISTANCE_LIMITS).along(DISTANCE),
            Question::Login => new("log in", LOGIN),
            Question::Staleness => new("withdraw a credential", STALENESS),
            Question::Outage => new("answer one request", OUTAGE),
            Question::RefreshStorm => new("renew a login", STORM),
            Question::RequestsPerLogin => new("authorise one request", PER_LOGIN),
            Question::Denylist => new("authorise one request", DENYLIST),
            Question::HitRate => new("authorise one request", HIT_RATE),
            Question::FanOut => new("answer one request", FAN_OUT).along(SERVICES),
            Question::Rotation => new("authorise one request", ROTATION).along(KEYS),
            _ => new("authorise one request", &[ANY]),
        }
    }

    fn new(heading: &str, operation: &'static str, limits: &'static [&'static str]) -> Self {
        Self { heading: heading.to_owned(), operation, axis: None, baseline: None, limits }
    }

    fn along(self, axis: Axis) -> Self {
        Self { axis: Some(axis), ..self }
    }

    fn against(self, case: &'static str, about: &'static str) -> Self {
        Self { baseline: Some(Baseline { case, about }), ..self }
    }
}

const ISSUE: &[&str] = &[
    ANY,
    "It starts after the password has been proved. Password hashes are made to take tens of milliseconds; hold these \
     figures against that.",
    "A login happens once, its requests many times: what is dear here may still be cheap over the life of the \
     credential.",
];

const AUTHORISE: &[&str] = &[
    ANY,
    "The HTTP request around it is not in it, and has a cost of its own.",
    "A store is as near as the services below say. One on another machine adds its round trip to every look-up, and \
     nothing to what needs no store.",
    "It prices the answer, not its quality: whether a revoked credential is still accepted is in the table of designs \
     and in no figure here.",
];

const LOOKUP: &[&str] = &[
    ANY,
    "Growth inside a process is largely waiting for memory: it follows the caches of this machine, and bends \
     elsewhere on another.",
    "A look-up in an idle shared store is mostly waiting. Its wall-clock time is not the CPU time that it takes from \
     other work; where both were measured, the table has both.",
    "Independent look-ups show what a processor can overlap when the next request is at hand before the last one is \
     answered. In a server the rest of each request stands between two look-ups, and hides them from each other.",
    "With several threads, the time is what each of them takes for one look-up while the others do the same; \
     throughput is as many times more. Threads that share a core, or a virtual machine's half of one, scale worse \
     than the code does.",
];

const MEMORY: &[&str] = &[
    "It is what the store grew by, divided by the sessions put into it. Each store is asked in its own way, which \
     the table names: the resident set of a process, a server's own account and a file on the disk are not the same \
     kind of byte.",
    "Tables grow in steps: just after one, much of what is counted is room for sessions to come.",
    "A session here is as small as a session can be. What an application keeps in its own comes on top.",
    "It says nothing about stateless designs, which keep nothing: what they cost in bytes is in every request.",
];

const REVOKE: &[&str] = &[
    ANY,
    "A low figure may mean that nothing is done: a design that is revoked only by expiry has nothing to do. Read it \
     beside the moment from which a revoked credential is refused.",
    "It says when the call returns, not when the last server has heard of it.",
];

const PAYLOAD_LIMITS: &[&str] = &[
    ANY,
    ACROSS,
    "Bytes of payload are the claims before they are encoded; what travels is longer by the encoding, the header and \
     the signature. What a claim takes is its name and value as JSON: divide by yours.",
    "4 096 bytes is what a browser must at least take for a cookie with its name and attributes (RFC 6265, section \
     6.1), and browsers take no more; 8 KiB is the usual default of servers and proxies for one header line or all of \
     them. Yours may be set otherwise, and other headers share the room.",
    "Bytes cost egress as well: one more in each of 1 000 requests a second is 2.6 GB a month.",
];

const BATCH: &[&str] = &[
    ANY,
    "The time is for one request, but a batch has to be filled first: a request that waits for others to come waits \
     longer than is saved unless many come at once.",
    "A gateway or a queue that holds many tokens can do this; a handler that is called once a request cannot.",
];

const ATTACK: &[&str] = &[
    ANY,
    ACROSS,
    "It is what the suite spends before it refuses, not what the attack costs you: connections, TLS and the HTTP \
     parser come before it, and an attacker pays for his side.",
    "That every one of these is refused was asserted before it was timed. Whether the time tells an attacker something \
     is another question: secrets are compared in constant time, but nothing here measures a timing leak.",
    "Over HTTP, the connections stay open, the attacker shares the machine, and each answer is checked to be a 401. TLS and what \
     a new connection costs come on top.",
];

const TOUCH: &[&str] = &[
    ANY,
    ACROSS,
    "Throttled means that use is noted only when the last note is old enough: its cost depends on how often sessions \
     come back within that time, and here they come back fast.",
    "In a shared store, a write also has to be replicated and, where that is set, put on the disk; the services below \
     say how it was set.",
];

const PURGE: &[&str] = &[
    "Each look-up is timed by itself here, so every figure holds a reading of the clock as well; compare quiet with \
     purging rather than with other sections.",
    ACROSS,
    "A quantile is of the look-ups of one caller, one after another. Callers who queue behind a slow look-up wait \
     too, and no figure here has that.",
    "A store that removes expired sessions by itself, in its own time, cannot be told to be quiet: see what the case \
     does for it.",
];

const REQUEST: &[&str] = &[
    "The service runs on one thread and one processor, its clients and stores on another. CPU time is what the operating      system counts for the service, system calls included: it hardly depends on what else the machine does.",
    "The time of a request is that of a closed loop: connections that send as soon as they are answered. It is the inverse      of a rate that the service reached, and no response time under load. For that run `authbench load`.",
    "The handler reads a small profile from memory. Yours does more, so that the share of authorisation is smaller.",
    "There is no TLS and no network: with them, HTTP takes more, and authorisation the same.",
];

const LOAD: &[&str] = &[
    "Each rate is offered for a quarter of a second in each of six rounds: enough for p99, and too short for what happens once \
     a minute. `authbench load` offers it for as long as you like.",
    "The service has one processor, and its clients another. With more, the knee moves up; with TLS and a handler that does \
     more, down.",
    "A request that has no answer a quarter of a second after the end is given up. It counts with the time until then, so that a \
     quantile beyond the knee is at least what it says.",
    "The percentiles of all rounds together show the worst round as well. Those in the table are medians over the rounds.",
];

const DISTANCE_LIMITS: &[&str] = &[
    ANY,
    "The distance is a proxy on this machine that holds every byte back. A network loses packets and queues them as well.",
    "With many requests in flight the distance is waited for once by all of them: it adds to the latency of each and takes \
     next to nothing from the rate.",
];

const LOGIN: &[&str] = &[
    "The parameters of the hash decide: these are the least that OWASP's password storage cheat sheet asks for. With more, \
     the share is larger.",
    "A login in a minute for each user is many: hold it against the requests that follow it.",
];

const STALENESS: &[&str] = &[
    "Instances are threads of one process, each with connections, caches and background work of its own. Processes on several \
     machines add the way to the store.",
    "It is measured from the return of `revoke`. A request that began before that and ends after it is not counted.",
    "A design is never shown above what it declares: that would be a failure and no figure.",
    "With the feed lost, one instance's connections to the store are cut and another's stall. A design that then refuses \
     requests is not stale, and not available either: see what it declares for an outage.",
];

const OUTAGE: &[&str] = &[
    "Each outage happened once, with one store on one machine. It shows what a design does. How long a store is away in production \
     depends on who notices and what starts it again.",
    "The times hold for the limits that the stores' clients have here: half a second for an answer. With longer limits requests \
     wait longer, and with shorter ones a slow store is taken for a dead one.",
    "There are 64 connections. A request that waits for a dead store holds one, so that even a part of a store can keep all requests \
     waiting. An answer more than a second after its request was due counts as none.",
    "The load goes on at its rate, and nobody retries or logs in again. Users who do both add load when a store can bear it least.",
    "In the memory of a process no store can be lost. The process can, and all sessions with it: that is not measured here.",
];

const STORM: &[&str] = &[
    "Nobody waits for a token to expire: clients send at the moments when theirs would. Each storm happened once, on one machine.",
    "The service has one processor; its clients and the store have another. A store that has a processor of its own is sooner done.",
    "Clients here do not retry. Clients that retry make a storm larger; a grace window is for them.",
    "For clients that refresh too often, the design's clock is moved. Whether a refresh falls within the grace window \
     is decided in whole seconds, so that a window lasts up to a second longer.",
    "A longer grace window logs out fewer clients. It also gives a thief with a used token its successor for longer.",
];

const PER_LOGIN: &[&str] = &[
    "It follows from the figures of logins and requests above. Nothing was timed for it, and its interval takes them for independent.",
    "A dear login is one that takes more CPU than that of the session it is held against. It pays where its cheaper requests win that \
     back.",
    "A login is counted from when its password is proved. The hash of the password is the same for all of them, and adds nothing to \
     a difference.",
    "Logins were measured one after another, also where 64 requests are in flight. A store that is busy takes less CPU for a \
     login, so that a session's is smaller then, and a token's advantage by its login too.",
    "A login that can be renewed pays for each renewal as well, which is not in it.",
    "It is CPU time on the service and its store. A wait for the store, bytes and what a credential can be revoked by are not in it.",
];

const DENYLIST: &[&str] = &[
    ANY,
    "Tokens that only seem revoked ask the store. They are counted, not timed.",
    "Designs that decide in this process are timed one request at a time; those that ask the store with 64 in flight.",
    "The rate of revocations is that of the whole service, while the rate of requests is that of one of its processes: each process \
     hears of every revocation. To revoke takes time as well, of a list and of sessions alike, and is in no figure here.",
    "Revocations are evenly spaced. When many come at once, as after a breach, they are read together and take less each.",
];

const HIT_RATE: &[&str] = &[
    ANY,
    "The hit rate that you will have depends on how often a user comes back before an entry is pushed out or too old: measure it.",
    "CPU of this process decides here. In latency a session's cache pays sooner, as a hit waits for no round trip; a cache of verified \
     tokens has nothing to wait for.",
    "A cache in front of a store accepts what was revoked elsewhere for as long as it declares: see staleness.",
];

const FAN_OUT: &[&str] = &[
    "Services are threads of one process, each with connections and caches of its own, on one processor. On several machines the way \
     between them comes on top, and they work at the same time.",
    "Each service passes the request on and does nothing else. A service that works for its answer makes the share of authorisation \
     smaller.",
    "The authorisation server of `introspection` runs in the same process: its CPU is in the figure, and so is the store's. Services \
     speak neither TLS nor mutual TLS to each other or to it, and no request waits on a network.",
    "Who remembers is timed on hits. At the gateway the first request of each minute also looks the session up and signs, and with \
     `introspection-cached` each service asks again after 5 s.",
    "Behind the gateway a token is good for its minute, whatever becomes of the session.",
    "Sixteen requests at once keep the one processor of the services busy. The time of those cases is the inverse of a rate, and no \
     latency.",
];

const ROTATION: &[&str] = &[
    ANY,
    "The issuer is on this machine, at no distance, and speaks no TLS. A fetch over a network takes longer, and the first token under \
     a new key waits for all of it.",
    "The bounds are those of this crate: a set is fresh for ten minutes unless its issuer says otherwise, and between two fetches are at \
     least ten seconds. Other verifiers have other ones, and some have none.",
    "Counts are of one verifier. A service of a hundred processes makes a hundred times the fetches.",
    "Overlap and flood are counted on a clock that is moved: their hours and minutes did not pass.",
];

const HOSTILE: &[&str] = &[
    "It is what a crate does in its ordinary use, with its defaults and what its documentation shows first. Most can be \
     told to be stricter; when we time them, they are, and every one is held to the same conformance suite.",
    "Accepting is not always a hole: some rules bind only who follows the profile named beside them. Read the rule \
     before the count.",
    "Nothing here was searched for: these are known tokens. A verifier that refuses them all may accept the next one.",
];
