//! Imports into real stores, in a server and from the command line.

use std::sync::Arc;

use haltere_core::{ConnectionId, Intent, LinkState, Pem, Role, TlsSettings};
use haltere_store::{AuditFilter, ConnectionKey};
use haltere_testkit::wait::{DEADLINE, until};
use haltere_testkit::{Ca, Mosquitto, builders};
use proptest::prelude::*;

use super::super::fixture::{broken, id, named, new, with_credentials, with_id};
use super::super::{ListQuery, NewConnection, Secrets};
use super::*;
use crate::ctx::Ctx;
use crate::error::Invalid;
use crate::testing::{TestApp, TestTransfer};

fn entry(connection: NewConnection) -> ImportEntry {
    ImportEntry {
        id: connection.id.as_ref().map(|id| id.as_str().to_owned()),
        name: Some(connection.settings.name.as_str().to_owned()),
        content: Ok(Incoming { connection, intent: Intent::Connected }),
        notes: Vec::new(),
    }
}

fn malformed(id: &str, fault: &str) -> ImportEntry {
    ImportEntry {
        id: Some(id.to_owned()),
        name: None,
        content: Err(vec![Invalid::new("", fault)]),
        notes: Vec::new(),
    }
}

fn file(entries: Vec<ImportEntry>) -> ImportFile {
    ImportFile { source: Source::Mmc, entries, not_taken_over: vec!["tools".to_owned()] }
}

async fn import(app: &TestApp, file: ImportFile, mode: ImportMode) -> ImportReport {
    let (reporter, _) = ImportProgress::channel();
    let ctx = app.ctx(Role::ConnectionManager);
    app.app.transfer().import(&ctx, file, mode, reporter).await.expect("a report")
}

fn outcomes(report: &ImportReport) -> Vec<String> {
    let outcome = |entry: &Planned| match &entry.outcome {
        EntryOutcome::Create => "create".to_owned(),
        EntryOutcome::Skip(there) => there.to_string(),
        EntryOutcome::Refuse(faults) => {
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        }
    };
    report.entries.iter().map(outcome).collect()
}

async fn stored(app: &TestApp) -> Vec<String> {
    let ctx = app.ctx(Role::Admin);
    let listing = app.app.connections().list(&ctx, &ListQuery::default(), Secrets::Omit).await;
    listing.expect("allowed").entries.iter().map(|entry| entry.id().to_owned()).collect()
}

#[tokio::test]
async fn a_file_moves_in_as_planned_and_every_connection_is_on_record() {
    let (app, broker, dead) = (TestApp::start().await, Mosquitto::plain().await, broken());
    let ctx = app.ctx(Role::ConnectionManager);
    let mut down = entry(new("down", &broker.url()));
    down.content.as_mut().unwrap().intent = Intent::Disconnected;
    let unnamed = entry(with_id(None, named("x", "Without an id", dead.url())));
    let file = file(vec![entry(new("up", &broker.url())), down, unnamed]);

    let plan = import(&app, file.clone(), ImportMode::DryRun).await;
    assert_eq!((plan.done, outcomes(&plan)), (false, vec!["create".to_owned(); 3]));
    assert_eq!(stored(&app).await, [""; 0], "a plan stores nothing");

    let report = import(&app, file.clone(), ImportMode::Store).await;
    assert!(report.done && report.not_taken_over == ["tools"]);
    let ids: Vec<&str> = report.created_ids().collect();
    assert_eq!((ids.len(), &ids[..2]), (3, &["up", "down"][..]));
    assert_eq!(stored(&app).await, ids);
    assert_eq!(
        app.audit().await[..4],
        [
            format!("connectionManager connection.create {} success", ids[2]),
            "connectionManager connection.create down success".to_owned(),
            "connectionManager connection.create up success".to_owned(),
            "connectionManager connection.import  success".to_owned(),
        ]
    );
    let ids: Vec<_> = ids.iter().map(|text| id(text)).collect();
    let wanted = LinkStateCounts { connected: 1, failed: 1, disconnected: 1, pending: 0 };
    until("the links to have had their first outcome", DEADLINE, async || {
        (app.app.connections().link_state_counts(&ctx, &ids).unwrap() == wanted).then_some(())
    })
    .await;

    let app = app.restart().await;
    assert_eq!(stored(&app).await.len(), 3);
    let down = app.app.connections().get(&ctx, &id("down"), Secrets::Omit).await.unwrap();
    assert_eq!(down.status.unwrap().state, LinkState::Idle);
    let again = import(&app, file, ImportMode::Store).await;
    assert_eq!((again.done, again.creates(), again.skips()), (true, 0, 3));
    let imports = app.audit().await.into_iter().filter(|line| line.contains("connection.import"));
    assert_eq!(imports.count(), 1, "what changes nothing is no change");
}

#[tokio::test]
async fn nothing_is_stored_for_a_session_that_has_ended_meanwhile() {
    let (app, dead) = (TestApp::start().await, broken());
    let token = app.token(Role::ConnectionManager).await;
    let session =
        app.app.sessions().authenticate(token.expose()).await.unwrap().expect("a session");
    let ctx = Ctx::new(session.caller, TestApp::origin());
    let import = async |name: &str| {
        let (reporter, _) = ImportProgress::channel();
        let file = file(vec![entry(new(name, dead.url()))]);
        app.app.transfer().import(&ctx, file, ImportMode::Store, reporter).await
    };
    import("early").await.expect("the session goes on");
    app.app.sessions().log_out(&ctx).await.expect("logged out");
    let late = import("late").await;
    assert!(matches!(late, Err(ImportError::NotAllowed(_))), "{late:?}");
    assert_eq!(stored(&app).await, ["early"]);
}

#[tokio::test]
async fn one_refused_entry_and_nothing_is_stored() {
    let (app, dead, ca) = (TestApp::start().await, broken(), Ca::new("factory"));
    let mut no_cert = new("no-cert", dead.url());
    let key = ca.client("haltere").key_pem.into_bytes();
    no_cert.settings.tls =
        TlsSettings { key: Some(Pem::new(key).into()), ..TlsSettings::default() };
    let mut bad_ca = new("bad-ca", dead.url());
    bad_ca.settings.tls.ca = Some(Pem::new(b"-----BEGIN nothing".to_vec()));
    let file = file(vec![
        entry(new("a", dead.url())),
        malformed("m", "url: port 70000 is out of range"),
        entry(no_cert),
        entry(named("a", "Another name", dead.url())),
        entry(named("b", "Name of a", dead.url())),
        entry(bad_ca),
    ]);
    let before = app.audit().await;
    let report = import(&app, file.clone(), ImportMode::Store).await;
    assert_eq!((report.done, report.creates(), report.refusals()), (false, 1, 5));
    let outcomes = outcomes(&report);
    assert_eq!(
        outcomes[..5],
        [
            "create",
            "url: port 70000 is out of range",
            "cert: is missing; a private key needs its certificate",
            "id: is that of connections[0], too",
            "name: is that of connections[0], too",
        ]
    );
    assert!(outcomes[5].starts_with("ca: "), "{outcomes:?}");
    assert_eq!((stored(&app).await.len(), app.audit().await), (0, before));
    let plan = import(&app, file, ImportMode::DryRun).await;
    assert_eq!(plan, report, "the plan says the same");
}

#[tokio::test]
async fn existing_connections_are_skipped_with_the_reason() {
    let (app, dead) = (TestApp::start().await, broken());
    let two = vec![entry(new("a", dead.url())), entry(new("b", dead.url()))];
    assert!(import(&app, file(two), ImportMode::Store).await.done);
    let report = import(
        &app,
        file(vec![entry(new("a", "mqtt://elsewhere.example")), entry(new("c", dead.url()))]),
        ImportMode::Store,
    );
    assert_eq!(outcomes(&report.await), ["id and name are there already", "create"]);
    let report =
        import(&app, file(vec![entry(named("b", "Name of a", dead.url()))]), ImportMode::Store);
    assert_eq!(
        outcomes(&report.await),
        ["the id is there already, under the name \"Name of b\", and the name under the id \"a\"",]
    );
    let report = import(
        &app,
        file(vec![
            entry(named("a", "New", dead.url())),
            entry(named("n", "Name of b", dead.url())),
        ]),
        ImportMode::Store,
    );
    assert_eq!(
        outcomes(&report.await),
        [
            "the id is there already, under the name \"Name of a\"",
            "the name is there already, under the id \"b\"",
        ]
    );
    assert_eq!(stored(&app).await, ["a", "b", "c"]);
    let ctx = app.ctx(Role::Viewer);
    let kept = app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await.unwrap();
    assert_eq!(kept.entry.url(), dead.url(), "skipped is untouched");
}

#[tokio::test]
async fn a_client_id_moves_in_once_at_a_broker() {
    let (app, dead) = (TestApp::start().await, broken());
    let named = |client_id: &str, id: &str, url: &str| {
        entry(with_credentials(new(id, url), builders::client_id(client_id)))
    };
    let there = "mqtt://elsewhere.example";
    let first = vec![named("x", "a", dead.url()), named("x", "b", there)];
    assert!(import(&app, file(first.clone()), ImportMode::Store).await.done);
    let more = [
        named("x", "c", dead.url()),
        named("y", "d", dead.url()),
        named("y", "e", &format!("{}/", dead.url())),
    ];
    let all = first.into_iter().chain(more).collect();
    let report = import(&app, file(all), ImportMode::Store).await;
    assert!(!report.done);
    assert_eq!(
        outcomes(&report),
        [
            "id and name are there already",
            "id and name are there already",
            "credentials.clientId: the connection \"Name of a\" (id \"a\") has it at the same broker, and each would end the other's session",
            "create",
            "credentials.clientId: is that of connections[3] at the same broker, too, and each would end the other's session",
        ]
    );
    assert_eq!(stored(&app).await, ["a", "b"]);
}

#[tokio::test]
async fn a_generated_client_id_is_not_imported() {
    let (app, dead) = (TestApp::start().await, broken());
    let generated =
        |id: &str| haltere_link::generated_client_id(&app.app.0.shared.fleet.instance, id);
    let named = |client_id: String, id: &str| {
        entry(with_credentials(new(id, dead.url()), builders::client_id(&client_id)))
    };
    assert!(import(&app, file(vec![entry(new("a", dead.url()))]), ImportMode::Store).await.done);
    let all = vec![
        named(generated("a"), "c"),
        entry(new("d", dead.url())),
        named(generated("d"), "e"),
        named(generated("f"), "g"),
        entry(new("f", dead.url())),
    ];
    let refused = [
        "credentials.clientId: the connection \"Name of a\" (id \"a\") has it at the same broker, and each would end the other's session",
        "create",
        "credentials.clientId: is that of connections[1] at the same broker, too, and each would end the other's session",
        "create",
        "credentials.clientId: is that of connections[3] at the same broker, too, and each would end the other's session",
    ];
    for mode in [ImportMode::DryRun, ImportMode::Store] {
        let report = import(&app, file(all.clone()), mode).await;
        assert_eq!((report.done, outcomes(&report)), (false, refused.map(str::to_owned).to_vec()));
    }
    assert_eq!(stored(&app).await, ["a"]);
}

#[tokio::test]
async fn the_limit_holds_for_the_whole_file() {
    let app = TestApp::start_with(|config| config.settings.connections_max = 3).await;
    let dead = broken();
    let of = |ids: &[&str]| file(ids.iter().map(|id| entry(new(id, dead.url()))).collect());
    assert!(import(&app, of(&["a", "b"]), ImportMode::Store).await.done);
    let report = import(&app, of(&["a", "c", "d"]), ImportMode::Store).await;
    let exceeds = report.exceeds.expect("too many");
    assert_eq!(exceeds.to_string(), "2 more would make 4 connections, and connections.max is 3");
    assert!(!report.done);
    assert_eq!(stored(&app).await, ["a", "b"]);
    assert!(import(&app, of(&["a", "b", "c"]), ImportMode::Store).await.done);
}

#[tokio::test]
async fn an_unauthorized_import_is_refused_and_audited() {
    let (app, dead) = (TestApp::start().await, broken());
    for role in [Role::Editor, Role::Viewer, Role::MonitoringViewer] {
        let file = file(vec![entry(new("a", dead.url()))]);
        let (reporter, _) = ImportProgress::channel();
        let ctx = app.ctx(role);
        let refused = app.app.transfer().import(&ctx, file, ImportMode::Store, reporter).await;
        assert!(matches!(refused, Err(ImportError::NotAllowed(_))), "{role}");
        assert_eq!(app.audit().await[0], format!("{role} connection.import  denied"));
    }
}

#[tokio::test]
async fn a_guard_is_held_until_the_import_has_ended() {
    let (app, dead) = (TestApp::start().await, broken());
    let ctx = app.ctx(Role::ConnectionManager);
    let held = Arc::new(());
    let reporter = ImportProgress::channel().0.holding(Arc::clone(&held));
    let (tasks, file) = (app.app.0.shared.tasks.len(), file(vec![entry(new("a", dead.url()))]));
    // Storing waits for another transaction.
    let tx = app.store.write().await.unwrap();
    let begun = until("storing to begin", DEADLINE, async || {
        (app.app.0.shared.tasks.len() > tasks).then_some(())
    });
    tokio::select! {
        _ = app.app.transfer().import(&ctx, file, ImportMode::Store, reporter) => panic!("stored"),
        () = begun => {}
    }
    // The caller has gone away.
    assert_eq!((Arc::strong_count(&held), stored(&app).await), (2, Vec::new()));
    drop(tx);
    until("the import to end", DEADLINE, async || (Arc::strong_count(&held) == 1).then_some(()))
        .await;
    assert_eq!(stored(&app).await, ["a"]);
}

#[tokio::test]
async fn a_server_notices_an_import_by_another_process() {
    let (app, broker) = (TestApp::start().await, Mosquitto::plain().await);
    let transfer = app.transfer_of_another_process().await;
    let (reporter, progress) = ImportProgress::channel();
    let file = file(vec![entry(new("a", &broker.url()))]);
    let report = transfer.import(&Ctx::system("cli"), file, ImportMode::Store, reporter).await;
    assert!(report.unwrap().done);
    let last = *progress.borrow();
    assert_eq!(last, ImportProgress { stage: ImportStage::Storing, done: 1, total: 1 });
    let ctx = app.ctx(Role::Viewer);
    until("the link to come up", DEADLINE, async || {
        let view = app.app.connections().get(&ctx, &id("a"), Secrets::Omit).await.ok()?;
        view.status?.connected().then_some(())
    })
    .await;
    assert_eq!(
        app.audit().await[..2].join(","),
        "system connection.create a success,system connection.import  success"
    );
}

/// Files whose entries get in each other's way: few ids, few names, and malformed ones.
fn any_file() -> impl Strategy<Value = ImportFile> {
    let sound = (prop::option::weighted(0.9, 0..12_u8), 0..12_u8, any::<bool>()).prop_map(
        |(id, name, up)| {
            let id = id.map(|id| ConnectionId::parse(&format!("id-{id}")).expect("an id"));
            let name = format!("name {name}");
            let connection = with_id(id, named("x", &name, "mqtt://broker.example"));
            let mut entry = entry(connection);
            let intent = if up { Intent::Connected } else { Intent::Disconnected };
            entry.content.as_mut().expect("sound").intent = intent;
            entry
        },
    );
    let faulty = (0..12_u8).prop_map(|id| malformed(&format!("id-{id}"), "url: is missing"));
    let entry = prop_oneof![30 => sound, 1 => faulty];
    prop::collection::vec(entry, 0..8).prop_map(file)
}

async fn keys(test: &TestTransfer) -> Vec<ConnectionKey> {
    test.transfer.store.read().await.unwrap().connections().list_keys().await.unwrap()
}

/// Imports one file after the other, each first as a plan.
async fn plan_and_result_agree(files: Vec<ImportFile>) {
    let test = TestTransfer::start().await;
    let ctx = Ctx::system("test");
    let mut created = 0;
    for file in files {
        let run = async |mode| {
            let (reporter, _) = ImportProgress::channel();
            test.transfer.import(&ctx, file.clone(), mode, reporter).await.unwrap()
        };
        let before = keys(&test).await;
        let plan = run(ImportMode::DryRun).await;
        assert_eq!(keys(&test).await, before);
        let report = run(ImportMode::Store).await;
        assert_eq!(outcomes(&report), outcomes(&plan));
        assert_eq!((plan.done, report.done), (false, !plan.is_refused()));
        let new =
            report.entries.iter().filter(|it| report.done && it.outcome == EntryOutcome::Create);
        let new = new.map(|Planned { id, name, .. }| ConnectionKey {
            id: id.clone().expect("known by now"),
            name: name.clone().expect("a name"),
        });
        let expected: Vec<_> = before.into_iter().chain(new).collect();
        created = expected.len();
        assert_eq!(keys(&test).await, expected, "{report:?}");
        let mut report = report;
        if !report.done {
            report = run(ImportMode::StoreGood).await;
            assert_eq!((report.done, outcomes(&report)), (true, outcomes(&plan)));
            let new = report.entries.iter().filter(|it| it.outcome == EntryOutcome::Create);
            let new = new.map(|Planned { id, name, .. }| ConnectionKey {
                id: id.clone().expect("known by now"),
                name: name.clone().expect("a name"),
            });
            let expected: Vec<_> = expected.into_iter().chain(new).collect();
            created = expected.len();
            assert_eq!(keys(&test).await, expected, "{report:?}");
        }
        let again = run(ImportMode::StoreGood).await;
        if report.refusals() == 0 {
            assert_eq!((again.creates(), again.done), (0, true));
        } else {
            assert_eq!((again.creates(), again.refusals()), (0, report.refusals()));
        }
    }
    let filter = AuditFilter { limit: 1_000, ..AuditFilter::default() };
    let trail = test.transfer.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    let on_record = trail.iter().filter(|record| !record.entry.object.is_empty()).count();
    assert_eq!(on_record, created, "an audit entry for each connection");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_import_does_what_its_plan_says(files in prop::collection::vec(any_file(), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(plan_and_result_agree(files));
    }
}
