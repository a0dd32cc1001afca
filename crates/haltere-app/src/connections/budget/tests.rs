use haltere_core::Role;
use haltere_testkit::Ca;

use super::super::fixture::{broken, id, new};
use super::super::import::ImportProgress;
use super::super::{
    Change, ConnectionPatch, CreateError, ImportEntry, ImportFile, ImportMode, ImportReport,
    Incoming, NewConnection, Secrets, Source, UpdateError,
};
use super::*;
use crate::testing::TestApp;

const BUDGET: usize = 8_000;

fn trusting(id: &str, url: &str, ca: &str) -> NewConnection {
    let tls = TlsMaterial { ca: Some(Pem::new(ca)), ..TlsMaterial::default() };
    NewConnection { tls, ..new(id, url) }
}

/// So many certificates, all different.
fn bundle(bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        text.push_str(&Ca::new("factory").pem());
    }
    text
}

async fn app() -> TestApp {
    TestApp::start_with(|config| config.settings.material_budget = BUDGET as u64).await
}

async fn stored_bytes(app: &TestApp) -> u64 {
    app.store.read().await.unwrap().material_bytes().await.unwrap()
}

#[tokio::test]
async fn connections_under_one_authority_cost_one() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET * 3 / 4));
    let ctx = app.ctx(Role::Admin);
    for id in ["a", "b", "c"] {
        let new = trusting(id, port.url(), &ca);
        app.app.create_connection(&ctx, new, Secrets::Omit).await.expect("room");
    }
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
    let app = app.restart().await;
    let ca_of = async |name: &str| {
        let view = app.app.get_connection(&app.ctx(Role::Admin), &id(name), Secrets::Omit).await;
        let entry = view.unwrap().entry;
        entry.connection().expect("readable").tls.ca.clone().expect("a CA")
    };
    assert!(ca_of("a").await.shares_with(&ca_of("c").await), "and in memory");
    let spec = app.app.0.registry.get("b").and_then(|entry| entry.spec().cloned());
    let used = spec.expect("readable").tls.ca.clone().expect("a CA");
    assert!(used.shares_with(&ca_of("a").await), "by the links, too");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_nothing_changes() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET * 3 / 4));
    let ctx = app.ctx(Role::Admin);
    let create = async |id: &str, ca: &str| {
        app.app.create_connection(&ctx, trusting(id, port.url(), ca), Secrets::Omit).await
    };
    create("a", &ca).await.expect("room");
    let bare = new("bare", port.url());
    app.app.create_connection(&ctx, bare, Secrets::Omit).await.expect("weighs nothing");
    let refused = create("b", &bundle(BUDGET / 2)).await.expect_err("no room");
    assert!(matches!(refused, CreateError::MaterialLimitReached), "{refused:?}");

    let patch = async |name: &str, ca: &str| {
        let ca = Change::Set(Pem::new(ca));
        let patch = ConnectionPatch { ca, ..ConnectionPatch::default() };
        app.app.patch_connection(&ctx, &id(name), patch, Secrets::Omit).await
    };
    let refused = patch("bare", &bundle(BUDGET / 2)).await.expect_err("no room");
    assert!(matches!(refused, UpdateError::MaterialLimitReached), "{refused:?}");
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
    patch("bare", &ca).await.expect("there already");
    patch("bare", &bundle(100)).await.expect("a little room");
    let other = bundle(BUDGET / 2);
    patch("a", &other).await.expect("in place of what was larger");
    app.app.delete_connection(&ctx, &id("a"), Secrets::Omit).await.expect("there");
    create("b", &bundle(BUDGET / 2)).await.expect("room again");
}

async fn import(app: &TestApp, entries: Vec<NewConnection>, mode: ImportMode) -> ImportReport {
    let (reporter, _) = ImportProgress::channel();
    let entries = entries.into_iter().map(|connection| ImportEntry {
        id: connection.id.as_ref().map(|id| id.as_str().to_owned()),
        name: Some(connection.name.as_str().to_owned()),
        content: Ok(Incoming { connection, intent: haltere_core::Intent::Connected }),
        notes: Vec::new(),
    });
    let file =
        ImportFile { source: Source::Mmc, entries: entries.collect(), not_taken_over: Vec::new() };
    app.app.import_connections(&app.ctx(Role::Admin), file, mode, reporter).await.expect("a report")
}

#[tokio::test]
async fn an_import_counts_what_is_new_once() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET / 2));
    let url = port.url();
    let many = |ca: &str| (0..300).map(|n| trusting(&format!("c{n}"), url, ca)).collect::<Vec<_>>();
    let mut two = many(&ca);
    two.push(trusting("other", url, &bundle(BUDGET)));
    for mode in [ImportMode::DryRun, ImportMode::Store] {
        let report = import(&app, two.clone(), mode).await;
        let over = report.over_budget.expect("too much");
        assert_eq!((over.stored, over.max, report.done), (0, BUDGET as u64, false));
        assert!(over.new > BUDGET as u64 && report.is_refused());
        let report = import(&app, many(&ca), mode).await;
        assert_eq!((report.over_budget, report.is_refused()), (None, false));
    }
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
}
