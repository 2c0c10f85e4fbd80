//! Many access tokens that expire together: each client refreshes over HTTP when its own does, whatever the service does.

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use authoriser::{Credential, Untimed};
use catalogue::Need;
use futures_util::{StreamExt, TryStreamExt, stream};
use load::{Arrivals, Deserved, Engine, Exchange, OpenPlan, Series, Traffic};
use measure::record::{Count, Metric};
use redis::Client;
use service::{Background, Prepare};

use crate::{
    contestants::{context::Context, not_built::NotBuilt, request::service_time},
    rounds::placement,
    workload::principal,
};

/// Connections of all clients together. Who finds none free waits for one.
const CONNECTIONS: usize = 256;
/// Logins at once beforehand.
const IN_FLIGHT: usize = 100;
/// A refresh without an answer after this time fails the storm.
const PATIENCE: Duration = Duration::from_secs(10);
/// All at once is within this time.
const AT_ONCE: Duration = Duration::from_millis(1);

pub(super) fn measure(
    context: &Context,
    id: &str,
    needs: &[Need],
    clients: u32,
    within: Duration,
) -> Result<Vec<Count>, NotBuilt> {
    let environment = context.service_environment_of_a_case(None);
    let at_once = within.is_zero();
    let (arrivals, duration) =
        if at_once { (Arrivals::Constant, AT_ONCE) } else { (Arrivals::Poisson, within) };
    let spare = if at_once { 0.0 } else { 6.0 * f64::from(clients).sqrt() };
    let (service, tokens) =
        Background::start(id, environment, log_in(clients + spare as u32)).map_err(NotBuilt::Broken)?;
    let host = service.address().to_string();
    let refresh = |token: &Credential| {
        let form = format!("grant_type=refresh_token&refresh_token={}", token.reveal());
        Exchange::post_form(&host, "/refresh", &form, Deserved::status(200))
    };
    let exchanges: Vec<Exchange> = tokens.iter().map(refresh).collect();
    let broke = |error: &dyn std::fmt::Display| NotBuilt::Broken(format!("the load broke off: {error}"));
    let mut engine =
        Engine::connect(service.address(), CONNECTIONS, PATIENCE).map_err(|error| broke(&error))?;
    let rate = f64::from(clients) / duration.as_secs_f64();
    let plan = OpenPlan { rate, arrivals, warm_up: Duration::ZERO, duration, seed: context.next_seed() };
    let store = context.store_processes(needs);
    let (commands, store_cpu, cpu) = (Commands::of(context, needs)?, store.cpu_time(), service_time());
    let (mut series, mut next, begun) = (Series::default(), 0..exchanges.len(), Instant::now());
    let ran = placement::with_the_servers(|| {
        static NEVER: AtomicBool = AtomicBool::new(false);
        // Each token once. Were there more arrivals than tokens, the last one would be refused as used, and the storm fail.
        let last = exchanges.len() - 1;
        let mut next = || next.next().unwrap_or(last);
        let traffic = Traffic { exchanges: &exchanges, next: &mut next, stop: &NEVER };
        engine.open_loop(&plan, traffic, &mut series, &mut |_| {})
    });
    let elapsed = begun.elapsed();
    let cpu = service_time().saturating_sub(cpu);
    let store_cpu = store.cpu_time().zip(store_cpu).map(|(now, then)| now.saturating_sub(then));
    let commands = Commands::of(context, needs)?.since(&commands);
    let planned = ran.map_err(|error| broke(&error))?.planned;
    let [right, refused, wrong, failed] =
        [&series.response, &series.refused, &series.wrong, &series.failed].map(|series| series.len());
    if right != planned {
        return Err(NotBuilt::Broken(format!(
            "of {planned} refreshes {refused} were refused, {wrong} answered wrongly and {failed} not answered"
        )));
    }
    let storm = Seen { planned, elapsed: elapsed.min(duration + slowest(&series)), cpu, store_cpu, commands };
    Ok(storm.counts(&series))
}

/// Logs clients in, and keeps what they refresh with.
fn log_in(clients: u32) -> Prepare<Vec<Credential>> {
    Box::new(move |design: &dyn Untimed| {
        Box::pin(async move {
            let one = |client| async move {
                let login = design.log_in_untimed(&principal(client)).await;
                let login = login.map_err(|error| format!("cannot log a client in: {error}"))?;
                login.refresh.ok_or_else(|| "its logins cannot be renewed".to_owned())
            };
            stream::iter(0..clients as usize).map(one).buffered(IN_FLIGHT).try_collect().await
        })
    })
}

fn slowest(series: &Series) -> Duration {
    Duration::from_nanos(series.response.max())
}

/// What a storm took.
struct Seen {
    planned: u64,
    /// Until the last answer.
    elapsed: Duration,
    cpu: Duration,
    store_cpu: Option<Duration>,
    commands: Commands,
}

impl Seen {
    fn counts(&self, series: &Series) -> Vec<Count> {
        let count =
            |metric, value, note: &str| Count { metric, value, over: self.planned, note: note.to_owned() };
        let nanoseconds = |time: Duration| time.as_nanos() as f64;
        let each = |time: Duration| nanoseconds(time) / self.planned as f64;
        let due = if series.is_on_time() {
            "from the time when the client's token expired".to_owned()
        } else {
            let late = series.late.value_at_quantile(0.99) as f64 / 1e3;
            format!(
                "from the time when the client's token expired; the generator was {late:.0} µs late at p99"
            )
        };
        let quantile = |share| series.response.value_at_quantile(share) as f64;
        let sent = self.commands.sent;
        let executed =
            format!("all that the store executed: {sent} scripts that were sent, and the commands in them");
        let mut counts = vec![
            count(Metric::P50, quantile(0.5), &due),
            count(Metric::P99, quantile(0.99), &due),
            count(Metric::Slowest, nanoseconds(slowest(series)), &due),
            count(
                Metric::AllServed,
                nanoseconds(self.elapsed),
                "from the first expiry to the last answer, the time in which tokens expired among it",
            ),
            count(Metric::Cpu, each(self.cpu), "of the service, a refresh"),
            count(Metric::StoreCommands, self.commands.executed as f64, &executed),
            count(
                Metric::StoreRate,
                self.commands.executed as f64 / self.elapsed.as_secs_f64(),
                "on the average until all were served",
            ),
        ];
        counts.extend(
            self.store_cpu
                .map(|cpu| count(Metric::StoreCpu, each(cpu), "all processes of the store, a refresh")),
        );
        counts
    }
}

/// Commands that a store has executed, by its own account.
#[derive(Clone, Copy, Default)]
struct Commands {
    /// Scripts, which is what a client sends.
    sent: u64,
    /// Those and the commands in them.
    executed: u64,
}

impl Commands {
    /// Of the Redis server behind those needs. Its own statistics are not among them.
    fn of(context: &Context, needs: &[Need]) -> Result<Self, NotBuilt> {
        let need = needs.first().ok_or_else(|| NotBuilt::NothingToTime("it has no store".to_owned()))?;
        let url = context.address(*need)?.to_owned();
        let ask = async {
            let mut connection = Client::open(url)?.get_multiplexed_async_connection().await?;
            redis::cmd("INFO").arg("commandstats").query_async::<String>(&mut connection).await
        };
        let text = context.wait(ask);
        // Without the error's text, which could quote the URL.
        text.map(|text| Self::parse(&text))
            .map_err(|_| NotBuilt::Broken("the store does not say what it has executed".to_owned()))
    }

    fn parse(text: &str) -> Self {
        let mut all = Self::default();
        let lines = text.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split_once(":calls="));
        for (name, rest) in lines {
            let calls: u64 = rest.split(',').next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
            match name {
                // Of whoever asks for this.
                "info" | "hello" | "auth" | "select" => {}
                _ if name.starts_with("client") => {}
                _ => all.executed += calls,
            }
            if name.starts_with("eval") {
                all.sent += calls;
            }
        }
        all
    }

    const fn since(&self, then: &Self) -> Self {
        Self { sent: self.sent - then.sent, executed: self.executed - then.executed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_executed_is_read_from_its_account() {
        let text = "# Commandstats\r\ncmdstat_evalsha:calls=10,usec=7,usec_per_call=1.00\r\ncmdstat_hset:calls=20,usec=1\r\n\
                    cmdstat_info:calls=3,usec=9\r\ncmdstat_client|setinfo:calls=2,usec=1\r\n";
        let all = Commands::parse(text);
        assert_eq!((all.sent, all.executed), (10, 30));
        let since = all.since(&Commands { sent: 4, executed: 10 });
        assert_eq!((since.sent, since.executed), (6, 20));
    }
}
