use haltere_core::{GroupName, LabelSelector, Role, UserName};
use haltere_store::GroupRecord;

use super::*;
use crate::connections::Secrets;
use crate::connections::fixture::{broken, id, new};
use crate::policy::Visibility;
use crate::testing::TestApp;
use crate::users::{UserChange, UserError};

fn name(text: &str) -> GroupName {
    GroupName::parse(text).expect("a name")
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

fn night_shift() -> NewGroup {
    NewGroup {
        users: texts(["viewer"]),
        connections: texts(["a"]),
        ..NewGroup::new(name("Night shift"), Role::ConnectionManager)
    }
}

async fn with_connections<const N: usize>(ids: [&str; N]) -> TestApp {
    let (app, port) = (TestApp::start().await, broken());
    for id in ids {
        let new = new(id, port.url());
        app.app.connections().create(&app.ctx(Role::Admin), new, Secrets::Omit).await.expect("new");
    }
    app
}

#[tokio::test]
async fn each_change_is_audited_with_what_was_before_and_after() {
    let app = with_connections(["a", "b"]).await;
    let (admin, groups) = (app.ctx(Role::Admin), app.app.groups());
    groups.add(&admin, night_shift()).await.expect("new");
    assert_eq!(app.audit().await[0], "admin group.create Night shift success");
    let created = [
        "role: - → connectionManager",
        "narrows: - → true",
        "users: - → viewer",
        "connections: - → a",
    ];
    assert_eq!(app.newest_changes().await, created);
    let change = GroupChange {
        role: Some(Role::Viewer),
        users: Some(texts(["editor", "viewer"])),
        connections: Some(Vec::new()),
        label: Some(LabelSelector::parse("site=graz").expect("a selector")),
        ..GroupChange::default()
    };
    let after = groups.change(&admin, &name("Night shift"), change.clone()).await.expect("there");
    assert_eq!(after[0].members.len(), 2);
    assert_eq!(app.audit().await[0], "admin group.update Night shift success");
    let expected = [
        "role: connectionManager → viewer",
        "label: - → site=graz",
        "users: viewer → editor, viewer",
        "connections: a → -",
    ];
    assert_eq!(app.newest_changes().await, expected);
    let before = app.audit().await;
    groups.change(&admin, &name("Night shift"), change).await.expect("there");
    assert_eq!(app.audit().await, before, "nothing has changed");
    groups.remove(&admin, &name("Night shift")).await.expect("there");
    assert_eq!(app.audit().await[0], "admin group.delete Night shift success");
    assert_eq!(app.newest_changes().await.len(), 4);
}

#[tokio::test]
async fn users_and_connections_leave_their_groups_when_they_go() {
    let app = with_connections(["a"]).await;
    let (admin, groups) = (app.ctx(Role::Admin), app.app.groups());
    groups.add(&admin, night_shift()).await.expect("new");
    app.app.users().remove(&admin, &TestApp::user(Role::Viewer)).await.expect("there");
    app.app.connections().delete(&admin, &id("a"), Secrets::Omit).await.expect("there");
    let group = groups.get(&admin, &name("Night shift")).await.expect("there");
    assert_eq!((group.members, group.connections), (Vec::new(), Vec::new()));
    assert!(group.narrows, "no member sees more because a connection was deleted");
    let audit = app.audit().await;
    assert_eq!(
        audit[..4],
        [
            "admin connection.delete a success",
            "admin group.update Night shift success",
            "admin user.delete viewer success",
            "admin group.update Night shift success",
        ]
    );
    let keep = GroupChange { connections: Some(Vec::new()), ..GroupChange::default() };
    let same = groups.change(&admin, &name("Night shift"), keep.clone()).await.expect("there");
    assert!(same[0].narrows, "a client that sends everything back changes nothing");
    let widen = GroupChange { narrows: Some(false), ..keep };
    let changed = groups.change(&admin, &name("Night shift"), widen).await.expect("there");
    assert!(!changed[0].narrows);
}

#[tokio::test]
async fn an_administrator_who_sees_everything_stays() {
    let app = with_connections(["a"]).await;
    let (admin, groups) = (app.ctx(Role::Admin), app.app.groups());
    let with_admin = || NewGroup { users: texts(["admin"]), ..night_shift() };
    let refused = groups.add(&admin, with_admin()).await;
    assert!(matches!(refused, Err(GroupError::LastAdmin)), "{refused:?}");
    let harmless = NewGroup { connections: Vec::new(), ..with_admin() };
    groups.add(&admin, harmless).await.expect("it hides nothing");
    for change in [
        GroupChange { connections: Some(texts(["a"])), ..GroupChange::default() },
        GroupChange { narrows: Some(true), ..GroupChange::default() },
        GroupChange { label: LabelSelector::parse("a").ok(), ..GroupChange::default() },
    ] {
        let refused = groups.change(&admin, &name("Night shift"), change).await;
        assert!(matches!(refused, Err(GroupError::LastAdmin)), "{refused:?}");
    }
    let viewer = TestApp::user(Role::Viewer);
    app.app.users().set_roles(&admin, &viewer, Role::Admin.into()).await.expect("there");
    let narrow = GroupChange { connections: Some(texts(["a"])), ..GroupChange::default() };
    groups.change(&admin, &name("Night shift"), narrow).await.expect("there is another one");
    // The other one is the last one now who sees everything.
    let system = Ctx::system("test");
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    for refused in [
        app.app.users().remove(&system, &viewer).await,
        app.app.users().set_roles(&system, &viewer, Role::Viewer.into()).await,
        app.app.users().change(&system, &viewer, disable).await,
    ] {
        assert!(matches!(refused, Err(UserError::LastAdmin)), "{refused:?}");
    }
    let admin_name = UserName::parse("admin").expect("a name");
    app.app.users().remove(&system, &admin_name).await.expect("it is not the last one");
}

#[tokio::test]
async fn unknown_users_and_connections_are_named_and_hidden_ones_are_unknown() {
    let app = with_connections(["a", "b"]).await;
    let (admin, groups) = (app.ctx(Role::Admin), app.app.groups());
    let reason = async |ctx: &Ctx, new: NewGroup| {
        let refused = groups.add(ctx, new).await;
        let Err(GroupError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
        invalid.to_string()
    };
    let new = NewGroup { users: texts(["viewer", "x", "y"]), ..night_shift() };
    assert_eq!(reason(&admin, new).await, "users: there is no user \"x\", \"y\"");
    let new = NewGroup { connections: texts(["nowhere", "a"]), ..night_shift() };
    assert_eq!(reason(&admin, new).await, "connections: there is no connection \"nowhere\"");

    let half = admin.clone().seeing(Visibility::of(["a"]));
    let new = NewGroup { connections: texts(["a", "b"]), ..night_shift() };
    assert_eq!(reason(&half, new.clone()).await, "connections: there is no connection \"b\"");
    groups.add(&admin, new).await.expect("new");
    let shown = groups.get(&half, &name("Night shift")).await.expect("there");
    assert_eq!(shown.connections, ["a"]);
    let change = GroupChange { connections: Some(Vec::new()), ..GroupChange::default() };
    groups.change(&half, &name("Night shift"), change).await.expect("there");
    let left = groups.get(&admin, &name("Night shift")).await.expect("there");
    assert_eq!(left.connections, ["b"], "what is hidden stays");
}

#[tokio::test]
async fn there_are_at_most_a_thousand_groups() {
    let app = TestApp::start().await;
    let (admin, groups) = (app.ctx(Role::Admin), app.app.groups());
    groups.add(&admin, NewGroup::new(name("g0"), Role::Viewer)).await.expect("new");
    let mut tx = app.store.write().await.expect("a transaction");
    let first = tx.groups().list().await.expect("read").remove(0);
    for number in 1..MAX_GROUPS {
        let record = GroupRecord { name: name(&format!("g{number}")), ..first.clone() };
        tx.groups().insert(&record).await.expect("new");
    }
    tx.commit().await.expect("stored");
    let refused = groups.add(&admin, NewGroup::new(name("one more"), Role::Viewer)).await;
    assert!(matches!(refused, Err(GroupError::TooMany)), "{refused:?}");
    groups.remove(&admin, &name("g7")).await.expect("there");
    groups.add(&admin, NewGroup::new(name("one more"), Role::Viewer)).await.expect("capacity");
}
