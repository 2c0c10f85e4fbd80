//! Its store in memory: one lock around one map, for readers too. What has expired is found dead and never removed.

use authoriser::{Clock, Outage, StateLocation};
use session::SessionPolicy;
use tower_sessions_memory_store::MemoryStore;

use super::{TowerSessions, TowerStore};

/// Sessions by `tower-sessions` in this process.
pub type TowerMemory<C> = TowerSessions<MemoryStore, C>;

impl<C: Clock> TowerMemory<C> {
    /// Sessions alive as long as `policy` says by `clock`.
    #[must_use]
    pub fn new(policy: SessionPolicy, clock: C) -> Self {
        Self::over(MemoryStore::default(), policy, clock)
    }
}

impl TowerStore for MemoryStore {
    const STATE: StateLocation = StateLocation::ThisProcess;
    const OUTAGE: Outage = Outage::LostWithProcess;
    const DURABILITY: &str = "none: lost with the process";
    const SAVE_REVIVES: bool = true;
}
