//! The example service as a child process on a processor of its own.

use std::{
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use load::Exchange;
use measure::affinity;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use super::target;
use crate::arguments::Offer;

/// How long it may take to stop.
const FAREWELL: Duration = Duration::from_secs(15);

/// A service that answers, stopped at the end.
pub(super) struct ChildService {
    process: Child,
    pub(super) authority: String,
    user_prefix: String,
    password: String,
}

#[derive(Deserialize)]
struct Ready {
    address: String,
    user: String,
    password: String,
}

impl ChildService {
    /// Starts it over that design, on the last processor, and binds this process to the first.
    pub(super) fn start(design: &str, offer: &Offer) -> anyhow::Result<Self> {
        let processors = affinity::allowed();
        let sides = match (processors.first(), processors.last()) {
            (Some(load), Some(service)) if load != service => Some((*load, *service)),
            _ => None,
        };
        // A child inherits the processors of its parent.
        if let Some((_, service)) = sides {
            affinity::bind(None, service);
        }
        let started = Self::spawn(design, offer);
        if let Some((load, _)) = sides {
            affinity::bind(None, load);
        }
        started
    }

    fn spawn(design: &str, offer: &Offer) -> anyhow::Result<Self> {
        let mut log = tempfile::tempfile().context("cannot keep the service's log")?;
        let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
        command
            .args(["serve", "--until-input-ends", "--listen", "127.0.0.1:0", "--design", design])
            .args(["--users", &offer.principals.to_string()])
            // It has its input from this process alone, and so ends with it.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.try_clone()?)
            // Ctrl-C is for this process, which then stops the service.
            .process_group(0);
        if let Some(url) = &offer.store_url {
            command.args(["--store-url", url]);
        }
        let mut process = command.spawn().context("cannot start the service")?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let Ok(ready) = serde_json::from_str::<Ready>(&line) else {
            let _ = process.wait();
            let mut said = String::new();
            log.seek(SeekFrom::Start(0))?;
            log.read_to_string(&mut said)?;
            let said = said.trim();
            bail!("{}", said.strip_prefix("error: ").unwrap_or(said));
        };
        let user_prefix = ready.user.trim_end_matches('1').to_owned();
        Ok(Self {
            process,
            authority: target::authority(&ready.address)?,
            user_prefix,
            password: ready.password,
        })
    }

    pub(super) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Logs that many users in. Each has a request for its own profile.
    pub(super) fn log_in(&self, users: u64, mut done: impl FnMut(u64)) -> anyhow::Result<Vec<Exchange>> {
        let address = target::resolve(&self.authority)?;
        let mut exchanges = Vec::new();
        for number in 1..=users {
            let held = load::log_in(address, &format!("{}{number}", self.user_prefix), &self.password)?;
            exchanges.push(held.own_profile(&self.authority));
            done(number);
        }
        Ok(exchanges)
    }
}

impl Drop for ChildService {
    fn drop(&mut self) {
        if let Some(process) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(process, Signal::TERM);
        }
        let started = Instant::now();
        while started.elapsed() < FAREWELL {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
