//! What a line of the catalogue says, and how the list is walked.

use std::fmt;

use authoriser::{Authoriser, Clock, Family};

use crate::{Environment, Need, Unavailable};

/// One line of the catalogue: a name and how to build what it stands for.
pub trait Entry: 'static {
    /// The id used in files, charts and on the command line.
    const ID: &'static str;
    /// What it is in the comparison.
    const KIND: Kind;
    /// Where its proof comes from; the same as its declared properties say, but known before it is built.
    const FAMILY: Family;
    /// What it does, in a phrase.
    const ABOUT: &'static str;
    /// The services without which it cannot be built.
    const NEEDS: &'static [Need];
    /// The id of the floor that bounds its cost from below, where one is measured.
    const FLOOR: Option<&'static str>;
    /// What it is asked when it is measured.
    const CAPABILITIES: Capabilities = Capabilities::ORDINARY;
    /// The type behind the name, on any clock.
    type Authoriser<C: Clock>: Authoriser;

    /// Builds it in an environment.
    fn build<C: Clock>(
        environment: &Environment<C>,
    ) -> impl Future<Output = Result<Self::Authoriser<C>, Unavailable>> + Send;
}

/// What an entry is asked when it is measured, of what its kind and family are: a property of the entry, so that nobody has
/// to know it by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Look-ups and nothing else: the rest of it is another entry.
    pub look_ups_alone: bool,
    /// The most sessions that it is measured with: all contestants of a case are in memory at once, and those of a large record leave
    /// the others no room.
    pub most_sessions: usize,
    /// With this many logins at most where no server keeps them: a thousand signatures by RSA take seconds in each round, and
    /// what verifying one costs does not depend on how many there are.
    pub most_tokens: usize,
    /// What a refusal costs: not where who refuses what is decided by a path that is another entry's.
    pub refusals: bool,
    /// What a longer payload costs: not where it does not show beside the proof.
    pub payloads: bool,
    /// What several requests in one call cost: only where that gains anything.
    pub batches: bool,
    /// What a whole request over HTTP costs: not where it does not show which of several like it decided.
    pub over_http: bool,
    /// Whether a login can be renewed: what refreshes cost, and which clients a storm of them logs out.
    pub refreshes: bool,
    /// What it costs when a request crosses several services: one for each way of deciding there.
    pub across_services: bool,
    /// What it costs to change its keys: one whose keys are a set.
    pub rotates: bool,
    /// One of those that most people choose between. It takes part in the cases that answer "JWT or session".
    pub common: bool,
    /// It keeps a list of what was revoked, whose length is a question: the id of what does the same without a look into it.
    pub deny_list: Option<&'static str>,
    /// It decides all requests but a few in this process and without waiting, although it needs a server for the others. Where many requests
    /// are in flight for the sake of those that wait, it is timed as those are that never do.
    pub decides_here: bool,
    /// What it puts a cache in front of, if it does.
    pub cache: Option<Cache>,
}

/// A cache in front of another entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    /// The id of the entry without it.
    pub of: &'static str,
    /// The id of what a hit is held against: what it cannot do without, or an entry that it should hardly exceed.
    pub hit: &'static str,
}

impl Capabilities {
    /// What most are asked.
    pub const ORDINARY: Self = Self {
        look_ups_alone: false,
        most_sessions: usize::MAX,
        most_tokens: usize::MAX,
        refusals: true,
        payloads: true,
        batches: false,
        over_http: true,
        refreshes: false,
        across_services: false,
        rotates: false,
        common: false,
        deny_list: None,
        decides_here: false,
        cache: None,
    };

    /// The same for one of those that most people choose between.
    #[must_use]
    pub const fn common(self) -> Self {
        Self { common: true, ..self }
    }

    /// The same for one that stands for its way of deciding where a request crosses several services.
    #[must_use]
    pub const fn across_services(self) -> Self {
        Self { across_services: true, ..self }
    }

    /// The same without longer payloads, beside a proof by RSA or ECDSA. Ed25519 stands for all of that kind.
    #[must_use]
    pub const fn without_payloads(self) -> Self {
        Self { payloads: false, ..self }
    }

    /// The same for a proof by RSA, whose signatures take long to make.
    #[must_use]
    pub const fn signed_with_rsa(self) -> Self {
        Self { most_tokens: 200, ..self }
    }

    /// The same for one with a list of what was revoked, which does as much as `without` and then looks into it.
    #[must_use]
    pub const fn with_deny_list(self, without: &'static str) -> Self {
        Self { deny_list: Some(without), ..self }
    }

    /// The same for one that asks its server about few requests.
    #[must_use]
    pub const fn that_decides_here(self) -> Self {
        Self { decides_here: true, ..self }
    }

    /// The same for a cache in front of the entry `of`, whose hits are held against `hit`.
    #[must_use]
    pub const fn with_cache(self, of: &'static str, hit: &'static str) -> Self {
        Self { cache: Some(Cache { of, hit }), ..self }
    }

    /// The same without refusals and requests, for our own path over somebody else's primitives.
    #[must_use]
    pub const fn without_refusals(self) -> Self {
        Self { refusals: false, over_http: false, ..self }
    }

    /// The same without requests.
    #[must_use]
    pub const fn not_over_http(self) -> Self {
        Self { over_http: false, ..self }
    }
}

/// An entry as data, whether or not this build has it.
#[derive(Clone, Debug)]
pub struct Description {
    /// [`Entry::ID`].
    pub id: &'static str,
    /// [`Entry::KIND`].
    pub kind: Kind,
    /// [`Entry::FAMILY`].
    pub family: Family,
    /// [`Entry::ABOUT`].
    pub about: &'static str,
    /// [`Entry::NEEDS`].
    pub needs: &'static [Need],
    /// [`Entry::FLOOR`].
    pub floor: Option<&'static str>,
    /// [`Entry::CAPABILITIES`].
    pub capabilities: Capabilities,
    /// The feature without which this build leaves it out, if it does.
    pub left_out: Option<&'static str>,
}

impl Description {
    /// Why this build cannot measure it, if so.
    #[must_use]
    pub fn absence(&self) -> Option<String> {
        self.left_out.map(left_out)
    }
}

/// Why a build without that feature cannot measure what comes with it.
#[must_use]
pub fn left_out(feature: &str) -> String {
    let how = match feature {
        "rare-peers" => "; scripts/bench --peers builds it".to_owned(),
        "openssl-peers" => "; scripts/bench --peers builds it where OpenSSL's headers are".to_owned(),
        _ => format!("; it comes with the feature `{feature}`"),
    };
    format!("left out of this build{how}")
}

/// Receives every line of the catalogue in turn, each with its own type, so that dispatch stays static.
pub trait Visitor {
    /// Called once for each entry, in the order of the list.
    fn visit<E: Entry>(&mut self);
}

/// What an entry is in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Written here, and held to its declaration by the conformance suite.
    Design,
    /// Someone else's crate under the same contract and suite.
    Peer,
    /// No auth work, or next to none: what the harness itself costs. Not held to conformance.
    Control,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Design => "design",
            Self::Peer => "peer",
            Self::Control => "control",
        })
    }
}
