//! Delivery to a sink that fails when the test says so.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Role, error_chain};
use haltere_store::{AuditFilter, Store, Transactions};

use tokio_util::sync::CancellationToken;

use super::Delivery;
use crate::audit_sinks::SinkSettings;
use crate::connections::Secrets;
use crate::connections::fixture::{broken, new};
use crate::now::now;
use crate::testing::{MemorySink, TestApp};

/// haltere does not stop.
fn running() -> CancellationToken {
    CancellationToken::new()
}

fn delivery(test: &TestApp, sink: &Arc<MemorySink>) -> Delivery {
    let sink = SinkSettings { sink: Arc::<MemorySink>::clone(sink), is_required: false };
    let store: Arc<dyn Transactions> = Arc::<dyn Store>::clone(&test.store);
    Delivery::new(sink, store, Arc::clone(test.app.clock()))
}

async fn change(test: &TestApp, id: &str) {
    let url = broken();
    let ctx = test.ctx(Role::Admin);
    let created = test.app.connections().create(&ctx, new(id, url.url()), Secrets::Omit).await;
    created.expect("stored");
}

/// The sequence numbers of all entries.
async fn all(test: &TestApp) -> Vec<i64> {
    let filter = AuditFilter { limit: 1_000, is_oldest_first: true, ..AuditFilter::default() };
    let mut read = test.store.read().await.expect("a read");
    let records = read.audit().list(&filter).await.expect("read");
    records.into_iter().map(|record| record.sequence).collect()
}

#[tokio::test]
async fn a_sink_gets_all_entries_in_their_order() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let delivery = delivery(&test, &sink);
    delivery.run(&running()).await.expect("delivered");
    change(&test, "a").await;
    change(&test, "b").await;
    delivery.wait_until_due().await;
    delivery.run(&running()).await.expect("delivered");
    assert_eq!(sink.sequences(), all(&test).await);
    assert_eq!(Some(delivery.taken()), all(&test).await.last().copied());
    assert!(sink.entries().iter().all(|entry| entry.link.is_some()), "with their places");
    assert_eq!(delivery.state().behind, 0);
}

#[tokio::test]
async fn what_a_sink_did_not_take_comes_again() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let delivery = delivery(&test, &sink);
    delivery.run(&running()).await.expect("delivered");
    sink.fail(Some("full"));
    change(&test, "a").await;
    for failures in 1..=2 {
        let error = delivery.run(&running()).await.expect_err("full");
        assert_eq!(error_chain(&error), "failed to write to the audit sink memory: full");
        let state = delivery.state();
        assert_eq!((state.is_working, state.failures), (Some(false), failures));
        assert!(state.behind > 0 && state.failing_since.is_some());
    }
    sink.fail(None);
    delivery.run(&running()).await.expect("delivered");
    assert_eq!(delivery.state().is_working, Some(true));
    assert_eq!(sink.sequences(), all(&test).await);
}

#[tokio::test]
async fn a_restart_goes_on_where_the_last_run_ended() {
    let test = TestApp::start().await;
    let first = Arc::<MemorySink>::default();
    let before = delivery(&test, &first);
    before.run(&running()).await.expect("delivered");
    change(&test, "a").await;
    before.close().await;
    assert_eq!(first.sequences(), all(&test).await);
    change(&test, "b").await;
    let second = Arc::<MemorySink>::default();
    delivery(&test, &second).run(&running()).await.expect("delivered");
    let both = [first.sequences(), second.sequences()].concat();
    assert_eq!(both, all(&test).await);
}

#[tokio::test]
async fn after_a_crash_entries_come_again_and_none_is_missing() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let before = delivery(&test, &sink);
    before.run(&running()).await.expect("delivered");
    change(&test, "a").await;
    before.run(&running()).await.expect("delivered");
    // Its position was stored a moment ago, and is not yet again.
    drop(before);
    delivery(&test, &sink).run(&running()).await.expect("delivered");
    let mut sequences = sink.sequences();
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences, all(&test).await);
}

#[tokio::test]
async fn a_sink_that_fails_while_there_is_nothing_to_deliver_is_tried_again() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let delivery = delivery(&test, &sink);
    delivery.run(&running()).await.expect("delivered");
    assert_eq!(delivery.state().pause(), Duration::from_millis(250));
    delivery.state.lock().failed(now(&**test.app.clock()));
    sink.fail(Some("gone"));
    delivery.wait_until_due().await;
    delivery.run(&running()).await.expect_err("gone");
    assert_eq!(delivery.state().pause(), Duration::from_secs(1));
    sink.fail(None);
    delivery.run(&running()).await.expect("it takes entries again");
}

#[tokio::test]
async fn a_run_ends_when_haltere_stops() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let delivery = delivery(&test, &sink);
    let stopping = running();
    stopping.cancel();
    delivery.run(&stopping).await.expect("nothing to report");
    assert_eq!(sink.sequences(), Vec::<i64>::new());
    delivery.close().await;
    assert_eq!(sink.sequences(), all(&test).await);
}

#[tokio::test]
async fn a_sink_that_hangs_has_failed_after_its_deadline() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let delivery = delivery(&test, &sink);
    delivery.run(&running()).await.expect("delivered");
    sink.set_target("/mnt/gone");
    sink.hang(true);
    change(&test, "a").await;
    let error = error_chain(&delivery.run(&running()).await.expect_err("it hangs"));
    assert!(error.ends_with("/mnt/gone does not answer within 50ms"), "{error}");
    assert_eq!(delivery.state().is_working, Some(false));
    sink.hang(false);
    delivery.run(&running()).await.expect("delivered");
    assert_eq!(sink.sequences(), all(&test).await);
}

#[tokio::test]
async fn another_target_gets_all_entries() {
    let test = TestApp::start().await;
    let first = Arc::<MemorySink>::default();
    first.set_target("first");
    let before = delivery(&test, &first);
    before.run(&running()).await.expect("delivered");
    before.close().await;
    change(&test, "a").await;
    let second = Arc::<MemorySink>::default();
    second.set_target("second");
    let after = delivery(&test, &second);
    after.run(&running()).await.expect("delivered");
    after.close().await;
    assert_eq!(second.sequences(), all(&test).await);
    // Its position is that of the second one now.
    let again = Arc::<MemorySink>::default();
    again.set_target("second");
    delivery(&test, &again).run(&running()).await.expect("nothing to deliver");
    assert_eq!(again.sequences(), Vec::<i64>::new());
}

#[tokio::test]
async fn a_trail_that_can_not_be_read_is_reported_and_tried_again_after_a_pause() {
    let test = TestApp::start().await;
    let sink = Arc::<MemorySink>::default();
    let delivery = delivery(&test, &sink);
    delivery.run(&running()).await.expect("delivered");
    test.store.close().await;
    let error = error_chain(&delivery.run(&running()).await.expect_err("closed"));
    assert!(error.starts_with("failed to read the audit trail: "), "{error}");
    let state = delivery.state();
    assert_eq!((state.is_working, state.failures), (Some(false), 1));
    assert_eq!(state.pause(), Duration::from_millis(500));
}
