//! The engine against real servers that behave, lie, break off or never end.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a failure")]

mod support;

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use authbench_load::{
    Arrivals, ClosedPlan, Engine, Fate, Interval, LoadError, OpenPlan, Series, Timeline, Traffic,
};

use support::{RIGHT, exchanges, serve};

static NEVER: AtomicBool = AtomicBool::new(false);

fn open(address: SocketAddr, connections: usize, timeout: Duration, plan: &OpenPlan) -> (Series, Interval) {
    let mut series = Series::default();
    let mut engine = Engine::connect(address, connections, timeout).unwrap();
    let traffic = Traffic { exchanges: &exchanges(), next: &mut || 0, stop: &NEVER };
    let ran = engine.open_loop(plan, traffic, &mut series, &mut |_| {}).unwrap();
    (series, ran)
}

fn closed(address: SocketAddr, operations: u64, timeout: Duration) -> Series {
    let mut series = Series::default();
    let mut engine = Engine::connect(address, 4, timeout).unwrap();
    let longest = Duration::from_secs(10);
    let traffic = Traffic { exchanges: &exchanges(), next: &mut || 0, stop: &NEVER };
    engine.closed_loop(ClosedPlan { operations, longest }, traffic, &mut series, &mut |_| {}).unwrap();
    series
}

const PLAN: OpenPlan = OpenPlan {
    rate: 1_000.0,
    arrivals: Arrivals::Constant,
    warm_up: Duration::from_millis(200),
    duration: Duration::from_secs(3),
    seed: 1,
};

#[test]
fn every_planned_request_of_an_open_loop_is_sent_and_counted_once() {
    let seen = std::sync::Arc::new(AtomicU64::new(0));
    let counted = std::sync::Arc::clone(&seen);
    let address = serve(move |stream| {
        counted.fetch_add(1, Ordering::Relaxed);
        stream.write_all(RIGHT).is_ok()
    });
    let plan = OpenPlan { duration: Duration::from_secs(1), ..PLAN };
    let (series, interval) = open(address, 8, Duration::from_secs(5), &plan);
    assert_eq!((series.total(), series.response.len(), interval.planned), (1_000, 1_000, 1_000));
    // Those of the warm-up are sent as well.
    assert_eq!(seen.load(Ordering::Relaxed), 1_200);
    // An answer that comes just after an end of the interval is counted beyond it.
    assert!(interval.answered.abs_diff(1_000) < 100, "{interval:?}");
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".len() as u64;
    assert!((request * 900..=request * 1_100).contains(&interval.bytes_out), "{interval:?}");
}

#[test]
fn a_closed_loop_does_as_many_operations_as_it_was_asked_for() {
    let series = closed(serve(|stream| stream.write_all(RIGHT).is_ok()), 1_003, Duration::from_secs(5));
    assert_eq!((series.total(), series.response.len()), (1_003, 1_003));
}

#[test]
fn wrong_answers_refusals_and_broken_connections_are_in_series_of_their_own() {
    let turn = std::sync::Arc::new(AtomicU64::new(0));
    let address = serve(move |stream| match turn.fetch_add(1, Ordering::Relaxed) % 5 {
        0 => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno").is_ok(),
        1 => stream.write_all(b"HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n").is_ok(),
        2 => false,
        3 => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            false
        }
        _ => stream.write_all(RIGHT).is_ok(),
    });
    let series = closed(address, 50, Duration::from_secs(5));
    let counts = [&series.response, &series.wrong, &series.refused, &series.failed].map(|one| one.len());
    assert_eq!(counts, [20, 10, 10, 10]);
}

#[test]
fn a_body_that_never_ends_and_bytes_that_are_no_answer_are_failures() {
    let endless = serve(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        loop {
            if stream.write_all(b"1\r\nx\r\n").is_err() {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
    });
    let plan = OpenPlan { rate: 20.0, duration: Duration::from_millis(200), warm_up: Duration::ZERO, ..PLAN };
    let started = Instant::now();
    let (series, _) = open(endless, 8, Duration::from_millis(300), &plan);
    assert_eq!((series.failed.len(), series.total()), (4, 4));
    assert!(started.elapsed() < Duration::from_secs(5), "it waited for the end");

    let noise = serve(|stream| stream.write_all(b"SSH-2.0-OpenSSH_9\r\n").is_ok());
    assert_eq!(closed(noise, 6, Duration::from_secs(1)).failed.len(), 6);
}

#[test]
fn a_service_that_dies_half_way_makes_failures_at_the_planned_rate_and_no_storm() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            // The trial and the four that the loop begins with. Dead any sooner, it would refuse to be connected to.
            let streams: Vec<_> = (0..5).map(|_| listener.accept().unwrap()).collect();
            drop((streams, listener));
        });
        address
    };
    let plan = OpenPlan { duration: Duration::from_millis(500), warm_up: Duration::ZERO, ..PLAN };
    let (series, _) = open(address, 4, Duration::from_secs(1), &plan);
    assert_eq!((series.failed.len(), series.total()), (500, 500));
    assert!(matches!(Engine::connect(address, 4, Duration::from_secs(1)), Err(LoadError::Connect(..))));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let living = listener.local_addr().unwrap();
    let error = Engine::connect(living, 100_000_000, Duration::from_secs(1)).err().unwrap();
    assert!(error.to_string().contains("ulimit -n"), "{error}");
}

#[test]
fn a_stopped_run_keeps_what_was_measured_and_blames_nobody_for_the_rest() {
    let address = serve(|stream| stream.write_all(RIGHT).is_ok());
    let stop = std::sync::Arc::new(AtomicBool::new(false));
    let later = std::sync::Arc::clone(&stop);
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        later.store(true, Ordering::Relaxed);
    });
    let mut series = Series::default();
    let mut engine = Engine::connect(address, 4, Duration::from_secs(5)).unwrap();
    let plan = OpenPlan { duration: Duration::from_secs(60), ..PLAN };
    let traffic = Traffic { exchanges: &exchanges(), next: &mut || 0, stop: &stop };
    engine.open_loop(&plan, traffic, &mut series, &mut |_| {}).unwrap();
    assert!((50..=400).contains(&series.response.len()), "{}", series.response.len());
    assert_eq!(series.failed.len(), 0);
}

#[test]
fn a_timeline_tells_when_requests_failed() {
    let turn = std::sync::Arc::new(AtomicU64::new(0));
    let address = serve(move |stream| match turn.fetch_add(1, Ordering::Relaxed) {
        300..400 => stream.write_all(b"HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n").is_ok(),
        _ => stream.write_all(RIGHT).is_ok(),
    });
    let plan = OpenPlan { duration: Duration::from_secs(1), ..PLAN };
    let bin = Duration::from_millis(10);
    let mut series = Series { timeline: Some(Timeline::new(bin, plan.duration)), ..Series::default() };
    let mut engine = Engine::connect(address, 1, Duration::from_secs(5)).unwrap();
    let traffic = Traffic { exchanges: &exchanges(), next: &mut || 0, stop: &NEVER };
    engine.open_loop(&plan, traffic, &mut series, &mut |_| {}).unwrap();
    let timeline = series.timeline.unwrap();
    // Of one connection the n-th request is the n-th answer. Two hundred are in the warm-up.
    for (number, bin) in timeline.bins().iter().enumerate() {
        let fate = if (10..20).contains(&number) { Fate::Unavailable } else { Fate::Right };
        assert_eq!(bin[fate as usize], 10, "bin {number}: {bin:?}");
        assert_eq!(bin.iter().sum::<u32>(), 10);
    }
}
