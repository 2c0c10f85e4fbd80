//! Several requests at once are decided as each of them alone would be.

use super::{Subject, customer, own_orders};
use crate::{AccessRequest, Authoriser, Basis, Clock, Denial, Grant, Request, Timestamp, UserId};

const USER: UserId = UserId(7);
const OTHER: UserId = UserId(8);

/// A grant without the path to it: what was looked up one by one may be cached when it is asked again.
fn decision(answer: &Result<Grant, Denial>) -> Result<(UserId, Basis), Denial> {
    answer.map(|grant| (grant.user, grant.basis))
}

/// Batches of every size up to 40 with good, tampered, expired, forbidden and foreign credentials and garbage, long
/// and short: the answers are those of one request after the other, in order.
pub async fn batches_are_decided_one_by_one<A: Authoriser>(subject: Subject<A>) {
    // Issued in the past, and not the others in the future: some peers look at the system's clock as well.
    let now = subject.clock.now();
    subject.clock.set(Timestamp(now.0 - subject.design.properties().lifetime.as_secs()));
    let expired = subject.issue(&customer(USER.0)).await;
    subject.clock.set(now);
    let good = subject.issue(&customer(USER.0)).await.reveal().as_bytes().to_vec();
    let good_too = subject.issue(&customer(OTHER.0)).await;
    let mut tampered = good.clone();
    let middle = tampered.len() / 2;
    tampered[middle] ^= 1;
    let long = [&good[..], &vec![b'A'; 5_000]].concat();

    let kinds: [(&[u8], AccessRequest); 10] = [
        (&good, own_orders(USER)),
        (&tampered, own_orders(USER)),
        (good_too.reveal().as_bytes(), own_orders(OTHER)),
        (expired.reveal().as_bytes(), own_orders(USER)),
        (&good, own_orders(OTHER)),
        (b"", own_orders(USER)),
        (good_too.reveal().as_bytes(), own_orders(OTHER)),
        (b"AAAA.BBBB.CCCC", own_orders(USER)),
        (&long, own_orders(USER)),
        (&good[..good.len() - 1], own_orders(USER)),
    ];
    let mut alone = Vec::new();
    for (presented, access) in kinds {
        alone.push(decision(&subject.design.authorise(presented, &access).await));
    }
    assert_eq!(alone[0], Ok((USER, Basis::Owner)));
    assert_eq!(alone[2], Ok((OTHER, Basis::Owner)));
    assert_eq!(alone[4], Err(Denial::Forbidden));
    assert!([1, 3, 5, 7, 8, 9].iter().all(|refused| alone[*refused].is_err()), "{alone:?}");

    let mut answers = vec![Err(Denial::Unknown); 3];
    for size in 0..=40 {
        // A stride of three visits all ten kinds; each size begins with another one.
        let picked: Vec<_> = (0..size).map(|place| (size + 3 * place) % kinds.len()).collect();
        let requests: Vec<_> =
            picked.iter().map(|kind| Request { presented: kinds[*kind].0, access: kinds[*kind].1 }).collect();
        subject.design.authorise_many(&requests, &mut answers).await;
        let expected: Vec<_> = picked.iter().map(|kind| alone[*kind]).collect();
        assert_eq!(answers.iter().map(decision).collect::<Vec<_>>(), expected, "a batch of {size}");
    }
}
