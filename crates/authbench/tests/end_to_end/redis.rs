//! Redis that dies, is not there, or is not reached.

use std::collections::BTreeSet;

use crate::support::{Desk, Row, SMALL_RUN, finished, redis, wait_until};

/// Those that Redis must answer, and all others.
fn apart(rows: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    let (with, without): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(Row::needs_redis);
    let names: Vec<&str> = with.iter().map(|row| row.contestant.as_str()).collect();
    assert!(names.contains(&"session-redis") && names.contains(&"floor-redis-ping"), "{names:?}");
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "one row each says what happened: {names:?}");
    (with, without)
}

#[test]
fn a_server_that_dies_during_a_run_takes_only_its_own_rows_with_it() {
    let Some(mut server) = redis() else { return };
    let desk = Desk::new();
    let run = desk.authbench(SMALL_RUN).with_redis(&server.tcp_url()).start();
    let run = run.until_a_round_is_done();
    server.kill();
    run.end().succeeded().said(&["session-redis (failed: "]);

    let (dead, others) = apart(desk.rows());
    for row in dead {
        assert_eq!(row.status, "failed", "{row:?}");
        assert!(row.note.starts_with("session store unavailable: "), "{row:?}");
    }
    assert!(others.iter().all(Row::is_ok), "{others:#?}");
    for (contestant, rounds) in desk.rounds() {
        assert_eq!(rounds, [0, 1, 2], "{contestant}");
    }
}

#[test]
fn a_given_server_that_is_not_there_is_named_by_its_variable_and_its_password_stays_secret() {
    let desk = Desk::new();
    // Nobody listens on port 1.
    let told = desk.authbench(SMALL_RUN).with_redis("redis://:s3cret@127.0.0.1:1").run();
    // A server that is named is meant: nothing is measured without it.
    let told = told.failed_saying(&["AUTHBENCH_REDIS_URL does not answer", "Nothing was measured"]);
    assert!(!desk.path("results").exists(), "nothing was begun");

    assert!(!told.output.contains("s3cret") && !told.errors.contains("s3cret"));
}

#[test]
fn without_redis_its_rows_stay_and_say_how_to_get_it() {
    let desk = Desk::new();
    let told = desk.authbench(SMALL_RUN).without_redis().run().succeeded();
    told.said(&["session-redis (unavailable: redis-server is not installed"]);

    let (absent, others) = apart(desk.rows());
    for row in absent {
        assert_eq!(row.status, "unavailable", "{row:?}");
        assert!(row.note.contains("apt-get install redis-server"), "{row:?}");
        assert!(row.note.contains("AUTHBENCH_REDIS_URL"), "{row:?}");
    }
    assert!(others.iter().all(Row::is_ok), "{others:#?}");
    for page in ["report.html", "summary.md"] {
        let page = desk.read(&format!("results/latest/{page}"));
        assert!(page.contains("session-redis") && page.contains("apt-get install redis-server"));
    }
}

#[test]
fn figures_outlive_the_server_that_they_came_from() {
    if redis().is_none() {
        return;
    }
    let desk = Desk::with(finished());
    let before: Vec<Row> = desk.rows().into_iter().filter(Row::needs_redis).collect();
    desk.authbench("run --quick --only authorise --cases 1k-uniform --designs {control-none,session-redis,floor-redis-ping}")
        .without_redis()
        .run()
        .succeeded();
    let after: Vec<Row> = desk.rows().into_iter().filter(Row::needs_redis).collect();
    assert_eq!(after, before);
}

#[test]
fn the_server_that_the_suite_started_ends_with_it() {
    if redis().is_none() {
        return;
    }
    let desk = Desk::new();
    let run = desk.authbench(SMALL_RUN).start().until_a_round_is_done();
    let folders = desk.litter();
    assert!(folders.iter().any(|folder| folder.join("redis.sock").exists()), "{folders:?}");
    // No goodbye: the program cannot tidy up.
    run.kill();
    wait_until("the server's folder is removed", || {
        !desk.litter().iter().any(|folder| folder.join("redis.log").exists())
    });
}

#[test]
fn a_design_that_was_named_and_cannot_be_measured_is_told_before_anything_is() {
    let desk = Desk::new();
    let told = desk.authbench("run --quick --only authorise --designs session-redis").without_redis().run();
    told.failed_saying(&["`session-redis` can be measured here", "redis-server"]);
    assert!(!desk.path("results").exists(), "nothing was begun");
}
