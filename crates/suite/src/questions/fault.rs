//! What can happen to a store.

use catalogue::Need;

/// What happens to a store in the outage question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Killed with SIGKILL, and started again with what it had.
    KilledKept,
    /// Killed with SIGKILL, and started again with nothing.
    KilledLost,
    /// Stopped with SIGSTOP, and continued.
    Frozen,
    /// Its connections are closed, and so are new ones, until that ends. It lives on.
    Reset,
    /// Of a cluster, one primary is killed with SIGKILL and does not come back. Its replica takes over.
    PrimaryLost,
}

impl Fault {
    /// Why who needs that has nothing to measure here, if so.
    pub(super) fn absence(self, needs: &[Need]) -> Option<&'static str> {
        match self {
            _ if needs.is_empty() && self != Self::KilledKept => {
                Some("has no store to lose: measured with killed-data-kept")
            }
            Self::PrimaryLost if !needs.contains(&Need::RedisCluster) => {
                Some("its store has no replica that could take over")
            }
            Self::PrimaryLost => None,
            _ if needs.contains(&Need::RedisCluster) => {
                Some("of a cluster the loss of a primary is measured: primary-lost, with --full")
            }
            Self::KilledKept if needs.contains(&Need::Memcached) => {
                Some("its store keeps nothing through a kill: see killed-data-lost")
            }
            Self::KilledLost if needs.contains(&Need::Postgres) => {
                Some("its store is on a disk, and a kill loses none of it: see killed-data-kept")
            }
            _ => None,
        }
    }
}
