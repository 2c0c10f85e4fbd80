//! Tables that grow and shrink all the time, whether they have reason to or not, against a model and under readers.

use std::{
    collections::HashMap,
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, Instant},
};

use authoriser::PermissionSet;
use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::{
    tests::{assert_in_order, id, spread},
    *,
};

/// As where a process may not have more addresses.
fn table_of(lines: usize) -> SessionTable {
    SessionTable::of(Reserved::new(lines, lines))
}

/// Every word of it follows from the id, so that a mixture of two is found out.
fn record_of(id: &IdHash) -> SessionRecord {
    let words = id
        .as_bytes()
        .iter()
        .fold(7_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    SessionRecord::new(UserId(words), PermissionSet::from_bits((words >> 7) as u32), Timestamp(words >> 24))
}

fn put(table: &SessionTable, id: &IdHash) -> Result<bool, InsertError> {
    let short = ShortId::of(&id.into());
    table.insert(&Session {
        id: id.into(),
        record: record_of(id),
        links: Links { newer: short, older: short },
    })
}

fn take(table: &SessionTable, id: &IdHash) -> bool {
    table.remove(&id.into(), record_of(id).user, |_| true).is_some()
}

/// A step in either direction, though there be no reason for it. Whether it was taken.
fn force(table: &SessionTable, up: bool) -> bool {
    if up {
        return table.grow(true);
    }
    let _turn = table.reshaping.lock().unwrap();
    let Some(step) = table.shape().step_down(SMALLEST) else { return false };
    let moved = table.reshape(&step);
    if moved && step.to.end() < step.from.end() {
        table.give_back();
    }
    moved
}

/// Names that crowd: at either end of the table, around a few places of it, equal ones; and some that do not.
fn crowded(random: &mut SmallRng) -> u32 {
    let near: u32 = random.random_range(0..4);
    match random.random_range(0..8) {
        0 => near,
        1 => u32::MAX - near,
        2 => 0x8000_0000 + (near << 21),
        3 => 0x2000_0000 + random.random_range(0..1 << 22),
        4 => random.random_range(0..16) << 28,
        _ => random.random(),
    }
}

/// Steps there and back again, of any length.
fn wander(random: &mut SmallRng, table: &SessionTable) {
    let up = random.random();
    for _ in 0..random.random_range(1..40) {
        force(table, up);
    }
}

#[test]
fn a_table_is_what_its_model_says() {
    for seed in 0..4 {
        let mut random = SmallRng::seed_from_u64(seed);
        let table = table_of(LEAST_LINES);
        // More than fit the smallest table, so that it is also made too small.
        let most = [300, 1_800, 6_000, 12_000][seed as usize];
        let mut model: HashMap<IdHash, SessionRecord> = HashMap::new();
        let mut known: Vec<IdHash> = Vec::new();
        for round in 0..most * 3 {
            let other = id(crowded(&mut random), random.random_range(0..3));
            let is_new = known.is_empty() || model.len() < most && random.random_range(0..5) < 3;
            let chosen = if is_new { other } else { known[random.random_range(0..known.len())] };
            assert_eq!(table.get(&other), model.get(&other).copied());
            assert_eq!(table.get(&chosen), model.get(&chosen).copied());
            match random.random_range(0..6) {
                0..4 => {
                    let is_put = put(&table, &chosen);
                    let was_there = model.insert(chosen, record_of(&chosen));
                    assert_eq!(is_put.is_err(), was_there.is_some());
                    known.push(chosen);
                }
                4 => assert_eq!(take(&table, &chosen), model.remove(&chosen).is_some()),
                _ => {
                    let seen = Timestamp(record_of(&chosen).created.0 + round as u64);
                    assert_eq!(table.touch(&(&chosen).into(), seen), model.contains_key(&chosen));
                }
            }
            if let (Some(kept), Some(found)) = (model.get_mut(&chosen), table.get(&chosen)) {
                kept.last_seen = found.last_seen;
            }
            if random.random_range(0..40) == 0 {
                wander(&mut random, &table);
                assert_in_order(&table);
            }
        }
        assert_eq!(table.len(), model.len());
        for (id, record) in model {
            assert_eq!(table.get(&id), Some(record));
        }
    }
}

#[test]
fn a_table_without_more_addresses_is_full_and_stays_whole() {
    for at_the_end in [false, true] {
        let table = table_of(LEAST_LINES);
        let name = |number| if at_the_end { u32::MAX } else { spread(number) };
        while at_the_end && force(&table, true) {}
        let put_many = || {
            (0..40_000).take_while(|number| put(&table, &id(name(*number), *number)).is_ok()).count() as u64
        };
        let count = put_many();
        let most = fullest(table.shape().capacity()) as u64;
        assert!(
            if at_the_end { count > OVERHANG as u64 && count < most } else { count == most },
            "{count} of {most}"
        );
        assert_in_order(&table);
        assert!((0..count).all(|number| table.get(&id(name(number), number)).is_some()));
        assert_eq!(table.get(&id(name(count), count)), None);
        // Smaller than what is in it, and back, unless the lines are full to the last one.
        for up in [false, true] {
            for step in 0..200 {
                let before = table.shape();
                let is_done = force(&table, up);
                assert!(is_done || at_the_end && table.shape() == before);
                if step % 50 == 0 {
                    assert_in_order(&table);
                }
            }
        }
        assert_in_order(&table);
        assert!((0..count).all(|number| table.get(&id(name(number), number)).is_some()));
        assert!((0..count).all(|number| take(&table, &id(name(number), number))));
        assert_eq!(table.len(), 0);
        assert!(put_many() + 600 > count);
    }
}

/// Nobody sees anything but what is there, however often all of it is moved.
#[test]
fn readers_and_writers_bear_with_a_table_that_is_reshaped_all_the_time() {
    let deadline = Instant::now() + Duration::from_millis(1_200);
    for (seed, stay, come_and_go) in [(1, 200, 50), (2, 2_500, 300), (3, 12_000, 2_000)] {
        let table = table_of(1 << 16);
        let mut random = SmallRng::seed_from_u64(seed);
        let mut stays: Vec<IdHash> = (0..stay).map(|number| id(crowded(&mut random), number)).collect();
        stays.retain(|id| put(&table, id).is_ok());
        let (is_over, table, stays) = (AtomicBool::new(false), &table, &stays);
        let until = Instant::now() + (deadline - Instant::now()) / (4 - seed as u32);
        thread::scope(|threads| {
            for reader in 0..3 {
                let is_over = &is_over;
                threads.spawn(move || {
                    let mut random = SmallRng::seed_from_u64(100 * seed + reader);
                    while !is_over.load(Relaxed) {
                        let id_there = &stays[random.random_range(0..stays.len())];
                        let found = table.get(id_there).expect("it stays");
                        let last_seen = record_of(id_there).last_seen;
                        assert!(found.last_seen >= last_seen);
                        assert_eq!(SessionRecord { last_seen, ..found }, record_of(id_there));
                        assert_eq!(table.get(&id(crowded(&mut random), u64::MAX)), None, "it never came");
                        if random.random_range(0..8) == 0 {
                            let seen = Timestamp(last_seen.0 + random.random_range(0..9));
                            assert!(table.touch(&id_there.into(), seen), "it stays");
                            assert!(table.get(id_there).is_some_and(|record| record.last_seen >= seen));
                        }
                    }
                });
            }
            for writer in 0..2 {
                let is_over = &is_over;
                threads.spawn(move || come_and_go_until(is_over, table, 1000 * seed + writer, come_and_go));
            }
            threads.spawn(|| {
                let mut random = SmallRng::seed_from_u64(seed);
                while Instant::now() < until {
                    wander(&mut random, table);
                }
                is_over.store(true, Relaxed);
            });
        });
        assert_in_order(table);
        assert_eq!(table.len(), stays.len());
    }
}

/// Puts sessions in and takes them out again: whose they are sees each at once, and not any more at once.
fn come_and_go_until(is_over: &AtomicBool, table: &SessionTable, writer: u64, most: usize) {
    let mut random = SmallRng::seed_from_u64(writer);
    let (mut mine, mut count) = (Vec::new(), 0);
    let leave = |mine: &mut Vec<IdHash>, random: &mut SmallRng| {
        let one = mine.swap_remove(random.random_range(0..mine.len()));
        assert_eq!(table.get(&one), Some(record_of(&one)));
        assert!(take(table, &one));
        assert_eq!(table.get(&one), None);
        assert!(!table.touch(&(&one).into(), Timestamp(u64::MAX)));
    };
    while !is_over.load(Relaxed) {
        if mine.len() < most && random.random_range(0..9) < 5 || mine.is_empty() {
            count += 1;
            let one = id(crowded(&mut random), writer << 40 | count);
            if put(table, &one).is_ok() {
                assert_eq!(table.get(&one), Some(record_of(&one)));
                mine.push(one);
            }
        } else {
            leave(&mut mine, &mut random);
        }
    }
    while !mine.is_empty() {
        leave(&mut mine, &mut random);
    }
}
