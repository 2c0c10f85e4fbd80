//! What is asked, and of which entries. The cases are data: see [`cases`].

mod case;
mod cases;
mod fault;
mod question;
mod rotation;
mod storm;

use measure::record::{Profile, Question};

pub(crate) use self::{
    case::{Case, FeedLoss},
    fault::Fault,
    question::concerns,
    rotation::Rotation,
    storm::Storm,
};

/// The cases of a question that a profile measures.
pub(crate) fn cases_of(question: Question, profile: Profile) -> impl Iterator<Item = &'static Case> {
    cases::all().filter(move |case| case.question == question && profile >= case.from)
}

/// The case of that name.
pub(crate) fn find(question: Question, name: &str) -> Option<&'static Case> {
    cases::all().find(|case| case.question == question && case.name == name)
}

#[cfg(test)]
mod tests {
    use catalogue::Need;
    use measure::pays_from::{ALL_MISS, HIT_RATE, ONE_MISSES, without_cache};

    use super::{case::grouped, *};

    #[test]
    fn numbers_in_reasons_are_written_as_in_cases() {
        for (number, written) in [(7, "7"), (1_000, "1 000"), (100_000, "100 000"), (1_234_567, "1 234 567")]
        {
            assert_eq!(grouped(number), written);
        }
    }

    #[test]
    fn cases_of_a_question_have_different_names() {
        for (at, case) in cases::all().enumerate() {
            let same = |other: &&Case| (other.question, other.name) == (case.question, case.name);
            assert_eq!(cases::all().position(|other| same(&other)), Some(at), "{}", case.name);
        }
    }

    #[test]
    fn only_who_is_measured_with_fewer_sessions_sits_a_large_case_out() {
        let largest = find(Question::Lookup, "10m-uniform").unwrap();
        let reason = largest.absence_of_memory(1_000_000).unwrap();
        assert!(reason.starts_with("10 000 000 of its records"), "{reason}");
        assert_eq!(largest.absence_of_memory(usize::MAX), None);
        assert_eq!(find(Question::Lookup, "1m-uniform").unwrap().absence_of_memory(1_000_000), None);
    }

    #[test]
    fn independent_look_ups_are_a_matter_of_this_process() {
        for case in cases::all().filter(|case| case.independent) {
            assert!(case.concerns("session-memory", &[], true, false), "{}", case.name);
            for need in [Need::Redis, Need::Folder] {
                assert!(!case.concerns("session-elsewhere", &[need], false, false), "{}", case.name);
            }
        }
    }

    #[test]
    fn what_designs_are_chosen_by_is_in_every_round_and_its_conditions_in_enough_for_an_interval() {
        for case in cases::all() {
            let (quick, standard) = (case.rounds_of(2), case.rounds_of(9));
            match case.question {
                once if once.is_measured_once() || case.rotation.is_counted() => {
                    assert_eq!((quick, standard), (1, 1), "{}", case.name)
                }
                Question::Issue | Question::Authorise if case.population < 1_000_000 => {
                    assert_eq!((quick, standard), (2, 9), "{}", case.name)
                }
                Question::Request if !case.common => {
                    assert_eq!((quick, standard), (2, 9), "{}", case.name)
                }
                _ => {
                    assert!(quick >= 1 && standard as usize >= measure::stats::LEAST_ROUNDS, "{}", case.name)
                }
            }
        }
    }

    #[test]
    fn an_outage_is_measured_once_and_in_a_quick_run_for_two() {
        let quick: Vec<_> = cases_of(Question::Outage, Profile::Quick).collect();
        assert_eq!(quick.len(), 1);
        let case = quick[0];
        assert!(case.is_in_round(0) && (1..9).all(|round| !case.is_in_round(round)));
        for (id, needs, measured) in [
            ("jwt-hs256", &[][..], true),
            ("session-redis", &[Need::Redis], true),
            ("session-memory", &[], false),
            ("session-postgres", &[Need::Postgres], false),
        ] {
            assert_eq!(case.absence_of_outage(id, needs, Profile::Quick).is_none(), measured, "{id}");
            assert_eq!(case.absence_of_outage(id, needs, Profile::Standard), None, "{id}");
        }
    }

    #[test]
    fn a_storm_is_counted_once_and_a_quick_run_has_a_small_one() {
        let quick: Vec<_> = cases_of(Question::RefreshStorm, Profile::Quick).collect();
        let all: Vec<_> = cases_of(Question::RefreshStorm, Profile::Standard).collect();
        assert!(quick.len() < all.len());
        let clients = |case: &Case| match case.storm.unwrap() {
            Storm::Expiry { clients, .. } => clients,
            Storm::Repeats { .. } => 0,
        };
        assert_eq!(quick.iter().map(|case| clients(case)).max(), Some(2_000));
        assert_eq!(all.iter().map(|case| clients(case)).max(), Some(10_000));
        for case in all {
            assert!(
                case.is_counted_alone()
                    && case.is_in_round(0)
                    && (1..9).all(|round| !case.is_in_round(round))
            );
        }
        let asked: Vec<&str> = catalogue::descriptions()
            .iter()
            .filter(|entry| concerns(entry, Question::RefreshStorm))
            .map(|entry| entry.id)
            .collect();
        assert!(
            asked.contains(&Question::RefreshStorm.reference()) && !asked.contains(&"jwt-hs256"),
            "{asked:?}"
        );
    }

    #[test]
    fn the_rows_of_caches_know_their_cases_and_what_each_is_in_front_of() {
        let misses = |name| find(Question::HitRate, name).unwrap().misses;
        assert_eq!((misses(ALL_MISS), misses(ONE_MISSES)), (Some(1_000), Some(1)));
        assert_eq!(HIT_RATE, 0.999);
        let caches = catalogue::descriptions()
            .into_iter()
            .filter_map(|entry| Some((entry.id, entry.capabilities.cache?)));
        for (id, cache) in caches {
            assert_eq!(without_cache(id), Some(cache.of), "{id}");
        }
    }

    #[test]
    fn what_stands_without_a_cache_is_measured_where_all_miss_and_where_none_does() {
        for (name, measured) in
            [("1000-misses", true), ("500-misses", false), ("1-miss", false), ("no-miss", true)]
        {
            let case = find(Question::HitRate, name).unwrap();
            assert_eq!(case.concerns("jwt-rs256", &[], true, false), measured, "{name}");
            assert!(case.concerns("jwt-rs256-cached", &[], false, true), "{name}");
            assert!(case.concerns("session-memory", &[], true, false), "{name}: the reference");
        }
    }

    #[test]
    fn who_cannot_suffer_an_outage_says_why() {
        let reason = |name, needs: &[Need]| {
            let case = find(Question::Outage, name).unwrap();
            case.absence_of_outage("session-x", needs, Profile::Full).unwrap_or_default()
        };
        assert!(reason("killed-data-kept", &[Need::Memcached]).contains("killed-data-lost"));
        assert!(reason("killed-data-lost", &[Need::Postgres]).contains("killed-data-kept"));
        assert!(reason("frozen", &[]).contains("no store to lose"));
        assert_eq!(reason("frozen", &[Need::Memcached]), "");
        assert!(reason("frozen", &[Need::RedisCluster]).contains("primary-lost"));
        assert!(reason("primary-lost", &[Need::Redis]).contains("no replica"));
        assert_eq!(reason("primary-lost", &[Need::RedisCluster]), "");
    }

    #[test]
    fn each_independent_case_has_its_dependent_twin() {
        for case in cases::all().filter(|case| case.independent) {
            let twin = case.name.strip_suffix("-independent").and_then(|name| find(case.question, name));
            assert!(
                twin.is_some_and(|twin| !twin.independent
                    && twin.population == case.population
                    && twin.from <= case.from),
                "{}",
                case.name
            );
        }
    }
}
