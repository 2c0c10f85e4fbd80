//! Response times under stalls. Alone in its program, so that no other test takes its processor.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a failure")]

mod support;

use std::{
    io::Write,
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, Instant},
};

use authbench_load::{Arrivals, Engine, OpenPlan, Series, Traffic};

use support::{RIGHT, exchanges, serve};

/// All handlers sleep for the first 100 ms of each second. At a constant rate a tenth of the requests waits, evenly from 0 to
/// 100 ms: p99 is 90 ms and p99.9 99 ms. Four connections are four waiting requests for a closed loop's clock: the service
/// time has nothing of it at p99.
#[test]
fn response_times_under_stalls_are_those_that_the_plan_implies() {
    const STALL: Duration = Duration::from_millis(100);
    let start = Instant::now();
    let address = serve(move |stream| {
        let into = Duration::from_nanos((start.elapsed().as_nanos() % 1_000_000_000) as u64);
        if into < STALL {
            thread::sleep(STALL - into);
        }
        stream.write_all(RIGHT).is_ok()
    });
    let plan = OpenPlan {
        rate: 1_000.0,
        arrivals: Arrivals::Constant,
        warm_up: Duration::from_millis(200),
        duration: Duration::from_secs(3),
        seed: 1,
    };
    let mut series = Series::default();
    let mut engine = Engine::connect(address, 4, Duration::from_secs(5)).unwrap();
    let traffic = Traffic { exchanges: &exchanges(), next: &mut || 0, stop: &AtomicBool::new(false) };
    engine.open_loop(&plan, traffic, &mut series, &mut |_| {}).unwrap();
    assert_eq!(series.response.len(), 3_000);
    let at =
        |histogram: &hdrhistogram::Histogram<u64>, share| histogram.value_at_quantile(share) as f64 / 1e6;
    // Beyond the 5 % of the computed time: what a busy machine adds to each wake-up.
    for (share, computed) in [(0.5, 0.0), (0.99, 90.0), (0.999, 99.0)] {
        let found = at(&series.response, share);
        assert!(
            (found - computed).abs() < computed * 0.05 + 3.0,
            "p{share}: {found} ms, computed {computed} ms"
        );
    }
    let found = at(&series.response, 0.9);
    assert!(found < 10.0, "p90: {found} ms");
    let service = at(&series.service, 0.99);
    assert!(service < 50.0, "the service time hides the stall: {service} ms");
}
