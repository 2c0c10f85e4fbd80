//! The questions, and the cases each is asked in. Cases are data: a new one is a new row.

use authoriser::Family;
use catalogue::Kind;
use measure::record::{Profile, Question};

use crate::workload::Choice;

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
    /// Logins that one operation ends, in the revoke question.
    pub(crate) logins: usize,
    /// The least thorough profile that measures it.
    from: Profile,
    /// The least thorough profile that measures it in a remote store, where filling one takes its time.
    remote_from: Profile,
}

const BASE: Case = Case {
    question: Question::Issue,
    name: "",
    about: "",
    population: 1_000,
    choice: Choice::Uniform,
    in_flight: 1,
    logins: 1,
    from: Profile::Quick,
    remote_from: Profile::Quick,
};

const LOOKUP: Case = Case { question: Question::Lookup, ..BASE };

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
        name: "1k-uniform-64-in-flight",
        about: "1 000 sessions, each as likely; 64 requests in flight at once where the store is remote",
        in_flight: 64,
        ..LOOKUP
    },
    Case { name: "100k-uniform", about: "100 000 sessions, each as likely", population: 100_000, ..LOOKUP },
    Case {
        name: "100k-zipf",
        about: "100 000 sessions, chosen by Zipf's law",
        population: 100_000,
        choice: Choice::Zipf,
        remote_from: Profile::Standard,
        ..LOOKUP
    },
    Case {
        name: "1m-uniform",
        about: "1 000 000 sessions, each as likely",
        population: 1_000_000,
        remote_from: Profile::Standard,
        ..LOOKUP
    },
    Case {
        name: "1m-zipf",
        about: "1 000 000 sessions, chosen by Zipf's law",
        population: 1_000_000,
        choice: Choice::Zipf,
        remote_from: Profile::Full,
        ..LOOKUP
    },
    Case {
        question: Question::Revoke,
        name: "one-login",
        about: "log one login out, while 1 000 others are logged in",
        ..BASE
    },
    Case {
        question: Question::Revoke,
        name: "ten-logins",
        about: "log a user out everywhere, from ten logins",
        logins: 10,
        ..BASE
    },
];

impl Case {
    /// The cases of a question that a profile measures.
    pub(crate) fn of(question: Question, profile: Profile) -> impl Iterator<Item = &'static Self> {
        CASES.iter().filter(move |case| case.question == question && rank(profile) >= rank(case.from))
    }

    /// The case of that name.
    pub(crate) fn find(question: Question, name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.question == question && case.name == name)
    }

    /// Why a contestant that waits for a server sits this case out, if it does.
    pub(crate) fn too_large_for_remote(&self, profile: Profile) -> Option<String> {
        (rank(profile) < rank(self.remote_from)).then(|| {
            let flag = if self.remote_from == Profile::Full { "--full" } else { "--standard" };
            format!("filling the store with {} sessions takes long: measured with {flag}", self.population)
        })
    }
}

const fn rank(profile: Profile) -> u8 {
    match profile {
        Profile::Quick => 0,
        Profile::Standard => 1,
        Profile::Full => 2,
    }
}

/// The contestant that the ratios of a question refer to, and whose twin shows the noise.
pub(crate) const fn reference(question: Question) -> &'static str {
    match question {
        Question::Issue | Question::Authorise | Question::Payload | Question::Batch | Question::Attack => {
            "jwt-hs256"
        }
        Question::Lookup | Question::Revoke | Question::Touch | Question::Purge => "session-memory",
    }
}

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

/// Whether entries of that kind and family are asked this question.
pub(crate) const fn concerns(question: Question, kind: Kind, family: Family) -> bool {
    let control = matches!(kind, Kind::Control);
    match question {
        Question::Issue | Question::Authorise => true,
        Question::Revoke | Question::Attack => !control,
        Question::Lookup | Question::Touch | Question::Purge => {
            !control && matches!(family, Family::Stateful)
        }
        Question::Payload | Question::Batch => !control && matches!(family, Family::Stateless),
    }
}
