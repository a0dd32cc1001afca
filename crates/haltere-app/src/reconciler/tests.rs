use haltere_core::Role;
use haltere_store::contract::bare_connection;
use haltere_store::{Store, WriteTx};

use super::*;
use crate::connections::Secrets;
use crate::connections::fixture::{broken, id, new};
use crate::testing::TestApp;

/// Ids and names in memory, and in the store.
async fn lists(app: &TestApp) -> [Vec<(String, String)>; 2] {
    let in_memory = app.app.0.shared.fleet.registry.snapshot();
    let in_memory = in_memory.entries().iter();
    let in_memory = in_memory.map(|entry| (entry.id().to_owned(), entry.name().to_owned()));
    let stored = app.store.read().await.unwrap().connections().list().await.unwrap();
    [in_memory.collect(), stored.into_iter().map(|row| (row.id, row.name)).collect()]
}

async fn elsewhere(other: &dyn Store, change: impl AsyncFnOnce(&mut dyn WriteTx)) {
    let mut tx = other.write().await.unwrap();
    change(&mut *tx).await;
    tx.commit().await.unwrap();
}

fn record(id: &str) -> ConnectionRecord {
    bare_connection(id, &format!("Name of {id}"))
}

#[tokio::test]
async fn only_what_others_have_changed_is_read() {
    let (app, port) = (TestApp::start().await, broken());
    let (other, admin) = (app.another_store().await, app.ctx(Role::Admin));
    let other = &*other;
    let create = async |id: &str| {
        app.app.connections().create(&admin, new(id, port.url()), Secrets::Omit).await.unwrap();
    };
    let catch_up = async |step: &str| {
        app.app.0.reconciler.run().await.unwrap();
        let [in_memory, stored] = lists(&app).await;
        assert_eq!(in_memory, stored, "{step}");
        assert!(
            app.app
                .0
                .reconciler
                .write_lock
                .applied()
                .await
                .connections_missing_since(change_counters(&app).await)
                .is_none()
        );
    };
    create("own").await;
    catch_up("an own change").await;

    elsewhere(other, async |tx| tx.connections().insert(&record("x"), "").await.map(drop).unwrap())
        .await;
    create("after x").await;
    catch_up("an own change after that of another process keeps its place").await;

    let entry = app.app.0.shared.fleet.registry.get("own").unwrap();
    elsewhere(other, async |tx| {
        let row = ConnectionRecord {
            name: "Renamed".to_owned(),
            revision: entry_revision(tx).await,
            ..record("x")
        };
        tx.connections().update(&row).await.unwrap();
        assert!(tx.connections().delete(&id("after x")).await.unwrap());
        tx.connections().insert_many(&[record("after x"), record("y")]).await.unwrap();
    })
    .await;
    app.app.connections().delete(&admin, &id("own"), Secrets::Omit).await.unwrap();
    create("own").await;
    catch_up("both at the same time").await;
    assert!(!Arc::ptr_eq(&entry, &app.app.0.shared.fleet.registry.get("own").unwrap()));

    let entry = app.app.0.shared.fleet.registry.get("own").unwrap();
    elsewhere(other, async |tx| assert!(tx.connections().delete(&id("x")).await.unwrap())).await;
    catch_up("a removal").await;
    assert!(
        Arc::ptr_eq(&entry, &app.app.0.shared.fleet.registry.get("own").unwrap()),
        "left alone"
    );
    assert_eq!(app.app.metrics().full_reads, 1, "at the start");

    elsewhere(other, async |tx| tx.plugins().set(PluginId::Tls, false).await.unwrap()).await;
    catch_up("a switch of a plugin concerns all").await;
    assert_eq!(app.app.metrics().full_reads, 2);
}

async fn change_counters(app: &TestApp) -> ChangeCounters {
    app.store.read().await.unwrap().meta().change_counters().await.unwrap()
}

/// The next one of the connection `x`.
async fn entry_revision(tx: &mut dyn WriteTx) -> haltere_core::Revision {
    tx.connections().find(&id("x")).await.unwrap().unwrap().revision.next()
}

#[tokio::test]
async fn after_more_changes_than_the_store_remembers_everything_is_read() {
    const CHANGES: usize = 5_000;
    let app = TestApp::start().await;
    let other = app.another_store().await;
    elsewhere(&*other, async |tx| {
        tx.connections().insert_many(&[record("a"), record("b")]).await.unwrap();
    })
    .await;
    app.app.0.reconciler.run().await.unwrap();
    // Nothing is noticed meanwhile.
    let held = app.app.0.reconciler.write_lock.applied().await;
    let many: Vec<_> = (0..CHANGES).map(|n| record(&n.to_string())).collect();
    elsewhere(&*other, async |tx| {
        assert!(tx.connections().delete(&id("a")).await.unwrap());
        tx.connections().insert_many(&many).await.unwrap();
        assert!(tx.connections().delete(&id("17")).await.unwrap());
    })
    .await;
    drop(held);
    app.app.0.reconciler.run().await.unwrap();
    let [in_memory, stored] = lists(&app).await;
    assert_eq!(in_memory.len(), CHANGES);
    assert_eq!(in_memory, stored);
    assert_eq!(app.app.metrics().full_reads, 2);
}

#[tokio::test]
async fn a_change_that_memory_missed_is_read() {
    let (app, port) = (TestApp::start().await, broken());
    let admin = app.ctx(Role::Admin);
    app.app.connections().create(&admin, new("a", port.url()), Secrets::Omit).await.unwrap();
    let mut change = app.app.0.reconciler.write_lock.begin().await.unwrap();
    assert!(change.tx.connections().delete(&id("a")).await.unwrap());
    change.tx.connections().insert(&record("b"), "").await.unwrap();
    // As after a panic on the way to memory.
    drop(change.commit("test").await.unwrap());
    app.app.connections().create(&admin, new("c", port.url()), Secrets::Omit).await.unwrap();
    app.app.0.reconciler.run().await.unwrap();
    let [in_memory, stored] = lists(&app).await;
    assert_eq!(in_memory, stored);
    assert_eq!(in_memory.len(), 2);
    assert_eq!(app.app.metrics().full_reads, 1);
}
