use haltere_core::{
    ConnectionPatch, ConnectionSettings, Credentials, FieldChange, Intent, Pem, Role, TlsSettings,
};
use haltere_testkit::Ca;
use haltere_testkit::builders::{login, mqtt_password, mqtt_text, showing, trusting};

use super::super::fixture::{broken, id, name, named, new, url, with_credentials, with_tls};
use super::super::input::ConnectionReplacement;
use super::super::{CreateError, Secrets};
use super::*;
use crate::testing::TestApp;

async fn with_one(credentials: Option<Credentials>, tls: TlsSettings) -> TestApp {
    let (app, port) = (TestApp::start().await, broken());
    let new = with_tls(with_credentials(new("a", port.url()), credentials), tls);
    let ctx = app.ctx(Role::Admin);
    app.app.connections().create(&ctx, new, Secrets::Omit).await.expect("new");
    app
}

fn replacement() -> ConnectionReplacement {
    ConnectionReplacement {
        name: name("Replaced"),
        url: url("mqtt://127.0.0.1:1"),
        rest: ConnectionPatch::default(),
    }
}

async fn patch(app: &TestApp, patch: ConnectionPatch) -> Result<Connection, UpdateError> {
    let ctx = app.ctx(Role::ConnectionManager);
    let view = app.app.connections().patch(&ctx, &id("a"), patch, Secrets::Include).await?;
    Ok(Connection::clone(view.entry.connection().expect("readable")))
}

async fn replace(
    app: &TestApp,
    replacement: ConnectionReplacement,
) -> Result<Connection, UpdateError> {
    let ctx = app.ctx(Role::ConnectionManager);
    let view = app.app.connections().replace(&ctx, &id("a"), replacement, Secrets::Include).await?;
    Ok(Connection::clone(view.entry.connection().expect("readable")))
}

#[tokio::test]
async fn a_patch_changes_only_the_fields_it_names() {
    let app = with_one(login("ann", "one"), TlsSettings::default()).await;
    let before = patch(&app, ConnectionPatch::default()).await.unwrap();
    assert_eq!(before.revision.0, 1, "nothing changed, so nothing is stored");
    let renamed = ConnectionPatch { name: Some(name("New")), ..ConnectionPatch::default() };
    let after = patch(&app, renamed.clone()).await.unwrap();
    let expected = Connection {
        settings: ConnectionSettings { name: name("New"), ..before.settings },
        revision: before.revision.next(),
        updated_at: after.updated_at,
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(patch(&app, renamed).await.unwrap().revision, after.revision);

    let username = ConnectionPatch { username: FieldChange::Clear, ..ConnectionPatch::default() };
    assert_eq!(
        patch(&app, username).await.unwrap().settings.credentials,
        None,
        "no password without a name"
    );
    let trail = app.audit().await;
    let updates: Vec<_> = trail.iter().filter(|line| line.contains("update")).collect();
    assert_eq!(updates.len(), 2, "{trail:?}");
}

#[tokio::test]
async fn a_secret_left_out_of_a_replacement_stays_as_long_as_it_has_a_use() {
    let ca = Ca::new("factory");
    let client = ca.client("haltere");
    let tls = showing(trusting(&ca.pem()), &client);
    let app = with_one(login("ann", "one"), tls.clone()).await;

    let rest = ConnectionPatch {
        username: FieldChange::Set(mqtt_text("bob")),
        cert: FieldChange::replace(tls.cert.clone()),
        ..ConnectionPatch::default()
    };
    let keeps = ConnectionReplacement { rest, ..replacement() };
    let kept = replace(&app, keeps).await.unwrap().settings;
    assert_eq!(kept.credentials, login("bob", "one"));
    assert_eq!((kept.tls.ca, kept.tls.key.is_some()), (None, true));

    let rest = ConnectionPatch {
        cert: FieldChange::Set(Pem::new(ca.client("other").cert_pem.into_bytes())),
        ..ConnectionPatch::default()
    };
    let foreign = ConnectionReplacement { rest, ..replacement() };
    match replace(&app, foreign).await {
        Err(UpdateError::Invalid(invalid)) => assert_eq!(invalid.field, "key", "{invalid}"),
        other => panic!("{other:?}"),
    }

    let bare = replace(&app, replacement()).await.unwrap().settings;
    assert_eq!((bare.credentials, bare.tls), (None, TlsSettings::default()));
}

#[tokio::test]
async fn names_stay_unique_and_ids_have_to_exist() {
    let app = with_one(None, TlsSettings::default()).await;
    let ctx = app.ctx(Role::Admin);
    let port = broken();
    app.app.connections().create(&ctx, new("b", port.url()), Secrets::Omit).await.unwrap();
    let taken = ConnectionPatch { name: Some(name("Name of b")), ..ConnectionPatch::default() };
    assert!(matches!(patch(&app, taken).await, Err(UpdateError::NameTaken)));
    let unknown = id("c");
    let gone =
        app.app.connections().patch(&ctx, &unknown, ConnectionPatch::default(), Secrets::Omit);
    assert!(matches!(gone.await, Err(UpdateError::NotFound)));
    let viewer = app.ctx(Role::Viewer);
    let known = id("a");
    let refused = app.app.connections().replace(&viewer, &known, replacement(), Secrets::Omit);
    assert!(matches!(refused.await, Err(UpdateError::NotAllowed(_))));
    assert_eq!(app.audit().await[0], "viewer connection.update a denied");
}

#[tokio::test]
async fn a_change_keeps_the_intent_and_makes_the_old_status_void() {
    let app = with_one(None, TlsSettings::default()).await;
    let ctx = app.ctx(Role::Admin);
    app.app.connections().disconnect(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    let changed = replace(&app, replacement()).await.unwrap();
    assert_eq!(changed.intent, Intent::Disconnected);
    let view = app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    assert!(view.status.unwrap().revision >= changed.revision);
    let again = named("a", "Replaced", "mqtt://127.0.0.1:1");
    let error = app.app.connections().create(&ctx, again, Secrets::Omit).await.unwrap_err();
    assert!(matches!(error, CreateError::AlreadyExists), "{error}");
}

#[tokio::test]
async fn an_unreadable_connection_can_be_replaced() {
    let app = with_one(login("ann", "one"), TlsSettings::default()).await;
    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    let mut row = tx.connections().find(&id("a")).await.unwrap().unwrap();
    row.password = Some(haltere_store::Sealed(vec![1]));
    tx.connections().update(&row).await.unwrap();
    tx.commit().await.unwrap();

    let unreadable = patch(&app, ConnectionPatch::default()).await;
    assert!(matches!(unreadable, Err(UpdateError::Unreadable { .. })));
    let rest = ConnectionPatch {
        username: FieldChange::Set(mqtt_text("ann")),
        ..ConnectionPatch::default()
    };
    let keeps = ConnectionReplacement { rest: rest.clone(), ..replacement() };
    assert!(matches!(replace(&app, keeps).await, Err(UpdateError::Unreadable { .. })));
    let rest = ConnectionPatch { password: FieldChange::Set(mqtt_password("two")), ..rest };
    let given_again = ConnectionReplacement { rest, ..replacement() };
    let replaced = replace(&app, given_again).await.unwrap().settings;
    assert_eq!(replaced.credentials, login("ann", "two"));
}
