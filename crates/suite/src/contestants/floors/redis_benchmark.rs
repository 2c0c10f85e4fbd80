//! `redis-benchmark`, which comes with Redis: what the server gives a client in C that does nothing with the answers.
//!
//! It times itself, in whole milliseconds, from the moment when its connections are there. So its samples are long and
//! few. It is one process on the CPU that rounds have, like every client here.

use std::{path::PathBuf, process::Stdio, rc::Rc, time::Duration};

use measure::sampler::{Contestant, Failure, Sample};
use redis::{ConnectionAddr, ConnectionInfo, aio::MultiplexedConnection};
use tokio::{process::Command, runtime::Runtime, time::timeout};

use super::redis_keys::PopulatedStore;
use crate::{
    contestants::{context::Context, not_built::NotBuilt, timed::Built},
    questions::Case,
    workload::Choice,
};

/// A millisecond is one per cent of it.
const SAMPLE: Duration = Duration::from_millis(100);
/// So few hold a round up for a third of a second.
const SAMPLES: u32 = 3;
/// Requests, to find out how many fill a sample: enough for a time in whole milliseconds to say something.
const TRIED: u64 = 2_000;
/// With many in flight, at least this multiple of them: at the end fewer and fewer are in flight.
const FULL: u64 = 8;
/// Then it is taken for hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// How requests are in flight at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InFlight {
    /// Over one connection, as in our store.
    Pipelined,
    /// One over each connection.
    Connections,
}

struct RedisBenchmark {
    program: PathBuf,
    arguments: Vec<String>,
    connection: MultiplexedConnection,
    runtime: Rc<Runtime>,
    operations: u64,
}

impl Contestant for RedisBenchmark {
    /// Of fewer requests than fill a sample, such as criterion's first, it would know no time: as many as do are made, and
    /// their share is told.
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        let runtime = Rc::clone(&self.runtime);
        let requests = operations.max(self.operations);
        let each = runtime.block_on(async {
            let before = self.hits().await?;
            let rate = self.run(requests).await?;
            // It does not look at its answers.
            match self.hits().await?.checked_sub(before) {
                None => Err(Failure("redis-benchmark: the server began to count anew".to_owned())),
                Some(hits) if hits >= requests => Ok(1.0 / rate),
                Some(hits) => Err(Failure(format!("redis-benchmark: {hits} of {requests} keys were there"))),
            }
        })?;
        Ok(Sample { elapsed: Duration::from_secs_f64(each * operations as f64), cpu: None, store_cpu: None })
    }

    fn least_operations(&self) -> u64 {
        self.operations
    }

    fn most_samples(&self) -> u32 {
        SAMPLES
    }
}

impl RedisBenchmark {
    /// Requests a second, over this number of requests.
    async fn run(&self, requests: u64) -> Result<f64, Failure> {
        let failed = |why: &str| Failure(format!("redis-benchmark {why}"));
        let mut command = Command::new(&self.program);
        let (count, pattern) = (requests.to_string(), self.arguments.last().map_or("", String::as_str));
        let options = &self.arguments[..self.arguments.len() - 1];
        command.args(options).args(["-n", &count, "--csv", "GET", pattern]);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await.map_err(|_| failed("hangs"))?;
        let output = output.map_err(|error| failed(&format!("cannot be run: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said =
                said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not say why");
            return Err(failed(&format!("failed ({}): {said}", output.status)));
        }
        rate(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| failed("names no rate"))
    }

    async fn hits(&self) -> Result<u64, Failure> {
        let mut command = redis::cmd("INFO");
        command.arg("stats");
        let stats = command.query_async::<String>(&mut self.connection.clone()).await;
        let stats = stats.map_err(|error| Failure(format!("Redis does not answer: {:?}", error.kind())))?;
        let hits = stats.lines().find_map(|line| line.strip_prefix("keyspace_hits:")?.trim().parse().ok());
        hits.ok_or_else(|| Failure("Redis does not count its hits".to_owned()))
    }
}

/// Requests a second: the second column of the last line.
fn rate(csv: &str) -> Option<f64> {
    let last = csv.lines().rev().find(|line| !line.trim().is_empty())?;
    let rate = last.trim().split("\",\"").nth(1)?.trim_matches('"').parse().ok();
    rate.filter(|rate: &f64| rate.is_finite() && *rate > 0.0)
}

/// How it reaches the server, if it can without showing a secret on its command line.
fn place(info: &ConnectionInfo) -> Result<Vec<String>, NotBuilt> {
    let cannot = |why: &str| Err(NotBuilt::NothingToTime(format!("redis-benchmark {why}")));
    let settings = info.redis_settings();
    if settings.password().is_some() {
        return cannot("would show the server's password to everybody on this machine");
    }
    let ConnectionAddr::Tcp(host, port) = info.addr() else {
        return cannot("is measured over plain TCP only");
    };
    let words = ["-h", host, "-p", &port.to_string(), "--dbnum", &settings.db().to_string()];
    Ok(words.map(str::to_owned).to_vec())
}

pub(super) fn build(context: &Context, case: &Case, in_flight: InFlight) -> Result<Built, NotBuilt> {
    let nothing = |why: &str| NotBuilt::NothingToTime(why.to_owned());
    if case.choice != Choice::Uniform {
        return Err(nothing("redis-benchmark chooses keys with equal likelihood only"));
    }
    if in_flight == InFlight::Connections && case.in_flight == 1 {
        return Err(nothing("the same as floor-redis-benchmark-pipelined where one is in flight"));
    }
    let program = servers::find_program("redis-benchmark");
    let program = program.ok_or_else(|| {
        nothing("redis-benchmark is not installed (Debian, Ubuntu: `apt-get install redis-tools`)")
    })?;
    let PopulatedStore { info, connection, tag } = PopulatedStore::new(context, case)?;
    let mut arguments = place(&info)?;
    let (connections, pipelined) = match in_flight {
        InFlight::Pipelined => (1, case.in_flight),
        InFlight::Connections => (case.in_flight, 1),
    };
    arguments.extend(["-c", &connections.to_string(), "-P", &pipelined.to_string()].map(str::to_owned));
    arguments.extend(["-r".to_owned(), case.population.to_string(), format!("{tag}__rand_int__")]);
    let runtime = Rc::clone(&context.runtime);
    let mut contestant = RedisBenchmark { program, arguments, connection, runtime, operations: 1 };
    let least = FULL * case.in_flight as u64;
    let attempted = TRIED.max(least);
    // The first are slow.
    contestant.sample(attempted)?;
    let took = contestant.sample(attempted)?.elapsed.max(Duration::from_millis(1));
    let in_a_sample = SAMPLE.as_secs_f64() / took.as_secs_f64() * attempted as f64;
    contestant.operations = (in_a_sample as u64).max(least);
    Ok(Built::timed(contestant, Vec::new()))
}

#[cfg(test)]
mod tests {
    use authoriser::conformance::services_are_required;
    use catalogue::Need;
    use measure::record::Question;
    use redis::IntoConnectionInfo;
    use servers::{RedisServer, StartError};

    use super::*;

    #[test]
    fn it_is_timed_only_while_every_key_is_there() {
        let server = match RedisServer::start() {
            Ok(server) => server,
            Err(StartError::NotInstalled { .. }) if !services_are_required() => return,
            Err(error) => panic!("{error}"),
        };
        let context = Context::with(vec![(Need::Redis, server.tcp_url())], 1).unwrap();
        let case = crate::questions::find(Question::Lookup, "1k-uniform-64-in-flight").unwrap();
        for in_flight in [InFlight::Pipelined, InFlight::Connections] {
            let built = build(&context, case, in_flight).map_err(|error| error.to_string());
            let mut contestant =
                built.unwrap_or_else(|error| panic!("{in_flight:?}: {error}")).contestant.unwrap();
            let requests = contestant.least_operations();
            let sample = contestant.sample(requests).unwrap();
            assert!(sample.elapsed > Duration::ZERO, "{in_flight:?}");
            let one = contestant.sample(1).unwrap();
            assert!(Duration::ZERO < one.elapsed && one.elapsed < sample.elapsed, "{in_flight:?}: {one:?}");

            context.clean_up();
            let failure = contestant.sample(requests).unwrap_err().to_string();
            assert_eq!(failure, format!("redis-benchmark: 0 of {requests} keys were there"));
        }
    }

    #[test]
    fn the_rate_is_read_from_old_and_new_output() {
        let new = "\"test\",\"rps\",\"avg_latency_ms\"\n\"GET k__rand_int__\",\"43478.26\",\"0.016\"\n";
        assert_eq!(rate(new), Some(43_478.26));
        assert_eq!(rate("\"GET a,b\",\"120.00\"\n"), Some(120.0));
        for broken in
            ["", "\n", "\"test\",\"rps\"", "\"GET\",\"inf\"", "\"GET\",\"0.00\"", "Could not connect"]
        {
            assert_eq!(rate(broken), None, "{broken}");
        }
    }

    #[test]
    fn no_secret_gets_onto_a_command_line() {
        let place = |url: &str| place(&url.into_connection_info().unwrap());
        assert_eq!(
            place("redis://127.0.0.1:7/3"),
            Ok(["-h", "127.0.0.1", "-p", "7", "--dbnum", "3"].map(str::to_owned).to_vec())
        );
        for url in ["redis://:secret@127.0.0.1:7", "redis://me:secret@127.0.0.1:7", "unix:///run/x.sock"] {
            let refusal = place(url).unwrap_err();
            assert!(matches!(&refusal, NotBuilt::NothingToTime(why) if !why.contains("secret")), "{refusal}");
        }
    }
}
