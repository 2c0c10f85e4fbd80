//! What contestants of one process share: the servers, and a runtime for those that wait.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use authoriser::{Clock, CoarseClock};
use catalogue::{Environment, Need};
use measure::processes::StoreProcesses;
use servers::{Proxy, address_of};
use tokio::runtime::{Builder, Runtime};

use super::{kept::Kept, not_built::NotBuilt};
use crate::{
    jobs::wait,
    questions::Case,
    rounds::{
        placement,
        servers::{self as processes, Servers},
    },
    workload::{BenchClock, private_claims},
};

/// Built once a process.
pub(crate) struct Context {
    /// One thread: the client's cost is then on one core, and waking another is not part of it.
    pub(crate) runtime: Rc<Runtime>,
    servers: Vec<(Need, String)>,
    /// The processes of those that the suite started.
    processes: Vec<(Need, Vec<u32>)>,
    /// Empties what the stores of an environment hold, once its contestants are done with.
    tidying: RefCell<Vec<Tidy>>,
    seed: Cell<u64>,
    /// Large populations that several cases share.
    pub(crate) kept: Kept,
}

type Tidy = Box<dyn FnOnce(&Runtime)>;

impl Context {
    /// With the services that the environment names.
    pub(crate) fn new(seed: u64) -> std::io::Result<Self> {
        let given = Need::ALL.iter().filter_map(|need| Some((*need, need.given()?)));
        let processes = Need::ALL.iter().map(|need| (*need, processes::processes_of(*need))).collect();
        Ok(Self { processes, ..Self::with(given.collect(), seed)? })
    }

    /// With services that this process has started itself.
    pub(crate) fn with_servers(servers: &Servers) -> std::io::Result<Self> {
        let addresses = servers.addresses().map(|(need, address)| (need, address.to_owned()));
        let processes = servers.processes().collect();
        Ok(Self { processes, ..Self::with(addresses.collect(), rand::random())? })
    }

    /// For services that the suite need not look for.
    pub(crate) fn with(servers: Vec<(Need, String)>, seed: u64) -> std::io::Result<Self> {
        let runtime = Rc::new(Builder::new_current_thread().enable_all().build()?);
        Ok(Self {
            runtime,
            servers,
            processes: Vec::new(),
            tidying: RefCell::default(),
            seed: Cell::new(seed),
            kept: Kept::default(),
        })
    }

    /// An environment for a contestant of that case, with keys and stores of its own.
    pub(crate) fn environment(&self, case: &Case) -> Rc<Environment<BenchClock>> {
        let mut environment = self.bare_environment();
        if let Some(distance) = case.distance {
            environment = self.at_a_distance(environment, distance);
        }
        if let Some(every) = case.touch {
            environment = environment.touching(every);
        }
        if let Some(bytes) = case.payload {
            environment = environment.claiming(private_claims(bytes));
        }
        let environment = Rc::new(environment);
        let opened = Rc::clone(&environment);
        self.afterwards(move |runtime| {
            // Best effort: what stays behind expires by itself, but for a table in PostgreSQL.
            let _ = runtime.block_on(opened.clean_up());
        });
        environment
    }

    /// The same environment with a proxy in front of each server that is reached by TCP at one address, for as long as the
    /// contestants of the case are there.
    fn at_a_distance(
        &self,
        mut environment: Environment<BenchClock>,
        distance: Duration,
    ) -> Environment<BenchClock> {
        let reached = self.servers.iter().filter_map(|(need, url)| Some((*need, url, address_of(url)?)));
        for (need, url, address) in reached {
            // Where the servers are: as if the network were theirs.
            let proxy = Proxy::start(address, distance / 2, placement::bind_beside_servers);
            // Without a port there is no proxy, and a contestant would be measured at no distance: it has no address then.
            let through = proxy.ok().and_then(|proxy| Some((proxy.url(url)?, proxy)));
            let Some((url, proxy)) = through else {
                environment = environment.with(need, "the proxy could not be started");
                continue;
            };
            environment = environment.with(need, &url);
            self.afterwards(move |_| drop(proxy));
        }
        environment
    }

    /// Has something done once the contestants of the case are done with.
    pub(crate) fn afterwards(&self, tidy: impl FnOnce(&Runtime) + 'static) {
        self.tidying.borrow_mut().push(Box::new(tidy));
    }

    /// An environment for whoever wants to know what there is, and leaves no session behind.
    pub(crate) fn bare_environment(&self) -> Environment<BenchClock> {
        self.with_addresses(BenchClock::default())
    }

    /// An environment for the example service, which runs on a thread of its own and on the clock that services have.
    pub(crate) fn service_environment(&self) -> Arc<Environment<CoarseClock>> {
        Arc::new(self.with_addresses(CoarseClock))
    }

    /// The same for one case, cleared after it. Credentials live for that time, where it is given.
    pub(crate) fn service_environment_of_a_case(
        &self,
        lifetime: Option<Duration>,
    ) -> Arc<Environment<CoarseClock>> {
        let environment = self.with_addresses(CoarseClock);
        let environment = Arc::new(match lifetime {
            Some(lifetime) => environment.living(lifetime),
            None => environment,
        });
        let opened = Arc::clone(&environment);
        self.afterwards(move |runtime| {
            // Best effort, as for every other store.
            let _ = runtime.block_on(opened.clean_up());
        });
        environment
    }

    /// An environment on a clock that the caller moves, for what is decided by time.
    pub(crate) fn environment_on<C: Clock>(&self, clock: C) -> Environment<C> {
        self.with_addresses(clock)
    }

    fn with_addresses<C: Clock>(&self, clock: C) -> Environment<C> {
        let all = self.servers.iter();
        // The authorisation server that an entry starts is where the servers are: as if it were another machine.
        let environment = Environment::new(clock).beginning_threads_with(placement::bind_beside_servers);
        all.fold(environment, |environment, (need, address)| environment.with(*need, address))
    }

    /// Where a service is, for a client of a floor's own. It may hold a password.
    pub(crate) fn address(&self, need: Need) -> Result<&str, NotBuilt> {
        let address = self.servers.iter().find(|(service, _)| *service == need);
        let absent = || NotBuilt::Broken(format!("there is no {need}"));
        address.map(|(_, address)| address.as_str()).ok_or_else(absent)
    }

    /// The processes of the store behind those needs, where the suite started it.
    pub(crate) fn store_processes(&self, needs: &[Need]) -> StoreProcesses {
        let known = self.processes.iter().filter(|(need, _)| needs.contains(need));
        StoreProcesses::new(known.flat_map(|(_, processes)| processes).copied().collect())
    }

    /// Removes what contestants that are done with have left in shared stores.
    pub(crate) fn clean_up(&self) {
        for tidy in self.tidying.take() {
            tidy(&self.runtime);
        }
    }

    /// Runs a future of a contestant to its end.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        wait(&self.runtime, future)
    }

    /// A seed for the next contestant, different from all others of this process.
    pub(crate) fn next_seed(&self) -> u64 {
        // The step is 2^64 over the golden ratio (Steele, Lea and Flood, "Fast splittable pseudorandom number
        // generators", 2014): no two contestants of a run, whose seeds start close together, share one.
        self.seed.set(self.seed.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        self.seed.get()
    }
}
