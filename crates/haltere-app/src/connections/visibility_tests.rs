//! A caller who may see only some connections: on no path do the others exist.

use haltere_core::{Credentials, Intent, LabelSelector, PluginId, Role};
use haltere_testkit::builders::{client_id, mqtt_password, mqtt_text};
use haltere_testkit::wait::{DEADLINE, within};

use super::fixture::{Broken, broken, id, name, named, new, with_credentials};
use super::*;
use crate::ctx::Ctx;
use crate::error::{FieldFault, Invalid};
use crate::events::Change;
use crate::plugins::PluginEffect;
use crate::policy::Visibility;
use crate::testing::TestApp;

/// The connections `a` and `b`, of which only `b` has a password and a client id, and a caller who may do everything
/// but see `b`.
async fn start() -> (TestApp, Ctx, Broken) {
    let (app, port) = (TestApp::start().await, broken());
    let ctx = app.ctx(Role::Admin);
    let text = |text: &str| Some(mqtt_text(text));
    let credentials = Credentials::new(text("user"), Some(mqtt_password("hunter2")), text("press"));
    let with_secret = with_credentials(new("b", port.url()), credentials);
    for new in [new("a", port.url()), with_secret] {
        app.app.connections().create(&ctx, new, Secrets::Omit).await.unwrap();
    }
    (app, ctx.seeing(Visibility::of(["a"])), port)
}

fn ids(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|entry| entry.id()).collect()
}

#[tokio::test]
async fn lists_have_what_the_caller_sees_and_are_not_shared() {
    let (app, ctx, _port) = start().await;
    let list = async |ctx: &Ctx, query: ListQuery| {
        app.app.connections().list(ctx, &query, Secrets::Include).await.unwrap()
    };
    let all = list(&ctx, ListQuery::default()).await;
    assert_eq!((ids(&all), all.is_complete), (vec!["a"], false));
    let text = ListQuery { text: Some("NAME OF".to_owned()), ..ListQuery::default() };
    assert_eq!(ids(&list(&ctx, text).await), ["a"]);
    let page = ListQuery { limit: std::num::NonZeroUsize::new(1), ..ListQuery::default() };
    let page = list(&ctx, page).await;
    assert_eq!((ids(&page), &page.next), (vec!["a"], &None));
    let nothing = ctx.clone().seeing(Visibility::of([]));
    assert!(list(&nothing, ListQuery::default()).await.entries.is_empty());
    let audit = app.audit().await;
    assert!(audit.iter().all(|line| !line.contains("read_secrets")), "it saw none: {audit:?}");

    let admin = list(&app.ctx(Role::Admin), ListQuery::default()).await;
    assert_eq!((ids(&admin), admin.is_complete), (vec!["a", "b"], true));
    assert!(app.audit().await[0].contains("read_secrets"));
}

#[tokio::test]
async fn a_hidden_connection_is_not_found() {
    let (app, ctx, _port) = start().await;
    let (app, a, b) = (&app.app, id("a"), id("b"));
    assert!(app.connections().get(&ctx, &a, Secrets::Include).await.is_ok());
    assert!(app.connections().history(&ctx, &a).is_ok());
    assert!(app.connections().certificates(&ctx, &a).is_ok());
    assert!(app.connections().advice(&ctx, &a).is_ok());
    let hidden = [
        app.connections().get(&ctx, &b, Secrets::Include).await.map(drop),
        app.connections().history(&ctx, &b).map(drop),
        app.connections().certificates(&ctx, &b).map(drop),
        app.connections().advice(&ctx, &b).map(drop),
    ];
    for outcome in hidden {
        assert!(matches!(outcome, Err(ConnectionError::NotFound)), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_hidden_connection_can_not_be_changed_and_no_try_is_on_record() {
    let (app, ctx, _port) = start().await;
    let b = id("b");
    let before = app.audit().await;
    let rename = ConnectionPatch { name: Some(name("x")), ..ConnectionPatch::default() };
    for outcome in [
        app.app.connections().delete(&ctx, &b, Secrets::Omit).await.map(drop),
        app.app.connections().connect(&ctx, &b, Secrets::Omit).await.map(drop),
        app.app.connections().disconnect(&ctx, &b, Secrets::Omit).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(ConnectionError::NotFound)), "{outcome:?}");
    }
    let patched = app.app.connections().patch(&ctx, &b, rename.clone(), Secrets::Omit).await;
    assert!(matches!(patched, Err(UpdateError::NotFound)), "{patched:?}");
    let tested = app.app.connections().prepare_stored_test(&ctx, &b, rename, None).await.map(drop);
    assert!(matches!(tested, Err(TestError::NotFound)), "{tested:?}");
    assert_eq!(app.audit().await, before);
    let view = app.app.connections().get(&app.ctx(Role::Admin), &b, Secrets::Omit).await.unwrap();
    assert_eq!((view.entry.name(), view.entry.intent()), ("Name of b", Intent::Connected));

    // Deleting the one it sees shows no other, and so no secret.
    let rest = app.app.connections().delete(&ctx, &id("a"), Secrets::Include).await.unwrap();
    assert_eq!(ids(&rest), [""; 0]);
    assert_eq!(app.audit().await[0], "admin connection.delete a success");
}

#[tokio::test]
async fn an_export_leaves_hidden_connections_out_and_the_audit_entry_counts_the_others() {
    let (app, ctx, _port) = start().await;
    let export =
        app.app.transfer().export(&ctx, Secrets::Include, &LabelSelector::default()).await.unwrap();
    let exported: Vec<_> = export.connections.iter().map(|it| it.id.as_str()).collect();
    assert_eq!((exported, export.left_out), (vec!["a"], Vec::new()));
    let filter = haltere_store::AuditFilter { limit: 1, ..haltere_store::AuditFilter::default() };
    let newest = app.store.read().await.unwrap().audit().list(&filter).await.unwrap().remove(0);
    assert_eq!(newest.entry.action.as_str(), "connection.export");
    assert_eq!(newest.entry.detail, "1 connections, with passwords and private keys");

    let transfer = app.transfer_of_another_process().await;
    let export = transfer.export(&ctx, Secrets::Omit, &LabelSelector::default()).await.unwrap();
    assert_eq!(export.connections.len(), 1);
}

#[tokio::test]
async fn events_of_hidden_connections_are_left_out() {
    let (app, ctx, _port) = start().await;
    let admin = app.ctx(Role::Admin);
    let mut events = app.app.events().subscribe(&ctx, None).unwrap();
    app.app.connections().disconnect(&admin, &id("b"), Secrets::Omit).await.unwrap();
    app.app.connections().delete(&admin, &id("b"), Secrets::Omit).await.unwrap();
    app.app.connections().delete(&admin, &id("a"), Secrets::Omit).await.unwrap();
    loop {
        let batch = within("an event", DEADLINE, events.next()).await.expect("not shut down");
        assert!(!batch.changes.contains(&Change::Connection(id("b"))), "{batch:?}");
        let gone = app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await;
        if batch.changes.contains(&Change::Connection(id("a"))) && gone.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn counts_are_of_what_the_caller_sees() {
    let (app, ctx, _port) = start().await;
    let total = |ctx: &Ctx| {
        let counts = app.app.connections().link_state_counts(ctx, &[id("a"), id("b")]).unwrap();
        counts.connected + counts.failed + counts.disconnected + counts.pending
    };
    assert_eq!((total(&ctx), total(&app.ctx(Role::Admin))), (1, 2));
    let plan =
        app.app.plugins().plan_switch(&ctx, PluginId::ConnectionsRestApi, false).await.unwrap();
    assert_eq!(plan.effect, PluginEffect::Connections { connections: 1 });
}

#[tokio::test]
async fn a_create_neither_overwrites_nor_names_a_hidden_connection() {
    let (app, ctx, port) = start().await;
    let ctx = ctx.seeing(Visibility::of(["a", "c"]));
    let create = async |new| app.app.connections().create(&ctx, new, Secrets::Include).await;
    // Its last attempt has failed, so it could be overwritten by a caller who sees it.
    let taken = create(new("b", port.url())).await;
    assert!(matches!(taken, Err(CreateError::AlreadyExists)), "{taken:?}");
    let same_client = with_credentials(new("c", port.url()), client_id("press"));
    let taken = create(same_client).await.unwrap_err().to_string();
    assert_eq!(
        taken,
        "credentials.clientId: another connection has it at the same broker, and each would end the other's session"
    );
    let created = create(new("c", port.url())).await.unwrap();
    assert_eq!(created.connection.entry.id(), "c");
    assert_eq!(ids(&created.all), ["a", "c"]);
    assert_eq!(app.audit().await[0], "admin connection.create c success", "no secret was read");
}

#[tokio::test]
async fn the_plan_of_an_import_does_not_name_hidden_connections() {
    let (app, ctx, port) = start().await;
    let ctx = ctx.seeing(Visibility::of(["a", "y"]));
    let same_client = with_credentials(new("y", port.url()), client_id("press"));
    let entries = [
        named("b", "another name", port.url()),
        named("x", "Name of b", port.url()),
        new("a", port.url()),
        same_client,
    ];
    let entries = entries.map(|connection| ImportEntry {
        id: connection.id.as_ref().map(|id| id.as_str().to_owned()),
        name: Some(connection.settings.name.as_str().to_owned()),
        content: Ok(Incoming { connection, intent: Intent::Disconnected }),
        notes: Vec::new(),
    });
    let file =
        ImportFile { source: Source::Mmc, entries: entries.into(), not_taken_over: Vec::new() };
    for mode in [ImportMode::DryRun, ImportMode::Store] {
        let (reporter, _) = ImportProgress::channel();
        let report = app.app.transfer().import(&ctx, file.clone(), mode, reporter).await.unwrap();
        let outcomes = report.entries.into_iter().map(|entry| entry.outcome);
        let hidden = EntryOutcome::Skip(AlreadyThere::Hidden);
        let taken = Invalid::of("credentials.clientId", &FieldFault::ClientIdTakenElsewhere);
        let expected = [
            hidden.clone(),
            hidden,
            EntryOutcome::Skip(AlreadyThere::IdAndName),
            EntryOutcome::Refuse(vec![taken]),
        ];
        assert_eq!(outcomes.collect::<Vec<_>>(), expected, "{mode:?}");
    }
}
