//! Which processors a run uses.
//!
//! Left alone, the system runs client and server now on one core, now on two, and a round trip takes 22 or 85 µs
//! accordingly, for a whole process at a time (seen on a machine with two cores). So rounds are bound to one processor
//! and the servers that the suite starts to another, where there are two: as if the store were another machine at no
//! distance.

use std::{fmt, sync::LazyLock};

use measure::affinity;

/// The environment variable that tells a round its processor.
const CPU: &str = "AUTHBENCH_CPU";

/// One processor for rounds, another for servers. `None` where there are not two, or they cannot be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement(Option<Pair>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    rounds: usize,
    servers: usize,
}

impl Placement {
    /// The last processor that this process may use is for rounds, the first, which usually serves interrupts, for
    /// servers.
    ///
    /// `AUTHBENCH_BIND=0` leaves that to the system: for several runs at once, which would share the one processor.
    pub(crate) fn of_this_machine() -> Self {
        if std::env::var("AUTHBENCH_BIND").is_ok_and(|value| value == "0") {
            return Self(None);
        }
        let allowed = affinity::allowed();
        match (allowed.first(), allowed.last()) {
            (Some(&servers), Some(&rounds)) if servers != rounds => Self(Some(Pair { rounds, servers })),
            _ => Self(None),
        }
    }

    /// Binds a server that the suite has started. Best effort: the record says what was meant.
    pub(crate) fn bind_server(&self, process: u32) {
        if let Self(Some(pair)) = self {
            affinity::bind(Some(process), pair.servers);
        }
    }

    /// What rounds find in their environment.
    pub(crate) fn environment(&self) -> Option<(String, String)> {
        self.0.map(|pair| (CPU.to_owned(), pair.rounds.to_string()))
    }

    /// Binds this process, which is a round, as the environment says.
    pub(crate) fn bind_round() {
        if let Some(cpu) = std::env::var(CPU).ok().and_then(|text| text.parse().ok()) {
            affinity::bind(None, cpu);
        }
    }
}

/// Binds the calling thread to the processor of that number among those that this machine allows; best effort. For
/// what is to run on several processors at once, wherever its process is bound.
pub(crate) fn bind_thread(number: usize) {
    static ALLOWED: LazyLock<Vec<usize>> = LazyLock::new(affinity::online);
    if let Some(cpu) = ALLOWED.get(number) {
        affinity::bind(None, *cpu);
    }
}

/// Does something where the servers run: on the first processor, if rounds are bound to another.
pub(crate) fn with_the_servers<T>(what: impl FnOnce() -> T) -> T {
    let own: Option<usize> = std::env::var(CPU).ok().and_then(|text| text.parse().ok());
    let Some(own) = own else { return what() };
    bind_thread(0);
    let done = what();
    affinity::bind(None, own);
    done
}

/// Binds the calling thread to where the servers run, if rounds are bound to another.
pub(crate) fn bind_beside_servers() {
    if std::env::var_os(CPU).is_some() {
        bind_thread(0);
    }
}

/// How many processors there are for [`bind_thread`].
pub(crate) fn processors() -> usize {
    affinity::online().len()
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(pair) => write!(f, "rounds on CPU {}, servers on CPU {}", pair.rounds, pair.servers),
            None => f.write_str("not bound"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_servers_have_a_processor_each_or_none_is_bound() {
        match Placement::of_this_machine() {
            Placement(Some(pair)) => assert_ne!(pair.rounds, pair.servers),
            unbound => assert_eq!(unbound.to_string(), "not bound"),
        }
    }
}
