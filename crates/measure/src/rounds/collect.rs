//! Putting the rounds of one batch together.

use crate::record::{Batch, Contestant, Round};

/// Adds what one round measured to the batches collected so far.
pub(super) fn collect(batches: &mut Vec<Batch>, found: Batch, round: u32) {
    let same = |batch: &&mut Batch| batch.question == found.question && batch.case == found.case;
    match batches.iter_mut().find(same) {
        Some(batch) => {
            batch.states.extend(found.states);
            for contestant in found.contestants {
                match batch.contestants.iter_mut().find(|one| one.id == contestant.id) {
                    Some(known) => absorb(known, contestant, round),
                    None => batch.contestants.push(contestant),
                }
            }
        }
        None => batches.push(found),
    }
}

fn absorb(known: &mut Contestant, found: Contestant, round: u32) {
    match found.unavailable {
        // It took part before and now cannot: that is a failure, not an absence.
        Some(reason) if !known.rounds.is_empty() => known.rounds.push(Round {
            round,
            operations_per_sample: 0,
            every: 1,
            samples_ns: Vec::new(),
            cpu_ns: Vec::new(),
            store_cpu_ns: Vec::new(),
            failure: Some(reason),
        }),
        Some(reason) => known.unavailable = Some(reason),
        None => {
            known.unavailable = None;
            known.rounds.extend(found.rounds);
        }
    }
    known.counts.extend(found.counts);
    known.latencies.extend(found.latencies);
    if found.timeline.is_some() {
        known.timeline = found.timeline;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{example, record::Timeline};

    fn one_round(round: u32, unavailable: Option<&str>) -> Batch {
        let mut batch = example::record().executions.remove(0).batches.remove(0);
        batch.contestants.truncate(1);
        let contestant = &mut batch.contestants[0];
        contestant.rounds.truncate(1);
        contestant.rounds[0].round = round;
        if unavailable.is_some() {
            contestant.rounds.clear();
            contestant.unavailable = unavailable.map(str::to_owned);
        }
        batch
    }

    fn collected(found: impl IntoIterator<Item = Batch>) -> Contestant {
        let mut batches = Vec::new();
        for (round, batch) in (0..).zip(found) {
            collect(&mut batches, batch, round);
        }
        assert_eq!(batches.len(), 1);
        batches.remove(0).contestants.remove(0)
    }

    #[test]
    fn rounds_of_a_contestant_come_together() {
        let contestant = collected((0..3).map(|round| one_round(round, None)));
        assert_eq!(contestant.rounds.iter().map(|round| round.round).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(contestant.counts.len(), 3, "counted once a round");
    }

    #[test]
    fn a_timeline_of_one_round_stays_when_others_have_none() {
        let timeline = Timeline {
            bin_ms: 10,
            broken_ms: None,
            mended_ms: None,
            right: vec![20],
            unavailable: vec![0],
            wrongly_rejected: vec![0],
            wrongly_accepted: vec![0],
            unanswered: vec![0],
        };
        let mut first = one_round(0, None);
        first.contestants[0].timeline = Some(timeline.clone());
        assert_eq!(collected([first, one_round(1, None)]).timeline, Some(timeline));
    }

    #[test]
    fn what_was_lost_on_the_way_failed_and_what_never_was_there_is_unavailable() {
        let lost = collected([one_round(0, None), one_round(1, Some("refused"))]);
        assert_eq!(lost.rounds[1].failure.as_deref(), Some("refused"));
        assert_eq!(lost.unavailable, None);

        let never = collected([one_round(0, Some("absent")), one_round(1, Some("absent"))]);
        assert_eq!((never.rounds.len(), never.unavailable.as_deref()), (0, Some("absent")));
    }
}
