//! What contestants of one process share: the site, and a runtime for those that wait.

use std::{cell::Cell, rc::Rc};

use authoriser::CoarseClock;
use catalogue::{Need, Site};
use tokio::runtime::{Builder, Runtime};

use crate::services::Services;

/// Built once a process.
pub(crate) struct Context {
    /// Keys, policies and addresses.
    pub(crate) site: Site<CoarseClock>,
    /// One thread: the client's cost is then on one core, and waking another is not part of it.
    pub(crate) runtime: Rc<Runtime>,
    seed: Cell<u64>,
}

impl Context {
    /// With the services that the environment names.
    pub(crate) fn new(seed: u64) -> std::io::Result<Self> {
        let runtime = Rc::new(Builder::new_current_thread().enable_all().build()?);
        let given = Need::ALL.iter().filter_map(|need| Some((*need, need.given()?)));
        let site = given.fold(Site::new(CoarseClock), |site, (need, address)| site.with(need, &address));
        Ok(Self { site, runtime, seed: Cell::new(seed) })
    }

    /// With services that this process has started itself.
    pub(crate) fn with_services(services: &Services) -> std::io::Result<Self> {
        let mut context = Self::new(rand::random())?;
        for (need, address) in services.addresses() {
            context.site = context.site.with(need, address);
        }
        Ok(context)
    }

    /// Removes what contestants that are done with have left in shared stores.
    pub(crate) fn clean_up(&self) {
        // Best effort: what stays behind expires by itself.
        let _ = self.runtime.block_on(self.site.clean_up());
    }

    /// A seed for the next contestant, different from all others of this process.
    pub(crate) fn next_seed(&self) -> u64 {
        // The step is 2^64 over the golden ratio (Steele, Lea and Flood, "Fast splittable pseudorandom number
        // generators", 2014): no two contestants of a run, whose seeds start close together, share one.
        self.seed.set(self.seed.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        self.seed.get()
    }
}
