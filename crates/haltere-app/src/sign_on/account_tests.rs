//! What a login may do to users, and what it may not.

use std::sync::Arc;

use haltere_core::{Role, Timestamp, UserName};
use haltere_store::UserRecord;
use haltere_testkit::wait::{DEADLINE, until};
use serde_json::{Value, json};

use super::tests::{Setup, ann, name, rules, start, start_with};
use super::{GroupMapping, HeaderLogin, HeaderSettings, SignOnError, SignOnSettings};
use crate::audit_sinks::SinkSettings;
use crate::ctx::Ctx;
use crate::groups::NewGroup;
use crate::sessions::{LoggedIn, LoginError};
use crate::testing::{MemorySink, TestApp};
use crate::users::{UserChange, UserError};

fn with_header(settings: &mut SignOnSettings) {
    let accounts = rules(settings).clone();
    settings.header = Some(HeaderSettings { accounts });
}

fn ann_in(groups: Value) -> Value {
    let mut claims = ann();
    claims["groups"] = groups;
    claims
}

impl Setup {
    async fn log_in_by_header(&self, user: &str) -> Result<LoggedIn, SignOnError> {
        let login = HeaderLogin {
            name: user.to_owned(),
            groups: vec!["ops".to_owned()],
            origin: TestApp::origin(),
            user_agent: None,
        };
        self.app.app.sign_on().log_in_by_header(login).await
    }

    async fn is_disabled(&self, user: &str) -> bool {
        let found = self.app.app.users().get(&Ctx::system("test"), &name(user)).await;
        found.expect("a user").disabled
    }

    async fn disable(&self, user: &str, disabled: bool) {
        let change = UserChange { disabled: Some(disabled), ..UserChange::default() };
        let ctx = Ctx::system("test");
        self.app.app.users().change(&ctx, &name(user), change).await.expect("changed");
    }

    /// Until sessions in memory are those that are stored.
    async fn settle(&self) {
        self.app.app.0.reconciler.run().await.expect("readable");
    }
}

#[tokio::test]
async fn a_login_changes_no_user_while_that_can_not_be_audited() {
    let sink = Arc::<MemorySink>::default();
    let required = SinkSettings { sink: Arc::<MemorySink>::clone(&sink), is_required: true };
    let mapping = |settings: &mut SignOnSettings| {
        rules(settings).memberships = GroupMapping::parse(["graz = Graz"]).expect("good");
    };
    let setup = start_with(mapping, |config| {
        config.settings.audit.strict = Some(1_000);
        config.settings.audit_sinks = vec![required];
    })
    .await;
    let graz = haltere_core::GroupName::parse("Graz").expect("a name");
    let (ctx, graz) = (Ctx::system("test"), NewGroup::new(graz, Role::Viewer));
    setup.app.app.groups().add(&ctx, graz).await.expect("added");
    let first = until("the first delivery", DEADLINE, async || setup.log_in(ann()).await.ok());
    let first = first.await;
    sink.fail(Some("full"));
    let strict = &setup.app.app.0.shared.strict;
    until("a delivery that fails", DEADLINE, async || {
        setup.log_in_locally("editor").await.expect("no change");
        strict.check_change().is_err().then_some(())
    })
    .await;
    setup.log_in(ann()).await.expect("it changes nothing");
    let new = json!({"sub": "2", "preferred_username": "bob", "groups": ["ops"]});
    let promoted = ann_in(json!(["mqtt-admins"]));
    let moved = ann_in(json!(["ops", "graz"]));
    for (what, claims) in [("new", new), ("promoted", promoted), ("moved", moved)] {
        let refused = setup.log_in(claims).await.expect_err(what);
        assert!(matches!(refused, SignOnError::NotAuditable(_)), "{what}: {refused:?}");
    }
    assert_eq!(setup.roles("ann").await, Role::Viewer.into());
    // Taking access away can't wait.
    setup.log_in(ann_in(json!([]))).await.expect_err("no role");
    setup.settle().await;
    assert!(setup.session(&first).await.is_none());
}

#[tokio::test]
async fn a_user_without_a_role_has_no_access_until_there_is_one_again() {
    let setup = start(|_| {}).await;
    let first = setup.log_in(ann()).await.expect("logged in");
    let refused = setup.log_in(ann_in(json!([]))).await.expect_err("no role");
    assert!(matches!(refused, SignOnError::NoRole), "{refused:?}");
    setup.settle().await;
    assert!(setup.session(&first).await.is_none(), "the old session goes on");
    assert!(setup.is_disabled("ann").await, "tokens go on");
    let trail = setup.app.audit_of("test-request").await;
    assert!(trail.contains(&"ann user.update ann success".to_owned()), "{trail:?}");
    let refused = setup.log_in(ann_in(json!(["others"]))).await.expect_err("still no role");
    assert!(matches!(refused, SignOnError::NoRole), "{refused:?}");
    setup.log_in(ann()).await.expect("she has one again");
    assert!(!setup.is_disabled("ann").await);

    // What an administrator has disabled stays disabled.
    setup.log_in(ann_in(json!([]))).await.expect_err("no role");
    setup.disable("ann", false).await;
    setup.disable("ann", true).await;
    let refused = setup.log_in(ann()).await.expect_err("disabled");
    assert!(matches!(refused, SignOnError::Disabled), "{refused:?}");
}

#[tokio::test]
async fn the_last_administrator_keeps_access_without_a_role() {
    let setup = start(|settings| rules(settings).links = true).await;
    let claims =
        |groups: Value| json!({"sub": "7", "preferred_username": "admin", "groups": groups});
    setup.log_in(claims(json!(["mqtt-admins"]))).await.expect("logged in");
    setup.log_in(claims(json!([]))).await.expect_err("no role");
    assert!(!setup.is_disabled("admin").await);
    setup.log_in_locally("admin").await.expect("with the password");
}

#[tokio::test]
async fn a_name_from_a_proxy_opens_no_account_of_the_provider_nor_the_other_way_round() {
    let setup = start(with_header).await;
    setup.log_in(ann()).await.expect("logged in");
    let refused = setup.log_in_by_header("ann").await.expect_err("known from the provider");
    assert!(matches!(refused, SignOnError::NameTaken), "{refused:?}");
    setup.log_in_by_header("bob").await.expect("logged in");
    setup.log_in_by_header(" bob").await.expect("again");
    let bob = json!({"sub": "2", "preferred_username": "bob", "groups": ["ops"]});
    let refused = setup.log_in(bob).await.expect_err("known from the proxy");
    assert!(matches!(refused, SignOnError::NameTaken), "{refused:?}");
    // A password that an administrator sets does not lock the user of the proxy out.
    let users = setup.app.app.users();
    let password = "salt on the breeze".into();
    users.set_password(&Ctx::system("test"), &name("bob"), password).await.expect("set");
    setup.log_in_by_header("bob").await.expect("the same user");

    let setup = start(|settings| {
        rules(settings).links = true;
        with_header(settings);
    })
    .await;
    setup.log_in(ann()).await.expect("logged in");
    setup.log_in_by_header("ann").await.expect("names can be trusted");
}

#[tokio::test]
async fn one_user_too_many_is_refused_in_words() {
    let setup = start(|_| {}).await;
    let mut tx = setup.app.store.write().await.expect("writable");
    for number in 0..10_000 {
        let user = UserRecord {
            name: UserName::parse(&format!("user{number}")).expect("a name"),
            password_hash: None,
            initial_password: false,
            roles: Role::Viewer.into(),
            disabled: false,
            must_change_password: false,
            last_login_at: None,
            invitation: None,
            has_second_factor: false,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        tx.users().insert(&user).await.expect("inserted");
    }
    tx.commit().await.expect("committed");
    let refused = setup.log_in(ann()).await.expect_err("too many");
    assert!(matches!(refused, SignOnError::TooManyUsers), "{refused:?}");
    let trail = setup.app.audit_of("test-request").await;
    assert_eq!(trail, ["ann session.login  denied"]);
}

#[tokio::test]
async fn without_local_login_an_administrator_stays_who_can_log_in() {
    let setup = start(|settings| settings.local_login = false).await;
    let users = setup.app.app.users();
    let (admin, viewer) = (setup.app.ctx(Role::Admin), Role::Viewer);
    let claims = json!({"sub": "7", "preferred_username": "root", "groups": ["mqtt-admins"]});
    setup.log_in(claims).await.expect("logged in");
    // The password of `admin` counts for nothing.
    let refused = users.set_roles(&admin, &name("root"), viewer.into()).await.expect_err("last");
    assert!(matches!(refused, UserError::LastAdmin), "{refused:?}");
    let refused = users.remove(&admin, &name("root")).await.expect_err("the last one");
    assert!(matches!(refused, UserError::LastAdmin), "{refused:?}");
    users.set_roles(&admin, &name("admin"), viewer.into()).await.expect("not the last one");
    // With an exception it does.
    let cli = Ctx::command_line("test");
    users.set_roles(&cli, &name("admin"), Role::Admin.into()).await.expect("set");
    let outside = setup.app.users_of_another_process().await;
    outside.set_break_glass(&cli, &name("admin"), true).await.expect("excepted");
    users.remove(&admin, &name("root")).await.expect("not the last one");
}

#[tokio::test]
async fn a_right_password_looks_like_a_wrong_one_where_local_login_is_off() {
    let setup = start_with(
        |settings| settings.local_login = false,
        |config| config.settings.sessions.throttle.account_burst = 3,
    )
    .await;
    for _ in 0..3 {
        let denied = setup.log_in_locally("admin").await.expect_err("off");
        assert!(matches!(denied, LoginError::WrongCredentials), "{denied:?}");
    }
    let denied = setup.log_in_locally("admin").await.expect_err("off");
    assert!(
        matches!(denied, LoginError::Throttled { .. }),
        "{denied:?}: a right one is not counted"
    );
}
