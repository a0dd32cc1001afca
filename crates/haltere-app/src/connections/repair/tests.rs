use haltere_core::{LabelSelector, Pem, Role, Secret, TlsSettings};
use haltere_testkit::Ca;
use haltere_testkit::wait::{DEADLINE, until};

use super::super::fixture::{broken, id, new, with_tls};
use super::super::{ConnectionPatch, FieldChange, Secrets};
use super::*;
use crate::testing::TestApp;

/// A certificate with its key, the two in one file, and another file of that kind.
struct Files {
    cert: String,
    key: String,
    both: String,
    ca: String,
    ca_and_key: String,
}

fn files() -> Files {
    let ca = Ca::new("factory");
    let me = ca.client("me");
    Files {
        both: format!("{}{}", me.cert_pem, me.key_pem),
        cert: me.cert_pem,
        ca_and_key: format!("{}{}", ca.pem(), me.key_pem),
        key: me.key_pem,
        ca: ca.pem(),
    }
}

fn pem(text: &str) -> Pem {
    Pem::new(text.as_bytes().to_vec())
}

async fn row(app: &TestApp, name: &str) -> ConnectionRecord {
    app.store.read().await.unwrap().connections().find(&id(name)).await.unwrap().expect("there")
}

async fn write(app: &TestApp, row: &ConnectionRecord) {
    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    tx.connections().update(row).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

/// As earlier versions, and other programs, have stored it.
async fn spoil(app: &TestApp, name: &str, files: &Files, keep_key: bool) {
    let good = row(app, name).await;
    let bad = ConnectionRecord {
        ca: Some(pem(&files.ca_and_key)),
        cert: Some(pem(&files.both.replace('\n', "\r\n"))),
        key: good.key.clone().filter(|_| keep_key),
        revision: good.revision.next(),
        ..good
    };
    write(app, &bad).await;
}

async fn with_two(files: &Files) -> TestApp {
    let (app, port) = (TestApp::start().await, broken());
    for name in ["keyed", "bare"] {
        let tls = TlsSettings {
            ca: Some(pem(&files.ca)),
            cert: Some(pem(&files.both)),
            ..TlsSettings::default()
        };
        let new = with_tls(new(name, port.url()), tls);
        app.app.connections().create(&app.ctx(Role::Admin), new, Secrets::Omit).await.expect("new");
    }
    app
}

async fn is_right(app: &TestApp, files: &Files, name: &str) {
    let row = row(app, name).await;
    assert_eq!(row.ca, Some(pem(&files.ca)), "{name}");
    assert_eq!(row.cert, Some(pem(&files.cert)), "{name}");
    assert!(row.key.is_some(), "{name}");
    let admin = app.ctx(Role::Admin);
    let view = app.app.connections().get(&admin, &id(name), Secrets::Include).await.unwrap();
    let connection = view.entry.connection().expect("readable");
    assert_eq!(connection.settings.tls.key, Some(Secret::new(pem(&files.key))), "{name}");
}

#[tokio::test]
async fn a_key_among_the_certificates_is_stored_sealed() {
    let files = files();
    let app = with_two(&files).await;
    is_right(&app, &files, "keyed").await;

    let admin = app.ctx(Role::Admin);
    let keyed = id("keyed");
    let patch =
        |patch: ConnectionPatch| app.app.connections().patch(&admin, &keyed, patch, Secrets::Omit);
    let other = self::files();
    let renewed =
        ConnectionPatch { cert: FieldChange::Set(pem(&other.both)), ..Default::default() };
    patch(renewed.clone()).await.expect("a new pair in one file");
    let stored = row(&app, "keyed").await;
    assert_eq!(stored.cert, Some(pem(&other.cert)));
    patch(renewed.clone()).await.expect("the same again");
    assert_eq!(row(&app, "keyed").await.revision, stored.revision, "which changes nothing");

    for (patch_of, says) in [
        (
            ConnectionPatch { key: FieldChange::Set(pem(&other.key).into()), ..renewed },
            "cert: holds a private key",
        ),
        (
            ConnectionPatch { ca: FieldChange::Set(pem(&other.ca_and_key)), ..Default::default() },
            "ca: holds a private key",
        ),
        (
            ConnectionPatch { cert: FieldChange::Set(pem(&other.key)), ..Default::default() },
            "cert: holds no certificate",
        ),
    ] {
        let refused = patch(patch_of).await.expect_err(says).to_string();
        assert!(refused.starts_with(says), "{refused}");
    }
    assert_eq!(row(&app, "keyed").await.revision, stored.revision);
}

#[tokio::test]
async fn rows_of_earlier_versions_are_repaired_at_the_start() {
    let files = files();
    let app = with_two(&files).await;
    app.app.begin_shutdown();
    spoil(&app, "keyed", &files, true).await;
    spoil(&app, "bare", &files, false).await;
    let app = app.restart().await;
    is_right(&app, &files, "keyed").await;
    is_right(&app, &files, "bare").await;
    assert_eq!(
        app.audit_of(REQUEST).await,
        ["system connection.update bare success", "system connection.update keyed success"]
    );
    let filter = haltere_store::AuditFilter { limit: 9, ..Default::default() };
    let trail = app.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    let ours = trail.iter().filter(|record| record.entry.request_id == REQUEST);
    let said: Vec<_> = ours.map(|record| record.entry.detail.as_str()).collect();
    let taken_out = "ca held a private key; cert held a private key";
    assert_eq!(said, [format!("{taken_out}; sealed as key"), format!("{taken_out}; removed")]);

    let app = app.restart().await;
    assert_eq!(app.audit_of(REQUEST).await.len(), 2, "once");
}

#[tokio::test]
async fn rows_of_another_process_are_repaired_and_never_shown() {
    let files = files();
    let app = with_two(&files).await;
    spoil(&app, "bare", &files, false).await;
    // The export of another process reads the store itself.
    let transfer = app.transfer_of_another_process().await;
    let export = transfer
        .export(&Ctx::system("x"), Secrets::Omit, &LabelSelector::default())
        .await
        .expect("an export");
    for connection in &export.connections {
        assert_eq!(connection.settings.tls.cert, Some(pem(&files.cert)));
    }
    let is_repaired = async || (!app.audit_of(REQUEST).await.is_empty()).then_some(());
    until("the row to be repaired", DEADLINE, is_repaired).await;
    let seen = async || {
        let (viewer, bare) = (app.ctx(Role::Viewer), id("bare"));
        let view = app.app.connections().get(&viewer, &bare, Secrets::Omit).await;
        let entry = view.unwrap().entry;
        let stored = row(&app, "bare").await;
        (entry.connection().expect("readable").revision == stored.revision).then_some(())
    };
    until("memory to follow", DEADLINE, seen).await;
    is_right(&app, &files, "bare").await;
}

#[tokio::test]
async fn another_layout_is_repaired_without_an_audit_entry() {
    let files = files();
    let app = with_two(&files).await;
    app.app.begin_shutdown();
    let good = row(&app, "keyed").await;
    let odd = |text: &str| Some(pem(&text.replace('\n', "\r\n")));
    write(&app, &ConnectionRecord { ca: odd(&files.ca), cert: odd(&files.cert), ..good.clone() })
        .await;
    let held =
        async |app: &TestApp| app.store.read().await.unwrap().connections().held_bytes().await;
    let twice = held(&app).await.unwrap().material;
    let app = app.restart().await;
    let is_repaired = async || (row(&app, "keyed").await == good).then_some(());
    until("the row to be repaired", DEADLINE, is_repaired).await;
    assert!(held(&app).await.unwrap().material < twice, "held once again");
    is_right(&app, &files, "keyed").await;
    assert_eq!(app.audit_of(REQUEST).await, [""; 0]);
}
