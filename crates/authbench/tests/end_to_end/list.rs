//! `authbench list`

use std::collections::BTreeMap;

use measure::record::Kind;
use serde_json::Value;

use crate::support::{Desk, Told, finished, redis};

fn all_of(told: &Told) -> Vec<Value> {
    serde_json::from_str(&told.output).unwrap()
}

/// The reason, if any, why each is not available, by id.
fn listed(told: &Told) -> BTreeMap<String, Option<String>> {
    let all = all_of(told);
    let pair = |one: &Value| {
        (one["id"].as_str().unwrap().to_owned(), one["unavailable"].as_str().map(str::to_owned))
    };
    all.iter().map(pair).collect()
}

#[test]
fn everything_that_takes_part_in_a_run_is_listed_for_people_and_for_machines() {
    let desk = Desk::with(finished());
    let listed = listed(&desk.authbench("list --json").run().succeeded());
    let text = desk.authbench("list").run().succeeded().output;
    for id in listed.keys() {
        assert!(text.contains(id.as_str()), "{id} is not in\n{text}");
    }
    for execution in desk.record().executions {
        for one in execution.batches.iter().flat_map(|batch| &batch.contestants) {
            assert!(one.kind == Kind::Twin || listed.contains_key(&one.id), "{}", one.id);
        }
    }
    for headline in ["designs", "controls", "floors"] {
        assert!(text.lines().any(|line| line == headline), "{headline} is not in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours where no terminal reads them");
}

#[test]
fn each_has_id_kind_words_and_needs() {
    let told = Desk::new().authbench("list --json").without_redis().run().succeeded();
    for one in all_of(&told) {
        for text in ["id", "kind", "about"] {
            assert!(one[text].as_str().is_some_and(|text| !text.is_empty()), "{one}");
        }
        assert!(one["needs"].is_array() && one.get("unavailable").is_some(), "{one}");
        assert_eq!(one["family"].is_null(), one["kind"] == "floor", "{one}");
    }
}

#[test]
fn without_a_server_exactly_those_that_need_it_say_how_to_get_it() {
    let desk = Desk::new();
    let told = desk.authbench("list --json").without_redis().run().succeeded();
    for id in ["session-redis", "floor-redis-ping", "session-redis-cluster", "session-memcached"] {
        assert!(listed(&told)[id].is_some(), "{id}");
    }
    for one in all_of(&told) {
        let (program, variable) = match one["needs"][0].as_str() {
            Some("Redis" | "Redis (unix socket)") => ("redis-server", "AUTHBENCH_REDIS_URL"),
            Some("Redis Cluster") => ("redis-server", "AUTHBENCH_REDIS_CLUSTER_URL"),
            Some("memcached") => ("memcached", "AUTHBENCH_MEMCACHED_URL"),
            // It is looked for beyond `PATH`, where no test can hide it.
            Some("PostgreSQL") => continue,
            _ => {
                assert!(one["unavailable"].is_null(), "{one}");
                continue;
            }
        };
        let reason = one["unavailable"].as_str().unwrap();
        assert!(reason.contains(&format!("{program} is not installed")), "{reason}");
        assert!(reason.contains(variable), "{reason}");
    }
    desk.authbench("list").without_redis().run().succeeded().said(&["not here: redis-server is not"]);
}

#[test]
fn with_redis_all_are_available() {
    let Some(server) = redis() else { return };
    let desk = Desk::new();
    let listed = listed(&desk.authbench("list --json").with_redis(&server.tcp_url()).run().succeeded());
    assert!(listed.values().all(Option::is_none), "{listed:?}");
}

#[test]
fn with_an_address_that_nobody_listens_on_its_floor_is_not_available_either() {
    let told = Desk::new().authbench("list --json").with_redis("redis://127.0.0.1:1").run().succeeded();
    let listed = listed(&told);
    assert!(listed["session-redis"].is_some());
    assert!(listed["floor-redis-ping"].is_some());
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let desk = Desk::with(finished());
    for line in ["list", "list --json", "report latest", "--help"] {
        let told = desk.authbench(line).run_unread().succeeded();
        assert_eq!(told.errors, "", "{line}");
    }
}

#[test]
fn listing_leaves_nothing_behind() {
    let desk = Desk::new();
    desk.authbench("list").run().succeeded();
    assert_eq!(desk.litter().len(), 0);
    assert!(!desk.path("results").exists());
}
