use haltere_core::{Intent, Role};
use haltere_testkit::Ca;
use haltere_testkit::builders::{showing, trusting};

use super::super::fixture::{broken, id, name, new, url};
use super::super::input::{ConnectionReplacement, FieldChange};
use super::super::{CreateError, NewConnection, Secrets};
use super::*;
use crate::testing::TestApp;

fn credentials(username: &str, password: &str) -> Option<Credentials> {
    Credentials::new(Some(username.to_owned()), Some(password.into()), None)
}

async fn with_one(credentials: Option<Credentials>, tls: TlsMaterial) -> TestApp {
    let (app, port) = (TestApp::start().await, broken());
    let new = NewConnection { credentials, tls, ..new("a", port.url()) };
    let ctx = app.ctx(Role::Admin);
    app.app.create_connection(&ctx, new, Secrets::Omit).await.expect("new");
    app
}

fn replacement() -> ConnectionReplacement {
    ConnectionReplacement {
        name: name("Replaced"),
        url: url("mqtt://127.0.0.1:1"),
        username: None,
        password: FieldChange::Keep,
        client_id: None,
        reject_unauthorized: None,
        ca: None,
        cert: None,
        key: FieldChange::Keep,
        alpn: None,
        server_name: None,
        mmc: MmcFields::default(),
    }
}

async fn patch(app: &TestApp, patch: ConnectionPatch) -> Result<Connection, UpdateError> {
    let ctx = app.ctx(Role::ConnectionManager);
    let view = app.app.patch_connection(&ctx, &id("a"), patch, Secrets::Include).await?;
    Ok(Connection::clone(view.entry.connection().expect("readable")))
}

async fn replace(
    app: &TestApp,
    replacement: ConnectionReplacement,
) -> Result<Connection, UpdateError> {
    let ctx = app.ctx(Role::ConnectionManager);
    let view = app.app.replace_connection(&ctx, &id("a"), replacement, Secrets::Include).await?;
    Ok(Connection::clone(view.entry.connection().expect("readable")))
}

#[tokio::test]
async fn a_patch_changes_only_the_fields_it_names() {
    let app = with_one(credentials("ann", "one"), TlsMaterial::default()).await;
    let before = patch(&app, ConnectionPatch::default()).await.unwrap();
    assert_eq!(before.revision.0, 1, "nothing changed, so nothing is stored");
    let renamed = ConnectionPatch { name: Some(name("New")), ..ConnectionPatch::default() };
    let after = patch(&app, renamed.clone()).await.unwrap();
    let expected = Connection {
        name: name("New"),
        revision: before.revision.next(),
        updated_at: after.updated_at,
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(patch(&app, renamed).await.unwrap().revision, after.revision);

    let username = ConnectionPatch { username: FieldChange::Clear, ..ConnectionPatch::default() };
    assert_eq!(
        patch(&app, username).await.unwrap().credentials,
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
    let app = with_one(credentials("ann", "one"), tls.clone()).await;

    let keeps = ConnectionReplacement {
        username: Some("bob".to_owned()),
        cert: tls.cert.clone(),
        ..replacement()
    };
    let kept = replace(&app, keeps).await.unwrap();
    assert_eq!(kept.credentials, credentials("bob", "one"));
    assert_eq!((kept.tls.ca, kept.tls.key.is_some()), (None, true));

    let foreign = ConnectionReplacement {
        cert: Some(Pem::new(ca.client("other").cert_pem.into_bytes())),
        ..replacement()
    };
    match replace(&app, foreign).await {
        Err(UpdateError::Invalid(invalid)) => assert_eq!(invalid.field, "key", "{invalid}"),
        other => panic!("{other:?}"),
    }

    let bare = replace(&app, replacement()).await.unwrap();
    assert_eq!((bare.credentials, bare.tls), (None, TlsMaterial::default()));
}

#[tokio::test]
async fn names_stay_unique_and_ids_have_to_exist() {
    let app = with_one(None, TlsMaterial::default()).await;
    let ctx = app.ctx(Role::Admin);
    let port = broken();
    app.app.create_connection(&ctx, new("b", port.url()), Secrets::Omit).await.unwrap();
    let taken = ConnectionPatch { name: Some(name("Name of b")), ..ConnectionPatch::default() };
    assert!(matches!(patch(&app, taken).await, Err(UpdateError::NameTaken)));
    let unknown = id("c");
    let gone = app.app.patch_connection(&ctx, &unknown, ConnectionPatch::default(), Secrets::Omit);
    assert!(matches!(gone.await, Err(UpdateError::NotFound)));
    let viewer = app.ctx(Role::Viewer);
    let known = id("a");
    let refused = app.app.replace_connection(&viewer, &known, replacement(), Secrets::Omit);
    assert!(matches!(refused.await, Err(UpdateError::NotAllowed(_))));
    assert_eq!(app.audit().await[0], "viewer connection.update a denied");
}

#[tokio::test]
async fn a_change_keeps_the_intent_and_makes_the_old_status_void() {
    let app = with_one(None, TlsMaterial::default()).await;
    let ctx = app.ctx(Role::Admin);
    app.app.disconnect_connection(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    let changed = replace(&app, replacement()).await.unwrap();
    assert_eq!(changed.intent, Intent::Disconnected);
    let view = app.app.get_connection(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    assert!(view.status.unwrap().revision >= changed.revision);
    let again = NewConnection { name: name("Replaced"), ..new("a", "mqtt://127.0.0.1:1") };
    let error = app.app.create_connection(&ctx, again, Secrets::Omit).await.unwrap_err();
    assert!(matches!(error, CreateError::SameNameAndId), "{error}");
}

#[tokio::test]
async fn an_unreadable_connection_can_be_replaced() {
    let app = with_one(credentials("ann", "one"), TlsMaterial::default()).await;
    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    let mut row = tx.connections().find(&id("a")).await.unwrap().unwrap();
    row.password = Some(haltere_store::Sealed(vec![1]));
    tx.connections().update(&row).await.unwrap();
    tx.commit().await.unwrap();

    let unreadable = patch(&app, ConnectionPatch::default()).await;
    assert!(matches!(unreadable, Err(UpdateError::Unreadable { .. })));
    let keeps = ConnectionReplacement { username: Some("ann".to_owned()), ..replacement() };
    assert!(matches!(replace(&app, keeps.clone()).await, Err(UpdateError::Unreadable { .. })));
    let given_again = ConnectionReplacement { password: FieldChange::Set("two".into()), ..keeps };
    assert_eq!(replace(&app, given_again).await.unwrap().credentials, credentials("ann", "two"));
}
