//! The order of the lines, through growing and shrinking; and names that are no random ones.

use authoriser::PermissionSet;

use super::*;

/// An id of that short form; the rest tells two of the same apart.
pub(super) fn id(short: u32, rest: u64) -> IdHash {
    let mut bytes = [0; IdHash::BYTES];
    bytes[..4].copy_from_slice(&short.to_le_bytes());
    bytes[8..16].copy_from_slice(&rest.to_le_bytes());
    IdHash::from_bytes(bytes)
}

/// Different shorts for different numbers, spread evenly.
pub(super) const fn spread(number: u64) -> u32 {
    (number as u32).wrapping_mul(0x9e37_79b1)
}

fn record(number: u64) -> SessionRecord {
    SessionRecord::new(UserId(number), PermissionSet::EMPTY, Timestamp(number))
}

fn insert(table: &SessionTable, id: &IdHash, number: u64) {
    let short = ShortId::of(&id.into());
    let links = Links { newer: short, older: short };
    table.insert(&Session { id: id.into(), record: record(number), links }).expect("there is room");
}

fn remove(table: &SessionTable, id: &IdHash, number: u64) -> bool {
    table.remove(&id.into(), UserId(number), |_| true).is_some()
}

/// Everybody is behind everybody with a smaller name, and there is no gap between anybody and their home.
pub(super) fn assert_in_order(table: &SessionTable) {
    let (shape, lines) = (table.shape(), &table.lines);
    let (mut last, mut vacant, mut count) = (0, None, 0);
    for (at, line) in lines[..lines.len().min(1 << 17)].iter().enumerate() {
        if !line::in_use(line) {
            vacant = Some(at);
            continue;
        }
        let short = line::short(line);
        assert!(short.0 >= last, "line {at} is out of order");
        let home = shape.home(short);
        assert!(home <= at && vacant.is_none_or(|vacant| vacant < home), "line {at} cannot be reached");
        (last, count) = (short.0, count + 1);
    }
    assert_eq!(count, table.len());
}

#[test]
fn lines_stay_in_order_while_the_table_grows_and_shrinks() {
    let table = SessionTable::new();
    let most = 100_000;
    for number in 0..most {
        insert(&table, &id(spread(number), number), number);
        if number % 9_973 == 0 {
            assert_in_order(&table);
        }
    }
    assert_in_order(&table);
    let (peak, capacity) = (table.mapped_bytes(), table.shape().capacity());
    assert!(limit(capacity) >= 99_000 && limit(capacity) < 105_000, "{capacity} lines");
    for number in 0..most {
        assert_eq!(table.get(&id(spread(number), number)), Some(record(number)));
        assert_eq!(table.get(&id(spread(number), most)), None);
    }
    for number in 100..most {
        assert!(remove(&table, &id(spread(number), number), number));
        if number % 9_973 == 0 {
            table.shrink();
            assert_in_order(&table);
        }
    }
    while table.shape() != Shape::of(SMALLEST) {
        let before = table.shape();
        table.shrink();
        assert_ne!(table.shape(), before, "it shrinks to the end");
        assert_in_order(&table);
    }
    assert!(table.mapped_bytes() * 10 < peak);
    for number in 0..most {
        let found = table.get(&id(spread(number), number));
        assert_eq!(found, (number < 100).then(|| record(number)));
    }
}

#[test]
fn sessions_of_one_name_are_found_beyond_their_block() {
    let table = SessionTable::new();
    // As no hash is: two blocks of one name, and others around them.
    let crowd = 2 * BLOCK as u64 + 100;
    let all = [(0, 10), (7, crowd), (8, 10), (u32::MAX, 10)];
    for (short, count) in all {
        (0..count).for_each(|number| insert(&table, &id(short, number), number));
    }
    assert_in_order(&table);
    for (short, count) in all {
        for number in (0..count).step_by(10) {
            assert_eq!(table.get(&id(short, number)), Some(record(number)));
        }
        assert_eq!(table.get(&id(short, count)), None);
    }
    assert_eq!(table.get(&id(9, 0)), None);
    for (short, count) in all {
        assert!((0..count).all(|number| remove(&table, &id(short, number), number)));
        assert_in_order(&table);
    }
    assert_eq!(table.len(), 0);
}

#[test]
fn a_hash_of_zeros_is_one_like_any_other() {
    let (table, zeros) = (SessionTable::new(), IdHash::from_bytes([0; IdHash::BYTES]));
    assert_eq!(table.get(&zeros), None);
    insert(&table, &zeros, 0);
    assert_eq!(table.get(&zeros), Some(record(0)));
    assert_eq!(table.get(&id(0, 1)), None);
    assert!(remove(&table, &zeros, 0) && table.get(&zeros).is_none());
}
