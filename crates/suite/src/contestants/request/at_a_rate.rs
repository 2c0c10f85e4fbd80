//! Requests in an open loop, at a given rate.

use std::{sync::atomic::AtomicBool, time::Duration};

use load::{Arrivals, OpenPlan, Traffic};
use measure::{
    histogram::Encoded,
    record::{Count, Latencies, Metric},
};

use super::requests::Requests;
use crate::{
    contestants::{NotBuilt, timed::Built},
    rounds::placement,
};

/// How long a rate is offered before it counts, and for how long it does.
const WARM_UP: Duration = Duration::from_millis(50);
const OFFERED: Duration = Duration::from_millis(250);
/// A request that waits longer is given up, and counts with the time that it had waited: a quantile is then at least that.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);
/// A quantile of one in a thousand takes this many requests.
const FOR_P999: u64 = 5_000;

impl Requests {
    /// Offers requests at a rate, each due at its planned time.
    pub(super) fn at_a_rate(&mut self, rate: f64, seed: u64) -> Result<Built, NotBuilt> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let plan = OpenPlan { rate, arrivals: Arrivals::Poisson, warm_up: WARM_UP, duration: OFFERED, seed };
        self.series.clear();
        let (engine, draws, exchanges, series) =
            (&mut self.engine, &mut self.draws, &self.exchanges, &mut self.series);
        let ran = placement::with_the_servers(|| {
            let traffic = Traffic { exchanges, next: &mut || draws.next_index(), stop: &NEVER };
            engine.open_loop(&plan, traffic, series, &mut |_| {})
        });
        let interval = ran.map_err(|error| NotBuilt::Broken(format!("the load broke off: {error}")))?;
        let wrong = series.wrong.len() + series.refused.len();
        if wrong > 0 {
            return Err(NotBuilt::Broken(format!("{wrong} requests were refused or answered wrongly")));
        }
        let answered = series.response.len() as f64 / interval.planned.max(1) as f64;
        let mut all = series.response.clone();
        all.add(&series.failed).map_err(|error| NotBuilt::Broken(error.to_string()))?;
        let late = series.late.value_at_quantile(0.99);
        let note = if series.is_on_time() {
            "from the planned send time".to_owned()
        } else {
            format!("from the planned send time; the generator was {:.0} µs late at p99", late as f64 / 1e3)
        };
        let of = |metric, value, over, note: &str| Count { metric, value, over, note: note.to_owned() };
        let count = |metric, value, note: &str| of(metric, value, all.len(), note);
        let mut counts = vec![
            count(Metric::P50, all.value_at_quantile(0.5) as f64, &note),
            count(Metric::P99, all.value_at_quantile(0.99) as f64, &note),
            of(
                Metric::ServiceP99,
                series.service.value_at_quantile(0.99) as f64,
                series.service.len(),
                "from the real send time, as a closed loop would have it",
            ),
            of(
                Metric::Answered,
                answered,
                interval.planned,
                "of the planned requests, within a quarter of a second of the end",
            ),
        ];
        if all.len() >= FOR_P999 {
            counts.insert(2, count(Metric::P999, all.value_at_quantile(0.999) as f64, &note));
        }
        let latencies = Latencies { response: Encoded::of(&all), service: Encoded::of(&series.service) };
        Ok(Built { latencies: Some(latencies), ..Built::counted(counts) })
    }
}
