//! The services of a run: started once by the parent process, used by every round.

use std::collections::{BTreeMap, BTreeSet};

use authoriser::CoarseClock;
use catalogue::{Environment, Need};
use measure::record;
use servers::Service;
use tokio::runtime::Runtime;

use super::placement::Placement;

/// What is there, and why the rest is not.
#[derive(Debug)]
pub(crate) struct Servers {
    obtained: BTreeMap<Need, Result<Answering, String>>,
    placement: Placement,
}

/// A service that has answered.
#[derive(Debug)]
struct Answering {
    service: Service,
    version: String,
}

const NOT_ASKED_FOR: &str = "no selected contestant needs it";

impl Servers {
    /// Starts, or takes from the environment, these servers, and asks each whether it is there.
    pub(crate) fn obtain(needs: &BTreeSet<Need>) -> Self {
        let placement = Placement::of_this_machine();
        let obtained = needs.iter().map(|need| (*need, obtain(*need, &placement))).collect();
        Self { obtained, placement }
    }

    /// Whoever names a server means it: one that does not answer is told before anything is measured.
    ///
    /// # Errors
    /// When a server that the environment names was asked for and is not there.
    pub(crate) fn check_given(&self) -> anyhow::Result<()> {
        for (need, obtained) in &self.obtained {
            if let (Err(reason), Some(_)) = (obtained, need.given()) {
                anyhow::bail!(
                    "{reason}. Nothing was measured: start the server, correct {variable}, or unset it to have the suite start \
                     one of its own",
                    variable = need.variable()
                );
            }
        }
        Ok(())
    }

    /// Every service there is.
    pub(crate) fn obtain_all() -> Self {
        Self::obtain(&Need::ALL.iter().copied().collect())
    }

    /// Why a service is not there, if so.
    pub(crate) fn missing(&self, need: Need) -> Option<String> {
        match self.obtained.get(&need) {
            Some(obtained) => obtained.as_ref().err().cloned(),
            None => Some(NOT_ASKED_FOR.to_owned()),
        }
    }

    /// Whether it was looked for at all.
    pub(crate) fn were_asked_for(&self, needs: &[Need]) -> bool {
        needs.iter().all(|need| self.obtained.contains_key(need))
    }

    /// Where each that is there can be reached.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (Need, &str)> {
        self.answering().map(|(need, answering)| (need, answering.service.address()))
    }

    /// What rounds find in their environment.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let addresses =
            self.addresses().map(|(need, address)| (need.variable().to_owned(), address.to_owned()));
        let processes = self.processes().map(|(need, processes)| {
            let processes: Vec<String> = processes.iter().map(u32::to_string).collect();
            (processes_variable(need), processes.join(","))
        });
        addresses.chain(processes).chain(self.placement.environment()).collect()
    }

    /// The processes of each that the suite has started.
    pub(crate) fn processes(&self) -> impl Iterator<Item = (Need, Vec<u32>)> {
        self.answering().filter_map(|(need, answering)| Some((need, answering.service.server()?.processes())))
    }

    /// Where rounds and servers run.
    pub(crate) const fn placement(&self) -> &Placement {
        &self.placement
    }

    /// For the run record.
    pub(crate) fn describe(&self) -> Vec<record::Service> {
        self.answering().map(|(need, answering)| answering.describe(need)).collect()
    }

    fn answering(&self) -> impl Iterator<Item = (Need, &Answering)> {
        self.obtained.iter().filter_map(|(need, obtained)| Some((*need, obtained.as_ref().ok()?)))
    }
}

/// The environment variable that tells a round which processes a server has.
fn processes_variable(need: Need) -> String {
    format!("{}_PROCESSES", need.variable())
}

/// What the environment of a round tells of a server's processes.
pub(crate) fn processes_of(need: Need) -> Vec<u32> {
    let text = std::env::var(processes_variable(need)).unwrap_or_default();
    text.split(',').filter_map(|process| process.parse().ok()).collect()
}

fn obtain(need: Need, placement: &Placement) -> Result<Answering, String> {
    let service = need.obtain().map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{error}{}", cause.unwrap_or_default())
    })?;
    let processes = service.server().map(servers::Server::processes).unwrap_or_default();
    processes.into_iter().for_each(|process| placement.bind_server(process));
    // A given server may be anything, or nothing.
    let environment = Environment::new(CoarseClock).with(need, service.address());
    let version = runtime()?.block_on(environment.version(need)).map_err(|error| match service.server() {
        Some(_) => error.to_string(),
        None => format!("the {need} given in {} does not answer: {error}", need.variable()),
    })?;
    Ok(Answering { service, version })
}

fn runtime() -> Result<Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

impl Answering {
    fn describe(&self, need: Need) -> record::Service {
        let (reached, settings) = match self.service.server() {
            Some(server) => (server.reached().to_owned(), server.settings().into_iter().collect()),
            // Its address may hold a password, and its settings are the business of whoever runs it.
            None => (format!("given in {}, settings not asked for", need.variable()), BTreeMap::new()),
        };
        record::Service { name: need.to_string(), version: self.version.clone(), reached, settings }
    }
}
