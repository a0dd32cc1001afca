//! The writer on a real store.

use haltere_core::{
    AuditAction, AuditOutcome, Caller, Origin, Revision, Role, SessionId, Timestamp,
};
use haltere_store::AuditFilter;
use haltere_testkit::wait::{DEADLINE, until};
use tokio::task::yield_now;

use std::sync::Arc;
use std::time::Duration;

use haltere_core::AuditEntry;
use tokio_util::task::TaskTracker;

use super::*;
use crate::app::AuditSettings;
use crate::error::NotAllowed;
use crate::now::now;
use crate::policy::{Action, Principal, Resource};
use crate::testing::TestApp;

/// The entry of a test as [`TestApp::audit`] shows it.
fn line(object: usize) -> String {
    format!("admin connection.read_secrets {object} success")
}

fn entry(test: &TestApp, object: usize) -> AuditEntry {
    let action = AuditAction::ConnectionReadSecrets;
    done(now(&**test.app.clock()), &test.ctx(Role::Admin), action, &object.to_string(), "")
}

#[tokio::test]
async fn concurrent_entries_are_all_written() {
    let test = TestApp::start().await;
    let writer = Arc::new(AuditWriter::new(
        Arc::clone(&test.store),
        TaskTracker::new(),
        &AuditSettings::default(),
    ));
    // Another transaction makes them wait.
    let busy = test.store.write().await.expect("a transaction");
    let appends = (0..100).map(|object| {
        let (writer, entry) = (Arc::clone(&writer), entry(&test, object));
        tokio::spawn(async move { writer.append(entry).await })
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
async fn an_entry_is_written_after_its_reader_is_cancelled() {
    let test = TestApp::start().await;
    let tasks = TaskTracker::new();
    let writer = Arc::new(AuditWriter::new(
        Arc::clone(&test.store),
        tasks.clone(),
        &AuditSettings::default(),
    ));
    let busy = test.store.write().await.expect("a transaction");
    let (reader, entry) = (Arc::clone(&writer), entry(&test, 7));
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

fn writer_with_windows(test: &TestApp, reads_within: Duration) -> Arc<AuditWriter> {
    let settings = AuditSettings { reads_within, ..AuditSettings::default() };
    Arc::new(AuditWriter::new(Arc::clone(&test.store), TaskTracker::new(), &settings))
}

fn revision(number: u64) -> Content {
    Content::Connection { revision: Revision(number), created_at: Timestamp::UNIX_EPOCH }
}

fn unchanged() -> Content {
    revision(1)
}

/// The entries of reads of `object`, oldest first: the count, and whether it is a sum.
async fn reads_of(test: &TestApp, object: usize) -> Vec<(u64, bool)> {
    let filter =
        AuditFilter { object: Some(object.to_string()), limit: 1000, ..AuditFilter::default() };
    let records = test.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    let repeats = records.into_iter().rev().map(|record| record.entry.repeats);
    repeats.map(|it| (it.map_or(1, |it| it.times), it.is_some())).collect()
}

#[tokio::test]
async fn concurrent_reads_of_the_same_content_are_one_entry_and_a_sum() {
    let test = TestApp::start().await;
    let writer = writer_with_windows(&test, MINUTE);
    let ctx = test.ctx(Role::Admin);
    // Another transaction delays the first write until all have arrived.
    let busy = test.store.write().await.expect("a transaction");
    let reads = (0..100).map(|_| {
        let (writer, ctx, entry) = (Arc::clone(&writer), ctx.clone(), entry(&test, 7));
        tokio::spawn(async move { writer.append_read(&ctx, unchanged(), entry).await })
    });
    let reads: Vec<_> = reads.collect();
    yield_now().await;
    assert!(reads.iter().all(|read| !read.is_finished()), "none is answered before one is written");
    drop(busy);
    for read in reads {
        read.await.expect("no panic").expect("on record");
    }
    assert_eq!(reads_of(&test, 7).await, [(1, false)]);
    writer.close().await;
    assert_eq!(reads_of(&test, 7).await, [(1, false), (99, true)]);
}

#[tokio::test]
async fn new_content_and_another_reader_have_entries_at_once() {
    let test = TestApp::start().await;
    let writer = writer_with_windows(&test, MINUTE);
    let ctx = test.ctx(Role::Admin);
    let mut elsewhere = ctx.clone();
    elsewhere.origin.address = None;
    let mut another_session = ctx.clone();
    another_session.principal = Principal::of(Caller {
        user: TestApp::user(Role::Admin),
        roles: Role::Admin.into(),
        session: Some(SessionId([7; 32])),
    });
    let (first, second) = (revision(1), revision(2));
    for (ctx, content) in [
        (&ctx, &first),
        (&ctx, &second),
        (&ctx, &first),
        (&elsewhere, &first),
        (&another_session, &first),
    ] {
        writer.append_read(ctx, content.clone(), entry(&test, 7)).await.expect("on record");
    }
    assert_eq!(reads_of(&test, 7).await, [(1, false); 4]);
    writer.append_read(&ctx, first, entry(&test, 8)).await.expect("on record");
    assert_eq!(reads_of(&test, 8).await, [(1, false)]);
}

#[tokio::test]
async fn a_sum_is_written_when_its_window_ends_and_the_next_read_is_an_entry() {
    let test = TestApp::start().await;
    let writer = writer_with_windows(&test, Duration::from_millis(300));
    let closing = tokio::spawn({
        let writer = Arc::clone(&writer);
        async move {
            loop {
                writer.sums_are_due().await;
                writer.write_due_sums().await.expect("written");
            }
        }
    });
    let ctx = test.ctx(Role::Admin);
    until("a sum", DEADLINE, async || {
        writer.append_read(&ctx, unchanged(), entry(&test, 7)).await.expect("on record");
        reads_of(&test, 7).await.iter().any(|(_, is_sum)| *is_sum).then_some(())
    })
    .await;
    let known = reads_of(&test, 7).await.len();
    until("the next entry of its own", DEADLINE, async || {
        writer.append_read(&ctx, unchanged(), entry(&test, 7)).await.expect("on record");
        (reads_of(&test, 7).await.len() > known).then_some(())
    })
    .await;
    closing.abort();
}

#[tokio::test]
async fn no_read_is_answered_while_the_store_refuses_writes() {
    let test = TestApp::start().await;
    let store = test.another_store().await;
    let writer = Arc::new(AuditWriter::new(
        Arc::clone(&store),
        TaskTracker::new(),
        &AuditSettings::default(),
    ));
    let ctx = test.ctx(Role::Admin);
    let read = async || writer.append_read(&ctx, unchanged(), entry(&test, 7)).await;
    read().await.expect("on record");
    read().await.expect("counted");
    store.close().await;
    until("a refusal", DEADLINE, async || read().await.is_err().then_some(())).await;
    assert!(read().await.is_err(), "also while the window is open");
    writer.close().await;
    assert_eq!(writer.unwritten().len(), 1, "the sum waits for the store");
}

/// All refusals, oldest first: the actor, the count, and whether it is a sum.
async fn refusals(test: &TestApp) -> Vec<(String, u64, bool)> {
    let filter = AuditFilter { limit: 10_000, ..AuditFilter::default() };
    let records = test.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    let entries = records.into_iter().rev().map(|record| record.entry);
    let denied = entries.filter(|entry| entry.outcome == AuditOutcome::Denied);
    denied.map(|it| (it.actor, it.repeats.map_or(1, |it| it.times), it.repeats.is_some())).collect()
}

#[tokio::test]
async fn repeated_refusals_of_a_user_are_two_entries_per_kind_and_then_429() {
    let test = TestApp::start().await;
    let viewer = test.ctx(Role::Viewer);
    let object = "x".repeat(10_000);
    let (mut n, mut n_too_often) = (0, 0);
    for action in [Action::DeleteConnection, Action::SwitchPlugin] {
        for _ in 0..200 {
            n += 1;
            match test.app.authorize(&viewer, action, Resource::Plugin(&object)).await {
                Err(NotAllowed::InsufficientRole) => assert_eq!(n_too_often, 0, "{n}"),
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
    assert!(test.app.metrics().limited_refusals >= 10);
    let by_another =
        test.app.authorize(&test.ctx(Role::Editor), Action::BackUp, Resource::Instance).await;
    assert_eq!(by_another, Err(NotAllowed::InsufficientRole), "other users are not affected");
    let filter = AuditFilter { limit: 1_000, ..AuditFilter::default() };
    let records = test.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    let longest = records.iter().map(|record| record.entry.object.len()).max();
    assert_eq!(longest, Some(256));
    let test = test.restart().await;
    let refusals = refusals(&test).await;
    let of_viewer: Vec<_> = refusals.iter().filter(|(who, ..)| who == "viewer").collect();
    assert!(of_viewer.len() <= 4, "{of_viewer:?}");
    assert_eq!(of_viewer.iter().map(|(_, times, _)| times).sum::<u64>(), n);
}

/// The sum says nothing of an object that was not the object of all repeats.
#[tokio::test]
async fn a_sum_of_refusals_names_an_object_only_if_it_is_the_only_one() {
    for (objects, named) in [(8, ""), (1, "press-1")] {
        let test = TestApp::start().await;
        let writer = writer_with_windows(&test, MINUTE);
        let viewer = test.ctx(Role::Viewer);
        for n in 0..140 {
            let object = format!("press-{}", n % objects + 1);
            let (at, action) = (now(&**test.app.clock()), AuditAction::ConnectionDelete);
            let entry = denied(at, &viewer, action, &object, "insufficient role");
            writer.append_refusal(&viewer, entry).await;
        }
        writer.close().await;
        let filter = AuditFilter { limit: 1_000, ..AuditFilter::default() };
        let records = test.store.read().await.unwrap().audit().list(&filter).await.unwrap();
        let entries = records.into_iter().rev().map(|record| record.entry);
        let refusals = entries.filter(|entry| entry.outcome == AuditOutcome::Denied);
        let refusals: Vec<_> =
            refusals.map(|it| (it.object, it.repeats.map_or(1, |it| it.times))).collect();
        assert_eq!(refusals, [("press-1".to_owned(), 1), (named.to_owned(), 139)]);
    }
}

#[tokio::test]
async fn failed_logins_from_many_addresses_are_bounded_and_hide_no_user() {
    let test = TestApp::start().await;
    let writer = writer_with_windows(&test, MINUTE);
    let failed = |n: u32| {
        let origin = Origin {
            address: Some(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n).into()),
            request_id: n.to_string(),
        };
        login_denied(now(&**test.app.clock()), &format!("name {n}"), &origin, "wrong")
    };
    for n in 0..1_000 {
        writer.append_failed_login(failed(n)).await.expect("on record");
    }
    let entry = denied(
        now(&**test.app.clock()),
        &test.ctx(Role::Viewer),
        AuditAction::ConnectionDelete,
        "a",
        "insufficient role",
    );
    assert_eq!(writer.append_refusal(&test.ctx(Role::Viewer), entry).await, None);
    writer.close().await;
    let refusals = refusals(&test).await;
    assert_eq!(
        refusals.len(),
        300 + 1 + 1 + 1,
        "the first of the others, the user's, the sum of the others"
    );
    assert_eq!(refusals[300], (String::new(), 1, false));
    assert_eq!(refusals[301], ("viewer".to_owned(), 1, false));
    assert_eq!(refusals[302], (String::new(), 699, true));
}
