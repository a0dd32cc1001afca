//! The trail on a real store.

use haltere_core::{AuditAction, AuditOutcome, Origin, Revision, Role, SessionId, Timestamp};
use haltere_store::AuditFilter;
use haltere_testkit::wait::{PATIENCE, until};
use tokio::task::yield_now;

use super::*;
use crate::audit;
use crate::error::NotAllowed;
use crate::policy::Action;
use crate::testing::TestApp;

/// What the tests' entries look like in [`TestApp::audit`].
fn line(object: usize) -> String {
    format!("admin connection.read_secrets {object} success")
}

fn entry(test: &TestApp, object: usize) -> AuditEntry {
    let action = AuditAction::ConnectionReadSecrets;
    audit::done(test.app.now(), &test.ctx(Role::Admin), action, &object.to_string(), "")
}

#[tokio::test]
async fn entries_that_come_at_once_are_all_written() {
    let test = TestApp::start().await;
    let trail = Arc::new(Trail::new(
        Arc::clone(&test.store),
        TaskTracker::new(),
        &AuditSettings::default(),
    ));
    // Another writer is at it, so that they have to wait.
    let busy = test.store.write().await.expect("a transaction");
    let appends = (0..100).map(|object| {
        let (trail, entry) = (Arc::clone(&trail), entry(&test, object));
        tokio::spawn(async move { trail.append(entry).await })
    });
    let appends: Vec<_> = appends.collect();
    drop(busy);
    for append in appends {
        append.await.expect("no panic").expect("written");
    }
    let found = test.audit().await;
    for object in 0..100 {
        assert_eq!(found.iter().filter(|found| **found == line(object)).count(), 1);
    }
}

#[tokio::test]
async fn an_entry_is_written_though_its_reader_has_gone() {
    let test = TestApp::start().await;
    let tasks = TaskTracker::new();
    let trail =
        Arc::new(Trail::new(Arc::clone(&test.store), tasks.clone(), &AuditSettings::default()));
    let busy = test.store.write().await.expect("a transaction");
    let (reader, entry) = (Arc::clone(&trail), entry(&test, 7));
    let reader = tokio::spawn(async move { reader.append(entry).await });
    while tasks.is_empty() {
        yield_now().await;
    }
    reader.abort();
    assert!(reader.await.is_err_and(|error| error.is_cancelled()));
    drop(busy);
    tasks.close();
    tasks.wait().await;
    assert!(test.audit().await.contains(&line(7)));
}

const MINUTE: Duration = Duration::from_mins(1);

fn trail_with_windows(test: &TestApp, reads_within: Duration) -> Arc<Trail> {
    let settings = AuditSettings { reads_within, ..AuditSettings::default() };
    Arc::new(Trail::new(Arc::clone(&test.store), TaskTracker::new(), &settings))
}

fn revision(number: u64) -> Content {
    Content::Connection { revision: Revision(number), created_at: Timestamp::UNIX_EPOCH }
}

fn unchanged() -> Content {
    revision(1)
}

/// What the trail says of looks at `object`, oldest first: how often, and whether it is a sum.
async fn looks_at(test: &TestApp, object: usize) -> Vec<(u64, bool)> {
    let filter =
        AuditFilter { object: Some(object.to_string()), limit: 1000, ..AuditFilter::default() };
    let records = test.store.read().await.unwrap().list_audit(&filter).await.unwrap();
    let repeats = records.into_iter().rev().map(|record| record.entry.repeats);
    repeats.map(|it| (it.map_or(1, |it| it.times), it.is_some())).collect()
}

#[tokio::test]
async fn looks_at_the_same_that_come_at_once_are_one_entry_and_a_sum() {
    let test = TestApp::start().await;
    let trail = trail_with_windows(&test, MINUTE);
    let ctx = test.ctx(Role::Admin);
    // Another writer is at it, so that none is written before all have come.
    let busy = test.store.write().await.expect("a transaction");
    let looks = (0..100).map(|_| {
        let (trail, ctx, entry) = (Arc::clone(&trail), ctx.clone(), entry(&test, 7));
        tokio::spawn(async move { trail.append_look(&ctx, unchanged(), entry).await })
    });
    let looks: Vec<_> = looks.collect();
    yield_now().await;
    assert!(looks.iter().all(|look| !look.is_finished()), "none is answered before one is written");
    drop(busy);
    for look in looks {
        look.await.expect("no panic").expect("on record");
    }
    assert_eq!(looks_at(&test, 7).await, [(1, false)]);
    trail.close().await;
    assert_eq!(looks_at(&test, 7).await, [(1, false), (99, true)]);
}

#[tokio::test]
async fn who_sees_something_new_and_who_is_somebody_else_has_an_entry_at_once() {
    let test = TestApp::start().await;
    let trail = trail_with_windows(&test, MINUTE);
    let ctx = test.ctx(Role::Admin);
    let mut elsewhere = ctx.clone();
    elsewhere.origin.address = None;
    let mut another_session = ctx.clone();
    another_session.caller.session = Some(SessionId([7; 32]));
    let (first, second) = (revision(1), revision(2));
    for (ctx, content) in [
        (&ctx, &first),
        (&ctx, &second),
        (&ctx, &first),
        (&elsewhere, &first),
        (&another_session, &first),
    ] {
        trail.append_look(ctx, content.clone(), entry(&test, 7)).await.expect("on record");
    }
    assert_eq!(looks_at(&test, 7).await, [(1, false); 4]);
    trail.append_look(&ctx, first, entry(&test, 8)).await.expect("on record");
    assert_eq!(looks_at(&test, 8).await, [(1, false)]);
}

#[tokio::test]
async fn a_sum_is_written_when_its_window_is_over_and_the_next_look_is_an_entry() {
    let test = TestApp::start().await;
    let trail = trail_with_windows(&test, Duration::from_millis(300));
    let stopping = CancellationToken::new();
    let closing = tokio::spawn(Arc::clone(&trail).close_windows(stopping.clone()));
    let ctx = test.ctx(Role::Admin);
    until("a sum", PATIENCE, async || {
        trail.append_look(&ctx, unchanged(), entry(&test, 7)).await.expect("on record");
        looks_at(&test, 7).await.iter().any(|(_, is_sum)| *is_sum).then_some(())
    })
    .await;
    let known = looks_at(&test, 7).await.len();
    until("the next entry of its own", PATIENCE, async || {
        trail.append_look(&ctx, unchanged(), entry(&test, 7)).await.expect("on record");
        (looks_at(&test, 7).await.len() > known).then_some(())
    })
    .await;
    stopping.cancel();
    closing.await.expect("it ends");
}

#[tokio::test]
async fn no_look_is_answered_once_the_store_takes_nothing() {
    let test = TestApp::start().await;
    let store = test.another_store().await;
    let trail =
        Arc::new(Trail::new(Arc::clone(&store), TaskTracker::new(), &AuditSettings::default()));
    let ctx = test.ctx(Role::Admin);
    let look = async || trail.append_look(&ctx, unchanged(), entry(&test, 7)).await;
    look().await.expect("on record");
    look().await.expect("counted");
    store.close().await;
    until("a refusal", PATIENCE, async || look().await.is_err().then_some(())).await;
    assert!(look().await.is_err(), "and it stays so while the window is open");
    trail.close().await;
    assert_eq!(trail.unwritten().len(), 1, "the sum waits for the store");
}

/// All refusals on record, oldest first: who, how often, and whether it is a sum.
async fn refusals(test: &TestApp) -> Vec<(String, u64, bool)> {
    let filter = AuditFilter { limit: 10_000, ..AuditFilter::default() };
    let records = test.store.read().await.unwrap().list_audit(&filter).await.unwrap();
    let entries = records.into_iter().rev().map(|record| record.entry);
    let denied = entries.filter(|entry| entry.outcome == AuditOutcome::Denied);
    denied.map(|it| (it.actor, it.repeats.map_or(1, |it| it.times), it.repeats.is_some())).collect()
}

#[tokio::test]
async fn a_user_who_is_refused_again_and_again_fills_two_entries_a_kind_and_is_told_to_wait() {
    let test = TestApp::start().await;
    let viewer = test.ctx(Role::Viewer);
    let object = "x".repeat(10_000);
    let (mut n, mut n_too_often) = (0, 0);
    for action in [Action::DeleteConnection, Action::SwitchPlugin] {
        for _ in 0..200 {
            n += 1;
            match test.app.authorize(&viewer, action, &object).await {
                Err(NotAllowed::RoleTooLow) => assert_eq!(n_too_often, 0, "{n}"),
                Err(NotAllowed::TooOften { retry_after }) => {
                    assert_eq!(retry_after, Duration::from_secs(1));
                    n_too_often += 1;
                }
                other => panic!("{action:?}: {other:?}"),
            }
            if n_too_often == 10 {
                break;
            }
        }
    }
    assert!(test.app.vitals().limited_refusals >= 10);
    let by_another = test.app.authorize(&test.ctx(Role::Editor), Action::BackUp, "").await;
    assert_eq!(by_another, Err(NotAllowed::RoleTooLow), "the others are none of it");
    let filter = AuditFilter { limit: 1_000, ..AuditFilter::default() };
    let records = test.store.read().await.unwrap().list_audit(&filter).await.unwrap();
    let longest = records.iter().map(|record| record.entry.object.len()).max();
    assert_eq!(longest, Some(256));
    let test = test.restart().await;
    let refusals = refusals(&test).await;
    let of_viewer: Vec<_> = refusals.iter().filter(|(who, ..)| who == "viewer").collect();
    assert!(of_viewer.len() <= 4, "{of_viewer:?}");
    assert_eq!(of_viewer.iter().map(|(_, times, _)| times).sum::<u64>(), n);
}

#[tokio::test]
async fn strangers_from_everywhere_fill_so_many_entries_and_hide_no_user() {
    let test = TestApp::start().await;
    let trail = trail_with_windows(&test, MINUTE);
    let failed = |n: u32| {
        let origin = Origin {
            address: Some(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n).into()),
            request_id: n.to_string(),
        };
        audit::login_denied(test.app.now(), &format!("name {n}"), &origin, "wrong")
    };
    for n in 0..1_000 {
        trail.append_failed_login(failed(n)).await.expect("on record");
    }
    let viewer = TestApp::user(Role::Viewer);
    let entry =
        audit::denied(test.app.now(), &test.ctx(Role::Viewer), AuditAction::ConnectionDelete, "a");
    assert_eq!(trail.append_refusal(&viewer, entry).await, None);
    trail.close().await;
    let refusals = refusals(&test).await;
    assert_eq!(refusals.len(), 300 + 1 + 1 + 1, "the crowd's first, a user's, the crowd's sum");
    assert_eq!(refusals[300], (String::new(), 1, false));
    assert_eq!(refusals[301], ("viewer".to_owned(), 1, false));
    assert_eq!(refusals[302], (String::new(), 699, true));
}
