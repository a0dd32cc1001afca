use haltere_core::{Alpn, BrokerUrl, Credentials, MmcFields, MqttString, Role, TlsServerName};
use haltere_testkit::Ca;
use haltere_testkit::builders::{mqtt_password, mqtt_text};

use super::super::fixture::{broken, id, new, with, with_id, with_tls};
use super::super::import::ImportProgress;
use super::super::{
    ConnectionPatch, CreateError, FieldChange, ImportEntry, ImportExceeds, ImportFile, ImportMode,
    ImportReport, Incoming, NewConnection, Secrets, Source, UpdateError,
};
use super::*;
use crate::testing::TestApp;

const BUDGET: usize = 8_000;

fn trusting(id: &str, url: &str, ca: &str) -> NewConnection {
    let tls = TlsSettings { ca: Some(Pem::new(ca)), ..TlsSettings::default() };
    with_tls(new(id, url), tls)
}

/// The bytes that an import would add, those that there would be, and the limit.
fn over_budget(report: &ImportReport) -> (u64, u64, u64) {
    match report.exceeds {
        Some(ImportExceeds::MaterialBudget { new, all, max }) => (new, all, max),
        ref other => panic!("{other:?}"),
    }
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

/// What all certificates and keys take.
async fn stored_bytes(app: &TestApp) -> u64 {
    app.store.read().await.unwrap().connections().held_bytes().await.unwrap().material
}

#[tokio::test]
async fn connections_under_one_authority_cost_one() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET * 3 / 4));
    let ctx = app.ctx(Role::Admin);
    for id in ["a", "b", "c"] {
        let new = trusting(id, port.url(), &ca);
        app.app.connections().create(&ctx, new, Secrets::Omit).await.expect("within the budget");
    }
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
    let app = app.restart().await;
    let ca_of = async |name: &str| {
        let view = app.app.connections().get(&app.ctx(Role::Admin), &id(name), Secrets::Omit).await;
        let entry = view.unwrap().entry;
        entry.connection().expect("readable").settings.tls.ca.clone().expect("a CA")
    };
    assert!(ca_of("a").await.shares_with(&ca_of("c").await), "and in memory");
    let spec = app.app.0.shared.fleet.registry.get("b").and_then(|entry| entry.spec().cloned());
    let used = spec.expect("readable").tls.ca.clone().expect("a CA");
    assert!(used.shares_with(&ca_of("a").await), "by the links, too");
}

#[tokio::test]
async fn a_change_over_the_budget_is_refused_without_effect() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET * 3 / 4));
    let ctx = app.ctx(Role::Admin);
    let create = async |id: &str, ca: &str| {
        app.app.connections().create(&ctx, trusting(id, port.url(), ca), Secrets::Omit).await
    };
    create("a", &ca).await.expect("within the budget");
    let bare = new("bare", port.url());
    app.app.connections().create(&ctx, bare, Secrets::Omit).await.expect("a few bytes");
    let refused = create("b", &bundle(BUDGET / 2)).await.expect_err("over the budget");
    assert!(matches!(refused, CreateError::BudgetReached), "{refused:?}");

    let patch = async |name: &str, ca: &str| {
        let ca = FieldChange::Set(Pem::new(ca));
        let patch = ConnectionPatch { ca, ..ConnectionPatch::default() };
        app.app.connections().patch(&ctx, &id(name), patch, Secrets::Omit).await
    };
    let refused = patch("bare", &bundle(BUDGET / 2)).await.expect_err("over the budget");
    assert!(matches!(refused, UpdateError::BudgetReached), "{refused:?}");
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
    patch("bare", &ca).await.expect("there already");
    patch("bare", &bundle(100)).await.expect("small enough");
    let other = bundle(BUDGET / 2);
    patch("a", &other).await.expect("it replaces a larger one");
    app.app.connections().delete(&ctx, &id("a"), Secrets::Omit).await.expect("there");
    create("b", &bundle(BUDGET / 2)).await.expect("within the budget again");
}

#[tokio::test]
async fn a_lowered_budget_prevents_no_rename() {
    let (app, port) = (TestApp::start().await, broken());
    let large = trusting("a", port.url(), &bundle(BUDGET * 2));
    app.app.connections().create(&app.ctx(Role::Admin), large, Secrets::Omit).await.expect("new");
    let app = app.restart_with(|config| config.settings.material_budget = BUDGET as u64).await;
    let ctx = app.ctx(Role::Admin);
    let rename = |name: &str| ConnectionPatch {
        name: Some(haltere_testkit::builders::name(name)),
        ..ConnectionPatch::default()
    };
    let patch =
        async |patch| app.app.connections().patch(&ctx, &id("a"), patch, Secrets::Omit).await;
    for name in ["of the same length", "OF THE SAME LENGTH", "longer than it was before", "short"] {
        patch(rename(name)).await.expect(name);
    }
    let grows = ConnectionPatch {
        username: FieldChange::Set(mqtt_text("some user")),
        ..rename("no cover for anything else")
    };
    let refused = patch(grows).await.expect_err("it grows");
    assert!(matches!(refused, UpdateError::BudgetReached), "{refused:?}");
}

async fn import(app: &TestApp, entries: Vec<NewConnection>, mode: ImportMode) -> ImportReport {
    let (reporter, _) = ImportProgress::channel();
    let entries = entries.into_iter().map(|connection| ImportEntry {
        id: connection.id.as_ref().map(|id| id.as_str().to_owned()),
        name: Some(connection.settings.name.as_str().to_owned()),
        content: Ok(Incoming { connection, intent: haltere_core::Intent::Connected }),
        notes: Vec::new(),
    });
    let file =
        ImportFile { source: Source::Mmc, entries: entries.collect(), not_taken_over: Vec::new() };
    app.app.transfer().import(&app.ctx(Role::Admin), file, mode, reporter).await.expect("a report")
}

#[tokio::test]
async fn an_import_counts_new_material_once() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET / 2));
    let url = port.url();
    let many = |ca: &str| (0..50).map(|n| trusting(&format!("c{n}"), url, ca)).collect::<Vec<_>>();
    let mut two = many(&ca);
    two.push(trusting("other", url, &bundle(BUDGET)));
    for mode in [ImportMode::DryRun, ImportMode::Store] {
        let report = import(&app, two.clone(), mode).await;
        let (new, all, max) = over_budget(&report);
        assert_eq!((new, max, report.done), (all, BUDGET as u64, false));
        assert!(new > BUDGET as u64 && report.is_refused());
        let report = import(&app, many(&ca), mode).await;
        assert_eq!((&report.exceeds, report.is_refused()), (&None, false));
    }
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
}

#[tokio::test]
async fn the_same_authority_in_another_layout_costs_nothing_more() {
    let (app, port, ca) = (app().await, broken(), bundle(BUDGET * 3 / 4));
    let ctx = app.ctx(Role::Admin);
    let layouts = [
        ca.clone(),
        ca.replace('\n', "\r\n"),
        ca.replace('\n', " \n"),
        ca.replace("-----BEGIN", "# our factory\n-----BEGIN"),
        ca.trim_end().to_owned(),
    ];
    let mut new = Vec::new();
    for (n, ca) in layouts.iter().enumerate() {
        let stored = trusting(&format!("c{n}"), port.url(), ca);
        new.push(trusting(&format!("i{n}"), port.url(), ca));
        app.app.connections().create(&ctx, stored, Secrets::Omit).await.expect("within the budget");
    }
    let report = import(&app, new, ImportMode::Store).await;
    assert_eq!((&report.exceeds, report.creates()), (&None, layouts.len()));
    let spare = ConnectionPatch {
        ca: FieldChange::Set(Pem::new(layouts[1].as_str())),
        ..ConnectionPatch::default()
    };
    let same = app.app.connections().patch(&ctx, &id("c0"), spare, Secrets::Omit).await;
    let same = same.expect("the same");
    assert_eq!(same.entry.connection().expect("readable").revision.0, 1, "nothing has changed");
    assert_eq!(stored_bytes(&app).await, ca.len() as u64);
    let ca_of = |id: &str| {
        let entry = app.app.0.shared.fleet.registry.get(id).expect("there");
        entry.connection().expect("readable").settings.tls.ca.clone().expect("a CA")
    };
    assert!(["c1", "i0", "i4"].into_iter().all(|id| ca_of(id).shares_with(&ca_of("c0"))));
    assert_eq!(ca_of("c0"), Pem::new(ca));
}

/// With something in every field that is of no fixed length.
fn wordy(id: &str, url: &str) -> NewConnection {
    let text = |of: &str| of.repeat(500);
    let tls = TlsSettings {
        alpn: Some(Alpn::new(vec!["mqtt".to_owned(), "x".repeat(200)]).expect("names")),
        server_name: Some(TlsServerName::parse("broker.example").expect("a name")),
        ..TlsSettings::default()
    };
    let mmc = MmcFields {
        no_metrics_mode: Some(true),
        ca_file: Some(text("a")),
        cert_file: Some(text("b")),
        key_file: Some(text("c")),
    };
    let credentials = Credentials::new(
        Some(mqtt_text(&text("ü"))),
        Some(mqtt_password(&text("p"))),
        Some(mqtt_text(&format!("{id}{url}"))),
    );
    with(new(id, url), |settings| {
        (settings.credentials, settings.tls, settings.mmc) = (credentials, tls, mmc);
    })
}

#[tokio::test]
async fn an_import_counts_texts_before_it_stores_them() {
    let (app, port) = (app().await, broken());
    let all = || {
        let mut all = vec![wordy("a", port.url()), new("b", port.url())];
        all.push(with_id(None, new("c", port.url())));
        all
    };
    let max = {
        let app = TestApp::start_with(|config| config.settings.material_budget = 1).await;
        let report = import(&app, all(), ImportMode::DryRun).await;
        over_budget(&report).0
    };
    assert!(max > 3_000, "{max}");
    for (budget, fits) in [(max - 1, false), (max, true)] {
        let app = TestApp::start_with(|config| config.settings.material_budget = budget).await;
        let report = import(&app, all(), ImportMode::Store).await;
        assert_eq!((report.exceeds.is_none(), report.done), (fits, fits));
        let held = app.store.read().await.unwrap().connections().held_bytes().await.unwrap().all();
        assert_eq!(held, if fits { max } else { 0 });
    }
    let report = import(&app, all(), ImportMode::Store).await;
    assert!(report.done, "{:?}", report.exceeds);
}

#[tokio::test]
async fn a_connection_and_its_link_hold_each_text_once() {
    let (app, port) = (app().await, broken());
    let ctx = app.ctx(Role::Admin);
    let created = app.app.connections().create(&ctx, wordy("a", port.url()), Secrets::Omit).await;
    created.expect("within the budget");
    let entry = app.app.0.shared.fleet.registry.get("a").expect("there");
    let (connection, spec) = (entry.connection().expect("readable"), entry.spec().expect("a link"));
    let given = connection.settings.credentials.as_ref().expect("credentials");
    let at = |text: &Option<MqttString>| text.as_ref().map(|it| it.as_str().as_ptr());
    assert_eq!(at(&given.username), spec.username.as_ref().map(|it| it.as_ptr()));
    assert_eq!(at(&given.client_id), Some(spec.client_id.as_ptr()));
    let password = given.password.as_ref().map(|it| it.expose().as_ptr());
    assert_eq!(password, spec.password.as_ref().map(|it| it.expose().as_ptr()));
    let at = |url: &BrokerUrl| url.as_str().as_ptr();
    assert_eq!(at(&connection.settings.url), at(&spec.url));
}
