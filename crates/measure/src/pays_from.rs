//! The hit rate from which a cache pays, out of two cases of one question.

use crate::{
    across,
    record::{Batch, Contestant, Execution, Question},
    stats::Estimate,
};

/// The case where all requests miss.
pub const ALL_MISS: &str = "1000-misses";
/// The case where one request in a thousand does.
pub const ONE_MISSES: &str = "1-miss";
/// The hit rate of the latter.
pub const HIT_RATE: f64 = 0.999;

/// The entry that a cache is in front of, by the name that such an entry has.
#[must_use]
pub fn without_cache(id: &str) -> Option<&str> {
    id.strip_suffix("-cached").or_else(|| id.strip_suffix("-tracked"))
}

/// Of a cache in the case where all requests miss, with the number of samples and what it is compared with.
pub(crate) fn of_cache(
    execution: &Execution,
    all_miss: &Batch,
    one: &Contestant,
) -> Option<(Estimate, u64, String)> {
    if all_miss.question != Question::HitRate || all_miss.case != ALL_MISS {
        return None;
    }
    let of_case = |batch: &&Batch| batch.question == Question::HitRate && batch.case == ONE_MISSES;
    let one_misses = execution.batches.iter().find(of_case)?;
    let without =
        all_miss.contestants.iter().find(|known| Some(known.id.as_str()) == without_cache(&one.id))?;
    let hits = one_misses.contestants.iter().find(|known| known.id == one.id)?;
    let (estimate, samples) = across::pays_from(one, hits, HIT_RATE, without)?;
    Some((estimate, samples, format!("against {}, in CPU time of this process", without.id)))
}
