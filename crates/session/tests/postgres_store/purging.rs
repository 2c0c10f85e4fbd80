//! Purging in bounded steps, past what others are at.

use super::*;

#[test]
fn what_is_over_is_purged_in_bounded_steps_and_nothing_else() {
    const ROWS: i64 = 2_500;
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let client = client(&server).await;
        // Every fifth is alive; a fifth each is idle too long, too old, or both by one second.
        client
            .execute(
                "INSERT INTO sessions SELECT n, CASE WHEN n % 5 IN (1, 2) THEN 0 ELSE 100000 END, \
                 CASE WHEN n % 5 IN (2, 3) THEN 100000 ELSE 143200 END, 0, sha256(n::text::bytea) \
                 FROM generate_series(1, $1::bigint) AS n",
                &[&ROWS],
            )
            .await
            .unwrap();
        let (policy, now) = (SessionPolicy::default(), Timestamp(143_200 - 1));
        // Created at 100 000 they are 43 199 seconds old, one less than the limit.
        let (mut removed, mut steps) = (0, Vec::new());
        loop {
            let step = store.purge(&policy, now).await.unwrap();
            removed += step.removed;
            steps.push(step.removed);
            if step.round_complete {
                break;
            }
        }
        assert_eq!(removed, 1_500, "{steps:?}");
        assert_eq!(steps.len(), 3, "{steps:?}");
        let left: i64 = client.query_one("SELECT count(*) FROM sessions", &[]).await.unwrap().get(0);
        assert_eq!(left, 1_000);
        assert_eq!(store.purge(&policy, now).await.unwrap().removed, 0, "the next round starts over");
    });
}

#[test]
fn a_purge_waits_for_nobody_and_leaves_what_is_being_changed_to_the_next() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let ids: Vec<_> = (0..10).map(|_| id::<PostgresStore>(UserId(7))).collect();
        for id in &ids {
            store.insert(id, &record(7, 0), &policy).await.unwrap();
        }
        let admin = client(&server).await;
        // As a logout everywhere holds them until its commit.
        admin.batch_execute("BEGIN").await.unwrap();
        for id in &ids[..3] {
            admin.execute("DELETE FROM sessions WHERE id = $1", &[&&id.as_bytes()[..]]).await.unwrap();
        }
        let over = LOGIN.after(policy.idle());
        assert_eq!(store.purge(&policy, over).await.map(|step| step.removed), Ok(7));
        admin.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(store.purge(&policy, over).await.map(|step| step.removed), Ok(3));
        assert_eq!(store.list(UserId(7)).await, Ok(Vec::new()));
    });
}

/// Each session that is over is also being used, so that the two reach for the same rows.
#[test]
fn a_session_that_is_used_during_a_purge_stays() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let over = LOGIN.after(policy.idle());
        for _ in 0..20 {
            let ids: Vec<_> = (0..50).map(|_| id::<PostgresStore>(UserId(7))).collect();
            for id in &ids {
                store.insert(id, &record(7, 0), &policy).await.unwrap();
            }
            let used = SessionRecord { last_seen: over, ..record(7, 0) };
            let touches = join_all(ids.iter().map(|id| store.touch(id, &used, &policy)));
            let (touched, purged) = tokio::join!(touches, store.purge(&policy, over));
            let noted = touched.iter().filter(|answer| **answer == Ok(Touched::Noted)).count();
            let gone = touched.iter().filter(|answer| **answer == Ok(Touched::Gone)).count();
            assert_eq!((noted + gone, gone as u64), (50, purged.unwrap().removed), "{touched:?}");
            for (id, answer) in ids.iter().zip(touched) {
                let expected = (answer == Ok(Touched::Noted)).then_some(used);
                assert_eq!(store.get(id).await, Ok(expected), "a use that was noted is lost");
            }
            store.remove_all(UserId(7)).await.unwrap();
        }
    });
}
