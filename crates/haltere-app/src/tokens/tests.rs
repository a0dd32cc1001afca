//! Tokens from their creation to their end.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{
    ConnectionId, GroupName, LabelSelector, Origin, PluginId, Role, Timestamp, TokenName,
    TokenScope, TokenSecret, UserName,
};
use haltere_testkit::MockClock;
use haltere_testkit::wait::{DEADLINE, until, within};

use super::*;
use crate::error::NotAllowed;
use crate::groups::{GroupError, NewGroup};
use crate::policy::Action;
use crate::testing::TestApp;
use crate::users::UserChange;

const HOUR: Duration = Duration::from_hours(1);

async fn with_clock() -> (TestApp, MockClock) {
    let clock = MockClock::default();
    let shared = Arc::new(clock.clone());
    (TestApp::start_with(|config| config.clock = shared).await, clock)
}

fn new(app: &TestApp, name: &str, role: Role) -> NewToken {
    NewToken {
        name: TokenName::parse(name).unwrap(),
        description: String::new(),
        owner: None,
        role,
        expires_at: app.app.clock().now() + HOUR,
        scope: TokenScope::default(),
        actions: None,
    }
}

async fn create(app: &TestApp, new: NewToken) -> CreatedToken {
    app.app.tokens().create(&app.ctx(Role::Admin), new).await.expect("created")
}

async fn use_of(app: &TestApp, secret: &TokenSecret) -> Option<Ctx> {
    app.app.tokens().authenticate(secret.expose(), &TestApp::origin()).await.ok()
}

async fn ends(ctx: &Ctx) {
    within("the credential to end", DEADLINE, ctx.credential.ended()).await;
}

#[tokio::test]
async fn a_token_acts_for_its_owner_until_it_is_revoked() {
    let app = TestApp::start().await;
    let created = create(&app, new(&app, "ci", Role::ConnectionManager)).await;
    let ctx = use_of(&app, &created.secret).await.expect("valid");
    assert_eq!(ctx.user().as_str(), "admin");
    assert_eq!(ctx.roles(), Role::ConnectionManager.into());
    assert!(ctx.may(Action::CreateConnection) && !ctx.may(Action::ListUsers));

    let app = app.restart().await;
    let ctx = use_of(&app, &created.secret).await.expect("still valid");
    let tokens = app.app.tokens();
    let left = tokens.revoke(&app.ctx(Role::Admin), &created.token.id).await.expect("revoked");
    assert_eq!(left, []);
    ends(&ctx).await;
    assert!(use_of(&app, &created.secret).await.is_none());
    let again = tokens.revoke(&app.ctx(Role::Admin), &created.token.id).await.expect("no-op");
    assert_eq!(again, []);
    let audit = app.audit().await;
    assert_eq!(audit[..2], ["admin token.revoke ci success", "admin token.create ci success"]);
}

#[tokio::test]
async fn nothing_that_is_stored_or_shown_is_the_secret() {
    let app = TestApp::start().await;
    let created = create(&app, new(&app, "ci", Role::Viewer)).await;
    let secret = created.secret.expose();
    assert!(!format!("{created:?}").contains(&secret[8..]));
    app.app.shutdown().await;
    for file in std::fs::read_dir(app.database().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let mut windows = bytes.windows(20);
        assert!(!windows.any(|window| window == &secret.as_bytes()[8..28]));
    }
}

#[tokio::test]
async fn a_token_never_has_more_rights_than_its_owner() {
    let app = TestApp::start().await;
    let (users, ctx) = (app.app.users(), app.ctx(Role::Admin));
    let ann = UserName::parse("ann").unwrap();
    let user = crate::users::NewUser::new(&ann, TestApp::PASSWORD, Role::Admin);
    users.add(&ctx, user).await.expect("added");
    let token = NewToken { owner: Some(ann.clone()), ..new(&app, "ci", Role::Admin) };
    let secret = create(&app, token).await.secret;
    let before = use_of(&app, &secret).await.expect("valid");
    assert!(before.may(Action::ListUsers));

    users.set_roles(&ctx, &ann, Role::Viewer.into()).await.expect("demoted");
    ends(&before).await;
    let demoted = use_of(&app, &secret).await.expect("valid");
    assert!(demoted.may(Action::ListConnections) && !demoted.may(Action::ListUsers));
    assert_eq!(demoted.roles(), Role::Viewer.into());

    let disabled = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
    users.change(&ctx, &ann, disabled(true)).await.expect("disabled");
    ends(&demoted).await;
    assert!(use_of(&app, &secret).await.is_none());
    users.change(&ctx, &ann, disabled(false)).await.expect("enabled");
    until("the token to be valid again", DEADLINE, async || use_of(&app, &secret).await).await;

    let last = use_of(&app, &secret).await.expect("valid");
    users.remove(&ctx, &ann).await.expect("removed");
    ends(&last).await;
    assert_eq!(app.app.tokens().list(&ctx).await.expect("allowed"), []);
    let user = crate::users::NewUser::new(&ann, TestApp::PASSWORD, Role::Admin);
    users.add(&ctx, user).await.expect("another of that name");
    app.app.tokens().read_again().await.expect("read");
    assert!(use_of(&app, &secret).await.is_none(), "it went with its user");
}

#[tokio::test]
async fn a_token_that_another_process_has_made_is_valid_at_once() {
    let app = TestApp::start().await;
    let other = app.another_store().await;
    let elsewhere = Tokens::new(other, Arc::clone(app.app.clock()), TokenSettings::default());
    for name in ["one", "two", "three"] {
        let owner = Some(TestApp::user(Role::Admin));
        let new = NewToken { owner, ..new(&app, name, Role::Viewer) };
        let created = elsewhere.create(&Ctx::command_line("cli"), new).await.expect("created");
        assert!(use_of(&app, &created.secret).await.is_some(), "{name}");
    }
}

#[tokio::test]
async fn another_process_ends_what_goes_on_with_a_token() {
    let app = TestApp::start().await;
    let created = create(&app, new(&app, "ci", Role::Viewer)).await;
    let ctx = use_of(&app, &created.secret).await.expect("valid");
    let other = app.another_store().await;
    let elsewhere = Tokens::new(other, Arc::clone(app.app.clock()), TokenSettings::default());
    let name = TokenName::parse("ci").unwrap();
    elsewhere.revoke_named(&Ctx::command_line("cli"), &name).await.expect("revoked");
    ends(&ctx).await;
    assert!(use_of(&app, &created.secret).await.is_none());
    assert_eq!(app.audit().await[0], "system token.revoke ci success");
}

#[tokio::test]
async fn a_token_ends_when_it_expires() {
    let (app, clock) = with_clock().await;
    let secret = create(&app, new(&app, "ci", Role::Viewer)).await.secret;
    let ctx = use_of(&app, &secret).await.expect("valid");
    clock.advance(Duration::from_millis(3_599_999));
    assert!(use_of(&app, &secret).await.is_some() && !ctx.credential.has_ended());
    clock.advance(Duration::from_millis(1));
    ends(&ctx).await;
    assert!(use_of(&app, &secret).await.is_none());
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_a_while_costs_no_token() {
    let (app, clock) = with_clock().await;
    let secret = create(&app, new(&app, "ci", Role::Viewer)).await.secret;
    let ctx = use_of(&app, &secret).await.expect("valid");
    clock.step(7_200);
    ends(&ctx).await;
    assert!(use_of(&app, &secret).await.is_none());
    clock.step(-7_200);
    let again = use_of(&app, &secret).await.expect("valid again");
    assert!(!again.credential.has_ended());
}

#[tokio::test]
async fn changes_of_groups_with_a_token_count() {
    let app = TestApp::start_with(|config| config.settings.audit.actions_per_hour = 3).await;
    let secret = create(&app, new(&app, "ci", Role::Admin)).await.secret;
    let ctx = use_of(&app, &secret).await.expect("valid");
    let groups = app.app.groups();
    let mut added = 0;
    let refused = loop {
        let name = GroupName::parse(&format!("group {added}")).unwrap();
        match groups.add(&ctx, NewGroup::new(name, Role::Viewer)).await {
            Ok(_) => added += 1,
            Err(error) => break error,
        }
        assert!(added < 10, "a token adds as many groups as it likes");
    };
    assert!(matches!(refused, GroupError::NotAllowed(NotAllowed::TooMany { .. })), "{refused:?}");
}

#[tokio::test]
async fn no_token_is_valid_while_the_plugin_is_off() {
    let app = TestApp::start().await;
    let secret = create(&app, new(&app, "ci", Role::Viewer)).await.secret;
    let ctx = use_of(&app, &secret).await.expect("valid");
    let switch = async |on| {
        let admin = app.ctx(Role::Admin);
        app.app.plugins().switch(&admin, PluginId::ApplicationTokens, on).await.expect("switched")
    };
    switch(false).await;
    assert!(use_of(&app, &secret).await.is_none());
    ends(&ctx).await;
    switch(true).await;
    until("the token to be valid again", DEADLINE, async || use_of(&app, &secret).await).await;
}

#[tokio::test]
async fn a_token_is_bound_to_its_networks_and_wrong_ones_are_slowed_down() {
    let app = TestApp::start_with(|config| config.settings.tokens.wrong_burst = 3).await;
    let networks = vec!["192.0.2.0/24".parse().unwrap()];
    let scope = TokenScope { networks, ..TokenScope::default() };
    let secret = create(&app, NewToken { scope, ..new(&app, "ci", Role::Viewer) }).await.secret;
    let from = async |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        let origin = Origin { address: Some(address), request_id: "r".to_owned() };
        app.app.tokens().authenticate(secret.expose(), &origin).await
    };
    assert!(from("192.0.2.7").await.is_ok());
    for _ in 0..3 {
        assert_eq!(from("198.51.100.1").await.unwrap_err(), TokenRefusal::Invalid);
    }
    let refusal = from("198.51.100.1").await.unwrap_err();
    assert!(matches!(refusal, TokenRefusal::TooMany { .. }), "{refusal:?}");
    assert!(from("192.0.2.8").await.is_ok());
    let nowhere = Origin { address: None, request_id: "r".to_owned() };
    let refused = app.app.tokens().authenticate(secret.expose(), &nowhere).await;
    assert_eq!(refused.unwrap_err(), TokenRefusal::Invalid);
}

#[tokio::test]
async fn tokens_are_told_apart_without_the_store() {
    let app = TestApp::start().await;
    let secret = create(&app, new(&app, "ci", Role::Viewer)).await.secret;
    app.store.close().await;
    let unknown = TokenSecret::of_random(&[9; 32]);
    for wrong in [unknown.expose(), "hlt_x", ""] {
        let refused = app.app.tokens().authenticate(wrong, &TestApp::origin()).await;
        assert_eq!(refused.unwrap_err(), TokenRefusal::Invalid);
    }
    assert!(use_of(&app, &secret).await.is_some(), "nor does a right one");
}

#[tokio::test]
async fn uses_are_noted_by_the_minute_and_written_in_batches() {
    let (app, clock) = with_clock().await;
    let ctx = app.ctx(Role::Admin);
    let created = create(&app, new(&app, "ci", Role::Viewer)).await;
    let (id, tokens) = (created.token.id, app.app.tokens());
    let stored = async || {
        let mut read = app.store.read().await.unwrap();
        read.tokens().find(&id).await.unwrap().unwrap().last_used_at
    };
    let shown = async || tokens.get(&ctx, &id).await.unwrap().last_used_at;
    assert_eq!(shown().await, None);
    let first = now(&clock);
    assert!(use_of(&app, &created.secret).await.is_some());
    assert_eq!((stored().await, shown().await), (None, Some(first)));
    tokens.write_use().await.unwrap();
    assert_eq!(stored().await, Some(first));
    clock.advance(Duration::from_secs(59));
    assert!(use_of(&app, &created.secret).await.is_some());
    tokens.write_use().await.unwrap();
    assert_eq!(stored().await, Some(first), "within the minute");
    clock.advance(Duration::from_secs(1));
    assert!(use_of(&app, &created.secret).await.is_some());
    app.app.shutdown().await;
    let store = app.another_store().await;
    let mut read = store.read().await.unwrap();
    let last = read.tokens().find(&id).await.unwrap().unwrap().last_used_at;
    assert_eq!(last, Some(first + Duration::from_mins(1)), "the end writes it");
}

#[tokio::test]
async fn what_a_new_token_has_to_obey() {
    let app = TestApp::start().await;
    let (tokens, ctx) = (app.app.tokens(), app.ctx(Role::Admin));
    let refused = async |new: NewToken| {
        let error = tokens.create(&ctx, new).await.expect_err("refused");
        error.to_string()
    };
    let at = |expires_at: Timestamp| NewToken { expires_at, ..new(&app, "ci", Role::Viewer) };
    let now = now(&**app.app.clock());
    assert_eq!(refused(at(now)).await, "validUntil: must be in the future");
    let late = refused(at(now + 366 * 24 * HOUR)).await;
    assert_eq!(late, "validUntil: must be at most 365 days from now (tokens.max_lifetime)");
    assert_eq!(refused(at(Timestamp::MAX)).await, late);
    let description = "x".repeat(MAX_DESCRIPTION_CHARS + 1);
    let long = NewToken { description, ..new(&app, "ci", Role::Viewer) };
    assert_eq!(refused(long).await, "description: must be at most 200 characters long");
    let scoped = |scope| NewToken { scope, ..new(&app, "ci", Role::Viewer) };
    let ids = |count: usize| {
        let ids = (0..count).map(|n| ConnectionId::parse(&format!("c{n}")).unwrap());
        TokenScope { connections: Some(ids.collect()), ..TokenScope::default() }
    };
    for (count, why) in [
        (0, "connections: must name at least one connection"),
        (1, "connections: there is none with the id \"c0\""),
        (101, "connections: must be at most 100 connections"),
    ] {
        assert_eq!(refused(scoped(ids(count))).await, why);
    }
    let only = |role, actions: &[Action]| {
        let actions = Some(actions.iter().copied().collect());
        NewToken { actions, ..new(&app, "ci", role) }
    };
    for (role, actions, why) in [
        (Role::Viewer, &[][..], "actions: must name at least one action"),
        (Role::Admin, &[Action::CreateToken], "actions: no token may do tokens.create"),
        (
            Role::Viewer,
            &[Action::ListConnections, Action::CreateConnection],
            "actions: the role viewer does not allow connections.create",
        ),
    ] {
        assert_eq!(refused(only(role, actions)).await, why);
    }
    let networks = vec!["10.0.0.0/8".parse().unwrap(); 21];
    let scope = TokenScope { networks, ..TokenScope::default() };
    assert_eq!(refused(scoped(scope)).await, "networks: must be at most 20 networks");
    let of = |name: &str| {
        let owner = Some(UserName::parse(name).unwrap());
        NewToken { owner, ..new(&app, "ci", Role::Admin) }
    };
    assert_eq!(refused(of("nobody")).await, "there is no user with that name");
    assert_eq!(refused(of("viewer")).await, "role: allows more than the roles of viewer");

    create(&app, new(&app, "ci", Role::Viewer)).await;
    assert_eq!(
        refused(new(&app, "ci", Role::Viewer)).await,
        "a token with that name already exists"
    );
    let by_viewer = tokens.create(&app.ctx(Role::Viewer), new(&app, "b", Role::Viewer)).await;
    assert!(matches!(by_viewer, Err(TokenError::NotAllowed(NotAllowed::InsufficientRole))));
}

#[tokio::test]
async fn a_user_has_only_so_many() {
    let app = TestApp::start().await;
    for n in 0..settings::MAX_TOKENS_PER_USER {
        create(&app, new(&app, &format!("token {n}"), Role::Viewer)).await;
    }
    let one_more = new(&app, "one more", Role::Viewer);
    let refused = app.app.tokens().create(&app.ctx(Role::Admin), one_more.clone()).await;
    assert!(matches!(refused, Err(TokenError::TooManyOfUser)), "{refused:?}");
    let of_another = NewToken { owner: Some(TestApp::user(Role::Viewer)), ..one_more };
    create(&app, of_another).await;
}

#[tokio::test]
async fn a_limit_that_can_not_be_read_makes_a_token_invalid() {
    let app = TestApp::start().await;
    let scope = TokenScope { labels: LabelSelector::parse("a=b").unwrap(), ..Default::default() };
    let created = create(&app, NewToken { scope, ..new(&app, "ci", Role::Viewer) }).await;
    let mut tx = app.store.write().await.unwrap();
    let mut record = tx.tokens().find(&created.token.id).await.unwrap().unwrap();
    tx.tokens().delete(&record.id).await.unwrap();
    record.labels = Some("of a later version".to_owned());
    tx.tokens().insert(&record).await.unwrap();
    tx.commit().await.unwrap();
    app.app.tokens().read_again().await.unwrap();
    assert!(use_of(&app, &created.secret).await.is_none());
    let listed = app.app.tokens().list(&app.ctx(Role::Admin)).await.unwrap();
    assert_eq!(listed[0].scope, None);
}
