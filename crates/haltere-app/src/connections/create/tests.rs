use haltere_core::{Pem, Role, TlsSettings};
use haltere_store::Sealed;
use haltere_testkit::builders::login;
use haltere_testkit::wait::{DEADLINE, until};
use haltere_testkit::{Mosquitto, Peer};
use uuid::Uuid;

use super::super::fixture::{broken, id, named, new, with_credentials, with_id, with_tls};
use super::super::{Entry, ListQuery};
use super::*;
use crate::testing::TestApp;

async fn create(app: &TestApp, new: NewConnection) -> Result<Created, CreateError> {
    app.app.connections().create(&app.ctx(Role::ConnectionManager), new, Secrets::Omit).await
}

async fn ids(app: &TestApp) -> Vec<String> {
    let ctx = app.ctx(Role::Viewer);
    let all = app.app.connections().list(&ctx, &ListQuery::default(), Secrets::Omit).await.unwrap();
    all.entries.iter().map(|entry| entry.id().to_owned()).collect()
}

fn connection(entry: &Entry) -> &Connection {
    entry.connection().expect("readable")
}

fn all_views(app: &TestApp, secrets: bool) -> Vec<ConnectionView> {
    let all = app.app.connections().all(&app.ctx(Role::Admin), secrets, &id("a"));
    app.app.connections().views(&all, 0..all.entries.len())
}

#[tokio::test]
async fn a_good_connection_is_stored_and_up() {
    let broker = Mosquitto::plain().await;
    let app = TestApp::start().await;
    let created = create(&app, new("a", &broker.url())).await.unwrap();
    assert_eq!(created.outcome, CreateOutcome::Connected);
    assert!(created.connection.status.unwrap().connected());
    assert!(!created.overwritten);
    assert_eq!(created.all.entries.len(), 1);
    assert_eq!(app.audit().await[0], "connectionManager connection.create a success");

    let app = app.restart().await;
    assert_eq!(ids(&app).await, ["a"]);
    until("the link to come up again", DEADLINE, async || {
        let views = all_views(&app, false);
        views[0].status.as_ref()?.connected().then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_an_id_it_gets_one_that_sorts_by_age() {
    let (app, port) = (TestApp::start().await, broken());
    let first = create(&app, with_id(None, named("x", "first", port.url()))).await.unwrap();
    let second = create(&app, with_id(None, named("x", "second", port.url()))).await.unwrap();
    let (first, second) = (first.connection.entry, second.connection.entry);
    let uuid = Uuid::parse_str(first.id()).expect("a UUID");
    assert_eq!(uuid.get_version_num(), 7);
    assert_ne!(first.id(), second.id());
    assert_eq!(ids(&app).await, [first.id(), second.id()]);
}

#[tokio::test]
async fn a_connection_that_fails_is_kept_and_overwritten_by_creating_it_again() {
    let (app, port, broker) = (TestApp::start().await, broken(), Mosquitto::plain().await);
    let failed = create(&app, new("a", port.url())).await.unwrap();
    let CreateOutcome::Failed(message) = failed.outcome else { panic!("{:?}", failed.outcome) };
    assert!(!message.is_empty());
    assert!(failed.connection.status.unwrap().failure().is_some());

    let overwritten = create(&app, new("a", &broker.url())).await.unwrap();
    assert!(overwritten.overwritten);
    assert_eq!(overwritten.outcome, CreateOutcome::Connected);
    let (old, new) =
        (connection(&failed.connection.entry), connection(&overwritten.connection.entry));
    assert_eq!(new.revision, old.revision.next());
    assert_eq!(new.created_at, old.created_at);
    assert_eq!(overwritten.all.entries.len(), 1);
    assert_eq!(app.audit().await[0], "connectionManager connection.overwrite a success");
}

#[tokio::test]
async fn an_id_or_name_in_use_is_refused() {
    let (app, broker) = (TestApp::start().await, Mosquitto::plain().await);
    let url = &broker.url();
    create(&app, new("a", url)).await.unwrap();
    create(&app, new("b", url)).await.unwrap();
    let same = create(&app, new("a", url)).await.unwrap_err();
    assert!(matches!(same, CreateError::AlreadyExists), "{same}");
    assert_eq!(same.to_string(), "Connection with the same name/id already exists");
    for either in [
        named("a", "other", url),
        named("other", "Name of a", url),
        named("a", "Name of b", url),
        with_id(None, new("a", url)),
    ] {
        let error = create(&app, either).await.unwrap_err();
        assert!(matches!(error, CreateError::NameOrIdTaken), "{error}");
        let message = "Connection with either the same name or id already exists";
        assert_eq!(error.to_string(), message);
    }
    let ctx = app.ctx(Role::Admin);
    app.app.connections().disconnect(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    let idle = create(&app, new("a", url)).await.unwrap_err();
    assert!(matches!(idle, CreateError::AlreadyExists), "{idle}");
    assert_eq!(ids(&app).await, ["a", "b"]);
}

#[tokio::test]
async fn the_limit_does_not_prevent_an_overwrite() {
    let app = TestApp::start_with(|config| config.settings.connections_max = 1).await;
    let port = broken();
    create(&app, new("a", port.url())).await.unwrap();
    let error = create(&app, new("b", port.url())).await.unwrap_err();
    assert_eq!(error.to_string(), "Maximum number of connections reached");
    assert!(create(&app, new("a", port.url())).await.unwrap().overwritten);
}

#[tokio::test]
async fn a_stored_connection_that_cannot_be_read_is_listed_and_has_no_status() {
    let (app, port) = (TestApp::start().await, broken());
    let with_password = with_credentials(new("a", port.url()), login("u", "p"));
    create(&app, with_password.clone()).await.unwrap();

    // Another process, or a careless hand, damages the row.
    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    let mut row = tx.connections().find(&id("a")).await.unwrap().unwrap();
    row.password = Some(Sealed(vec![1, 2, 3]));
    row.revision = row.revision.next();
    tx.connections().update(&row).await.unwrap();
    tx.commit().await.unwrap();
    let reason = until("the damage to be noticed", DEADLINE, async || {
        let view = all_views(&app, true).remove(0);
        let reason = view.entry.connection().err()?.reason.clone();
        assert!(view.status.is_none());
        Some(reason)
    })
    .await;
    assert_eq!(reason.field, "credentials.password", "{reason}");

    let error = create(&app, with_password).await.unwrap_err();
    assert!(matches!(error, CreateError::Unreadable { .. }), "{error}");
    app.app.connections().delete(&app.ctx(Role::Admin), &id("a"), Secrets::Omit).await.unwrap();
    assert!(ids(&app).await.is_empty());
}

#[tokio::test]
async fn an_invalid_field_is_refused_by_name() {
    let (app, port) = (TestApp::start().await, broken());
    let bad_ca = TlsSettings { ca: Some(Pem::new(b"nonsense".to_vec())), ..TlsSettings::default() };
    match create(&app, with_tls(new("a", port.url()), bad_ca)).await {
        Err(CreateError::Invalid(invalid)) => assert_eq!(invalid.field, "ca", "{invalid}"),
        other => panic!("{other:?}"),
    }
    assert!(ids(&app).await.is_empty());
}

#[tokio::test]
async fn an_answer_with_secrets_is_audited_with_the_change() {
    let (app, port) = (TestApp::start().await, broken());
    let ctx = app.ctx(Role::Admin);
    let plain = app.app.connections().create(&ctx, new("a", port.url()), Secrets::Include);
    assert!(plain.await.unwrap().all.secrets);
    assert_eq!(app.audit().await[0], "admin connection.create a success");
    let secret = with_credentials(new("b", port.url()), login("u", "hunter2"));
    app.app.connections().create(&ctx, secret, Secrets::Include).await.unwrap();
    app.app.connections().delete(&ctx, &id("a"), Secrets::Include).await.unwrap();
    assert_eq!(
        app.audit().await[..4],
        [
            "admin connection.read_secrets  success",
            "admin connection.delete a success",
            "admin connection.read_secrets  success",
            "admin connection.create b success",
        ]
    );
    // What is stored holds no secret in the clear.
    let mut read = app.store.read().await.unwrap();
    let row = read.connections().find(&id("b")).await.unwrap().unwrap();
    let Sealed(sealed) = row.password.unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
}

#[tokio::test]
async fn secrets_stored_by_others_while_a_create_waits_are_audited_too() {
    let (app, peer, port) = (TestApp::start().await, Peer::silent().await, broken());
    let ctx = app.ctx(Role::Admin);
    let waiting = app.app.connections().create(&ctx, new("a", &peer.url("mqtt")), Secrets::Include);
    let meanwhile = async {
        until("a to be stored", DEADLINE, async || (ids(&app).await == ["a"]).then_some(())).await;
        let secret = with_credentials(new("b", port.url()), login("u", "hunter2"));
        create(&app, secret).await.unwrap();
        app.app.connections().disconnect(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    };
    let (created, ()) = tokio::join!(waiting, meanwhile);
    let all = created.unwrap().all;
    assert!(all.secrets && all.entries[1].has_secrets());
    assert_eq!(app.audit().await[0], "admin connection.read_secrets  success");
}

#[tokio::test]
async fn a_connection_deleted_while_its_create_waits_is_said_to_be_gone() {
    let (app, peer) = (TestApp::start().await, Peer::silent().await);
    let waiting = create(&app, new("a", &peer.url("mqtt")));
    let meanwhile = async {
        until("a to be stored", DEADLINE, async || (ids(&app).await == ["a"]).then_some(())).await;
        app.app.connections().delete(&app.ctx(Role::Admin), &id("a"), Secrets::Omit).await.unwrap();
    };
    let (created, ()) = tokio::join!(waiting, meanwhile);
    let reason = "it was deleted before it came up".to_owned();
    assert_eq!(created.unwrap().outcome, CreateOutcome::Failed(reason));
}

#[tokio::test]
async fn an_insufficient_role_is_refused_and_that_is_audited() {
    let (app, port) = (TestApp::start().await, broken());
    for role in [Role::Editor, Role::Viewer, Role::MonitoringViewer] {
        let ctx = app.ctx(role);
        let result = app.app.connections().create(&ctx, new("a", port.url()), Secrets::Omit);
        assert!(matches!(result.await, Err(CreateError::NotAllowed(_))), "{role}");
        assert_eq!(app.audit().await[0], format!("{role} connection.create a denied"));
    }
}

#[tokio::test]
async fn a_change_completes_after_its_caller_is_cancelled() {
    let (app, port) = (TestApp::start().await, broken());
    let held = app.app.0.reconciler.write_lock.applied().await;
    let mut request = Box::pin(create(&app, new("a", port.url())));
    let waiting = std::future::poll_fn(|cx| std::task::Poll::Ready(request.as_mut().poll(cx)));
    assert!(waiting.await.is_pending());
    until("the change to be in progress", DEADLINE, async || {
        let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(request.as_mut().poll(cx))).await;
        (app.app.0.shared.tasks.len() > 2).then_some(())
    })
    .await;
    drop(request);
    drop(held);
    until("the connection to be stored", DEADLINE, async || {
        (ids(&app).await == ["a"]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_exactly_one_is_stored() {
    const ROUNDS: usize = 100;
    let (app, port) = (Arc::new(TestApp::start().await), broken());
    let url = port.url();
    for round in 0..ROUNDS {
        let same_id = (0..4).map(|n| named(&format!("id-{round}"), &format!("{round}/{n}"), url));
        assert_eq!(winners(&app, same_id.collect()).await, 1, "ids, round {round}");
        let same_name = (0..4).map(|n| named(&format!("{round}/{n}"), &format!("n-{round}"), url));
        assert_eq!(winners(&app, same_name.collect()).await, 1, "names, round {round}");
    }
    assert_eq!(ids(&app).await.len(), 2 * ROUNDS);
}

async fn winners(app: &Arc<TestApp>, all: Vec<NewConnection>) -> usize {
    let tasks = all.into_iter().map(|new| {
        let app = Arc::clone(app);
        tokio::spawn(async move { create(&app, new).await })
    });
    let mut winners = 0;
    for task in tasks.collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(created) => {
                assert!(!created.overwritten);
                winners += 1;
            }
            Err(CreateError::NameOrIdTaken) => {}
            Err(error) => panic!("{error}"),
        }
    }
    winners
}

#[tokio::test]
async fn a_name_is_compared_as_it_is_trimmed() {
    let (app, port) = (TestApp::start().await, broken());
    create(&app, named("a", "Plant", port.url())).await.unwrap();
    let padded = named("b", " Plant ", port.url());
    let error = create(&app, padded).await.unwrap_err();
    assert!(matches!(error, CreateError::NameOrIdTaken), "{error}");
    create(&app, named("c", "plant", port.url())).await.expect("another case is another name");
}
