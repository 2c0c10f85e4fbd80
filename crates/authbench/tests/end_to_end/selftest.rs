//! `authbench selftest`

use crate::support::Desk;

#[test]
fn what_was_planted_and_what_was_found_is_told_and_kept() {
    let desk = Desk::new();
    // On a machine that is busy with other tests it may well find less than it should.
    let told = desk.authbench("selftest --pairs 4 --rounds 6 --disturb --json").run();
    let outcome: serde_json::Value = serde_json::from_str(&told.output).unwrap();
    let differences = outcome["differences"].as_array().unwrap();
    let planted: Vec<u64> = differences.iter().map(|one| one["percent"].as_u64().unwrap()).collect();
    assert_eq!(planted, [0, 1, 2, 5, 10]);
    let pairs: u64 = differences.iter().map(|one| one["pairs"].as_u64().unwrap()).sum();
    assert_eq!(pairs, 4 + 4 * 2 - 1, "one pair of equals is the twin of the others");
    assert_eq!(outcome["disturbed"], true);
    let kept: serde_json::Value = serde_json::from_str(&desk.read("results/selftest/selftest.json")).unwrap();
    assert_eq!(kept, outcome);
    assert_eq!(desk.litter().len(), 0);
}
