//! The questions: what is asked of the contestants. A new one is a new entry here; see docs/ADDING_A_QUESTION.md.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! questions {
    ($(
        $(#[$doc:meta])*
        $variant:ident = $word:literal, heading $heading:literal, asks $asks:literal, reference $reference:literal;
    )*) => {
        /// What is asked of the contestants.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[non_exhaustive]
        pub enum Question {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl Question {
            /// All of them, in the order in which reports list them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word used in files and on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The heading of its section in the report.
            #[must_use]
            pub const fn heading(self) -> &'static str {
                match self { $(Self::$variant => $heading,)* }
            }

            /// What it asks, for the help of the command line.
            #[must_use]
            pub const fn asks(self) -> &'static str {
                match self { $(Self::$variant => $asks,)* }
            }

            /// The contestant that its ratios refer to. That contestant's twin shows the noise.
            #[must_use]
            pub const fn reference(self) -> &'static str {
                match self { $(Self::$variant => $reference,)* }
            }
        }
    };
}

impl Question {
    /// The questions whose figures answer this one; none where it is measured itself.
    #[must_use]
    pub const fn follows_from(self) -> &'static [Self] {
        match self {
            Self::RequestsPerLogin => &[Self::Issue, Self::Authorise],
            _ => &[],
        }
    }

    /// Whether it is measured in the first round alone: what is counted in hundreds of events, each waited for, is counted once a run.
    #[must_use]
    pub const fn is_measured_once(self) -> bool {
        matches!(self, Self::Staleness | Self::Outage | Self::RefreshStorm)
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

questions! {
    /// Login: bind a user to a new credential.
    Issue = "issue",
        heading "What does it cost to issue a credential?",
        asks "what does a login cost: a new credential for a user?",
        reference "jwt-hs256";

    /// Every request: decide whether a credential may reach a resource.
    Authorise = "authorise",
        heading "What does it cost to authorise a request?",
        asks "what does each request cost: is this credential good, and may its user do that?",
        reference "jwt-hs256";

    /// The same against stored sessions, by population and choice.
    Lookup = "lookup",
        heading "What does a session look-up cost as sessions grow in number?",
        asks "what does a session lookup cost, by store, population and choice?",
        reference "session-memory";

    /// Logout.
    Revoke = "revoke",
        heading "What does it cost to revoke, and to log out everywhere?",
        asks "what does a logout cost, of one login or of all of a user?",
        reference "session-memory";

    /// Every request again, as the payload of the credential grows.
    Payload = "payload",
        heading "What does a larger payload cost, and when does the credential outgrow a cookie or a header?",
        asks "what does a larger payload cost, in time and in bytes of each request?",
        reference "jwt-hs256";

    /// Every request again, several decided at once.
    Batch = "batch",
        heading "What does a request cost when several are decided at once?",
        asks "what does a request cost when several are decided at once?",
        reference "jwt-hs256";

    /// A request that must be refused, by kind of attack.
    Attack = "attack",
        heading "What does an attacker's request cost?",
        asks "what does a request cost that must be refused?",
        reference "jwt-hs256";

    /// A session's look-up with and without noting its use.
    Touch = "touch",
        heading "What does sliding expiry add?",
        asks "what does it add to note a session's use?",
        reference "session-memory";

    /// A session's look-up while expired sessions are removed.
    Purge = "purge",
        heading "What does purging expired sessions do to tail latency?",
        asks "what does removing expired sessions do to the look-ups meanwhile?",
        reference "session-memory";

    /// A whole request over HTTP, to the example service.
    Request = "request",
        heading "What does a whole HTTP request cost, and what share of it is authorisation?",
        asks "what does a whole HTTP request cost, and what share of it is authorisation?",
        reference "control-none";

    /// Requests over HTTP at given rates, each due at its planned time.
    Load = "load",
        heading "How do response times grow with the offered load, and where is the knee?",
        asks "what are response times at a given rate of requests, and which rate is too much?",
        reference "control-none";

    /// Every request again, with the store at a distance.
    Distance = "distance",
        heading "At what distance to the store does a look-up cost more than a signature?",
        asks "what does each request cost when the store is a network away?",
        reference "jwt-hs256";

    /// A login over HTTP, its password hash included.
    Login = "login",
        heading "What share of a login is the password hash?",
        asks "what does a whole login cost, and what share of it is the password hash?",
        reference "jwt-hs256";

    /// How long a revoked credential is still accepted, over several instances.
    Staleness = "staleness",
        heading "How long is a revoked credential still accepted?",
        asks "how long is a revoked credential still accepted, by any of several instances?",
        reference "session-redis";

    /// Requests over HTTP while the store is away and after it.
    Outage = "outage",
        heading "What happens to requests when the store goes down?",
        asks "what happens to requests when the store goes down, and when is it over?",
        reference "jwt-hs256";

    /// Many refreshes at once, and which clients they log out.
    RefreshStorm = "refresh-storm",
        heading "What does a storm of refreshes cost, and which clients does it log out?",
        asks "what does it cost when thousands of tokens expire at once, and who is logged out by a refresh too many?",
        reference "jwt-refresh";

    /// After how many requests a login a dear login with a cheap request overtakes a cheap login with a dear one.
    RequestsPerLogin = "requests-per-login",
        heading "After how many requests does a dear login pay?",
        asks "after how many requests a login is a token cheaper than a session? It follows from issue and authorise",
        reference "jwt-hs256";

    /// Every request again, against a list of what was revoked: by its length, and by how often something is revoked.
    Denylist = "denylist",
        heading "Is a token with a deny-list cheaper than a session?",
        asks "what does each request cost with a list of revoked tokens, and what does following what others revoke?",
        reference "jwt-hs256";

    /// Every request again, a part of which misses a cache.
    HitRate = "hit-rate",
        heading "At which hit rate does a cache of verified tokens or of sessions pay?",
        asks "at which hit rate does a cache of verified tokens or of sessions pay?",
        reference "session-memory";

    /// A request that crosses several services, each of which decides.
    FanOut = "fan-out",
        heading "What does authorisation cost when a request crosses several services?",
        asks "what does a request cost that crosses 1, 3 or 10 services, each of which decides?",
        reference "control-none";

    /// What a change of signing keys costs verifiers that fetch the set.
    Rotation = "rotation",
        heading "What does key rotation cost?",
        asks "what does key rotation cost: overlap, a first token with a new key, a stampede, made-up key ids?",
        reference "jwt-eddsa";
}
