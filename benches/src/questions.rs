//! The questions, and the cases each is asked in. Cases are data: a new one is a new row.

use std::time::Duration;

use authoriser::Family;
use catalogue::{Entry, Kind, Need};
use measure::record::{Profile, Question, TWIN_SUFFIX};

use crate::{jobs::Attack, workload::Choice};

/// One case of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// Of which question.
    pub(crate) question: Question,
    /// The name used in files and on the command line.
    pub(crate) name: &'static str,
    /// The case in words.
    pub(crate) about: &'static str,
    /// Users that are logged in while the case is measured.
    pub(crate) population: usize,
    /// Whose request comes next.
    pub(crate) choice: Choice,
    /// Operations in flight at once, for contestants that wait for a server.
    pub(crate) in_flight: usize,
    /// Threads that look up at once, for contestants that wait for nobody.
    pub(crate) threads: usize,
    /// Logins that one operation ends, in the revoke question.
    pub(crate) logins: usize,
    /// Requests decided at once, in the batch question.
    pub(crate) batch: usize,
    /// What is presented instead of a good credential, in the attack question.
    pub(crate) attack: Attack,
    /// Bytes of a JWT's payload, where that is the question: its private claims make up what its own claims lack.
    pub(crate) payload: Option<usize>,
    /// How often a session's use is noted, where that is the question.
    pub(crate) touch: Option<Duration>,
    /// Whether expired sessions are removed meanwhile, in the purge question.
    pub(crate) purging: bool,
    /// The least thorough profile that measures it.
    from: Profile,
    /// The least thorough profile that measures it in a store outside this process, where filling one takes its time;
    /// none if it is measured in process alone.
    remote_from: Option<Profile>,
}

const BASE: Case = Case {
    question: Question::Issue,
    name: "",
    about: "",
    population: 1_000,
    choice: Choice::Uniform,
    in_flight: 1,
    threads: 1,
    logins: 1,
    batch: 1,
    attack: Attack::None,
    payload: None,
    touch: None,
    purging: false,
    from: Profile::Quick,
    remote_from: Some(Profile::Quick),
};

const LOOKUP: Case = Case { question: Question::Lookup, ..BASE };
const REVOKE: Case = Case { question: Question::Revoke, ..BASE };
const ATTACK: Case = Case { question: Question::Attack, ..BASE };
const PAYLOAD: Case = Case { question: Question::Payload, ..BASE };
const BATCH: Case = Case { question: Question::Batch, ..BASE };
const TOUCH: Case = Case { question: Question::Touch, ..BASE };
const PURGE: Case =
    Case { question: Question::Purge, population: 100_000, remote_from: Some(Profile::Full), ..BASE };

/// Every case of every question.
const CASES: &[Case] = &[
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
    Case { name: "1k-uniform", about: "1 000 sessions, each as likely", ..LOOKUP },
    Case { name: "1k-zipf", about: "1 000 sessions, chosen by Zipf's law", choice: Choice::Zipf, ..LOOKUP },
    Case {
        name: "1k-uniform-16-in-flight",
        about: "1 000 sessions, each as likely; 16 requests in flight at once where a server is asked",
        in_flight: 16,
        from: Profile::Standard,
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
        from: Profile::Standard,
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
        from: Profile::Standard,
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
];

impl Case {
    /// The cases of a question that a profile measures.
    pub(crate) fn of(question: Question, profile: Profile) -> impl Iterator<Item = &'static Self> {
        CASES.iter().filter(move |case| case.question == question && profile >= case.from)
    }

    /// The case of that name.
    pub(crate) fn find(question: Question, name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.question == question && case.name == name)
    }

    /// Whether a contestant with those needs is what the case is about: who waits for nobody has nothing in flight.
    pub(crate) fn is_about(&self, needs: &[Need]) -> bool {
        self.in_flight == 1 || needs.iter().any(|need| need.is_waited_for())
    }

    /// Whether a contestant with those needs takes part. The reference does everywhere, for the ratios.
    pub(crate) fn concerns(&self, id: &str, needs: &[Need]) -> bool {
        self.is_about(needs) || id.trim_end_matches(TWIN_SUFFIX) == reference(self.question)
    }

    /// Why an entry sits this case out for want of memory, if it does: all contestants of a case are there at once.
    pub(crate) fn absence_of_memory(&self, id: &str) -> Option<String> {
        let much = id == SPACIOUS && self.population > SPACIOUS_MOST;
        much.then(|| format!("{} of its records do not fit beside those of the others", self.population))
    }

    /// Why a contestant over a store outside this process sits this case out, if it does.
    pub(crate) fn absence_of_stores(&self, profile: Profile) -> Option<String> {
        let flag = match self.remote_from {
            Some(from) if profile >= from => return None,
            Some(Profile::Full) => "--full",
            Some(_) => "--standard",
            None if self.threads > 1 => {
                return Some(
                    "several threads are measured in process alone; see the cases with many in flight"
                        .to_owned(),
                );
            }
            None => return Some(format!("{} sessions are measured in process alone", self.population)),
        };
        Some(format!("filling the store with {} sessions takes long: measured with {flag}", self.population))
    }
}

/// What is over another client where sessions are looked up, and nowhere else: asked only what that shows in.
const LOOKED_UP_BY_ANOTHER: &str = "session-redis-fred";

/// The peer that keeps a map from text to JSON for each session.
const SPACIOUS: &str = "tower-sessions-memory";

/// The largest population that it is measured with.
const SPACIOUS_MOST: usize = 1_000_000;

/// The contestant that the ratios of a question refer to, and whose twin shows the noise.
pub(crate) const fn reference(question: Question) -> &'static str {
    match question {
        Question::Issue | Question::Authorise | Question::Payload | Question::Batch | Question::Attack => {
            "jwt-hs256"
        }
        Question::Lookup | Question::Revoke | Question::Touch | Question::Purge => "session-memory",
    }
}

/// The design that gains by deciding several requests in one call.
pub(crate) const BATCHED: &str = "jwt-hs256";

/// The question in words, for help and progress.
pub const fn about(question: Question) -> &'static str {
    match question {
        Question::Issue => "what does a login cost: a new credential for a user?",
        Question::Authorise => {
            "what does each request cost: is this credential good, and may its user do that?"
        }
        Question::Lookup => "what does a session lookup cost, by store, population and choice?",
        Question::Revoke => "what does a logout cost, of one login or of all of a user?",
        Question::Payload => "what does a larger payload cost, in time and in bytes of each request?",
        Question::Batch => "what does a request cost when several are decided at once?",
        Question::Attack => "what does a request cost that must be refused?",
        Question::Touch => "what does it add to note a session's use?",
        Question::Purge => "what does removing expired sessions do to the look-ups meanwhile?",
    }
}

/// Whether an entry is asked this question.
pub(crate) fn concerns<E: Entry>(question: Question) -> bool {
    let (control, stateful) = (E::KIND == Kind::Control, E::FAMILY == Family::Stateful);
    match question {
        _ if E::ID == LOOKED_UP_BY_ANOTHER => matches!(question, Question::Authorise | Question::Lookup),
        Question::Issue | Question::Authorise => true,
        Question::Revoke => !control,
        // Who refuses what is decided by the path, which those on other libraries share.
        Question::Attack => E::KIND == Kind::Design && !E::ID.contains("-on-"),
        Question::Lookup | Question::Touch | Question::Purge => !control && stateful,
        // Beside a signature by RSA or ECDSA, the payload does not show. Ed25519 stands for them all.
        Question::Payload => {
            let slow = ["rs256", "ps256", "es256", "es384"];
            !control && !stateful && !slow.iter().any(|algorithm| E::ID.contains(algorithm))
        }
        Question::Batch => E::ID == BATCHED,
    }
}
