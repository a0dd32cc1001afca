use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use haltere_core::{Role, Roles};
use haltere_store::UserRecord;
use haltere_testkit::builders::user;

use super::*;
use crate::ctx::Ctx;
use crate::sessions::LogIn;
use crate::testing::TestApp;

fn system() -> Ctx {
    Ctx::system("cli")
}

#[tokio::test]
async fn users_are_added_changed_listed_and_removed() {
    let app = TestApp::start().await;
    let users = app.app.users();
    let ann = user("ann");
    users.add(&system(), NewUser::new(&ann, "a fine password", Role::Viewer)).await.unwrap();
    let again = users.add(&system(), NewUser::new(&ann, "a fine password", Role::Admin)).await;
    assert!(matches!(again, Err(UserError::Exists)));
    let roles: Roles = [Role::Editor, Role::ConnectionManager].into_iter().collect();
    users.set_roles(&system(), &ann, roles).await.unwrap();
    let listed = users.list(&system()).await.unwrap();
    assert_eq!(listed.iter().find(|user| user.name == ann).map(|user| user.roles), Some(roles));
    users.remove(&system(), &ann).await.unwrap();
    for gone in [
        users.remove(&system(), &ann).await,
        users.set_roles(&system(), &ann, roles).await,
        users.set_password(&system(), &ann, "a fine password".into()).await,
    ] {
        assert!(matches!(gone, Err(UserError::NotFound)), "{gone:?}");
    }
    assert_eq!(
        app.audit().await[..3],
        [
            "system user.delete ann success",
            "system user.update ann success",
            "system user.create ann success",
        ]
    );
}

#[tokio::test]
async fn changes_are_audited_with_what_was_before_and_after() {
    let app = TestApp::start().await;
    let users = app.app.users();
    let ann = user("ann");
    users.add(&system(), NewUser::new(&ann, "a fine password", Role::Viewer)).await.unwrap();
    let created = ["roles: - → viewer", "disabled: - → false", "mustChangePassword: - → false"];
    assert_eq!(app.newest_changes().await, created);
    let change = UserChange { disabled: Some(true), ..UserChange::default() };
    users.change(&system(), &ann, change).await.unwrap();
    assert_eq!(app.newest_changes().await, ["disabled: false → true"]);
    users.set_roles(&system(), &ann, Role::Editor.into()).await.unwrap();
    assert_eq!(app.newest_changes().await, ["roles: viewer → editor"]);
    users.set_password(&system(), &ann, "another password".into()).await.unwrap();
    assert_eq!(app.newest_changes().await, Vec::<String>::new());
    users.remove(&system(), &ann).await.unwrap();
    let removed = ["roles: editor → -", "disabled: true → -", "mustChangePassword: false → -"];
    assert_eq!(app.newest_changes().await, removed);
}

#[tokio::test]
async fn nonsense_is_refused_by_field() {
    let app = TestApp::start().await;
    let users = app.app.users();
    for (name, password, roles, field) in [
        ("ann", "short", Role::Viewer.into(), "password"),
        ("ann", "a fine password", Roles::default(), "roles"),
        ("system", "a fine password", Role::Viewer.into(), "username"),
        (".", "a fine password", Role::Viewer.into(), "username"),
        ("..", "a fine password", Role::Viewer.into(), "username"),
    ] {
        match users.add(&system(), NewUser::new(&user(name), password, roles)).await {
            Err(UserError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let viewer = app.ctx(Role::Viewer);
    assert!(matches!(users.list(&viewer).await, Err(UserError::NotAllowed(_))));
}

const PASSWORD: &str = "a fine password";
const COMPOSED: &str = "Ren\u{e9}";
const DECOMPOSED: &str = "Rene\u{301}";

async fn logs_in(app: &TestApp, username: &str, password: &str) -> Option<String> {
    let wish = LogIn {
        username: username.to_owned(),
        password: password.into(),
        code: None,
        origin: TestApp::origin(),
        user_agent: None,
    };
    app.app
        .sessions()
        .log_in(wish)
        .await
        .ok()
        .map(|welcome| welcome.caller.user.as_str().to_owned())
}

#[tokio::test]
async fn a_name_is_one_however_it_is_typed() {
    let app = TestApp::start().await;
    let users = app.app.users();
    let viewer = || Role::Viewer;
    users
        .add(&system(), NewUser::new(&user(&format!(" {DECOMPOSED} ")), PASSWORD, viewer()))
        .await
        .unwrap();
    let listed = users.list(&system()).await.unwrap();
    assert!(listed.iter().any(|user| user.name.as_str() == COMPOSED), "{listed:?}");
    for typed in [COMPOSED, DECOMPOSED, " Ren\u{e9}"] {
        assert_eq!(logs_in(&app, typed, PASSWORD).await.as_deref(), Some(COMPOSED), "{typed:?}");
        let again = users.add(&system(), NewUser::new(&user(typed), PASSWORD, viewer())).await;
        assert!(matches!(again, Err(UserError::Exists)), "{typed:?}");
    }
    for hidden in [
        "Ren\u{e9}\u{200b}",
        "\u{202e}nna",
        "an\u{ad}n",
        "a\u{2060}",
        "ann\u{fe0f}",
        "ann\u{e0041}",
    ] {
        match users.add(&system(), NewUser::new(&user(hidden), PASSWORD, viewer())).await {
            Err(UserError::Invalid(invalid)) => assert_eq!(invalid.field, "username"),
            other => panic!("{hidden:?}: {other:?}"),
        }
    }
    users.set_password(&system(), &user(DECOMPOSED), "another fine one".into()).await.unwrap();
    assert_eq!(logs_in(&app, COMPOSED, "another fine one").await.as_deref(), Some(COMPOSED));
    users.remove(&system(), &user(DECOMPOSED)).await.unwrap();
}

#[tokio::test]
async fn users_of_old_log_in_as_ever_and_their_hashes_are_renewed() {
    // As they were stored before: names as typed, and a hash of the password as it was typed.
    const TYPED: &str = "Schlu\u{308}ssel 12";
    let app = TestApp::start().await;
    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    let admin = tx.users().find(&TestApp::user(Role::Admin)).await.unwrap().unwrap();
    let typed: PasswordHash = Argon2::default().hash_password(TYPED.as_bytes()).unwrap();
    for name in [DECOMPOSED, "ann ", "b\u{200b}"] {
        let password_hash = Some(typed.to_string());
        let record = UserRecord { name: user(name), password_hash, ..admin.clone() };
        tx.users().insert(&record).await.unwrap();
    }
    tx.commit().await.unwrap();

    let composed = "Schl\u{fc}ssel 12";
    assert_eq!(logs_in(&app, DECOMPOSED, composed).await, None, "its hash is of the other form");
    for (typed, name) in [
        (COMPOSED, DECOMPOSED),
        (DECOMPOSED, DECOMPOSED),
        ("ann ", "ann "),
        ("b\u{200b}", "b\u{200b}"),
    ] {
        assert_eq!(logs_in(&app, typed, TYPED).await.as_deref(), Some(name), "{typed:?}");
        assert_eq!(logs_in(&app, typed, composed).await.as_deref(), Some(name), "renewed");
    }
    assert_eq!(logs_in(&app, "ann", TYPED).await, None, "another user");
    let ann = NewUser::new(&user("ann"), PASSWORD, Role::Viewer);
    let taken = app.app.users().add(&system(), ann).await;
    assert!(matches!(taken, Err(UserError::Exists)), "{taken:?}");
}

#[tokio::test]
async fn two_first_logins_at_once_both_succeed() {
    const TYPED: &str = "Schlu\u{308}ssel 12";
    let app = TestApp::start().await;
    let store = app.another_store().await;
    let old: PasswordHash = Argon2::default().hash_password(TYPED.as_bytes()).unwrap();
    for round in 0..5 {
        let mut tx = store.write().await.unwrap();
        let viewer = tx.users().find(&TestApp::user(Role::Viewer)).await.unwrap().unwrap();
        let viewer = UserRecord { password_hash: Some(old.to_string()), ..viewer };
        tx.users().update(&viewer).await.unwrap();
        tx.commit().await.unwrap();
        let (first, second) =
            tokio::join!(logs_in(&app, "viewer", TYPED), logs_in(&app, "viewer", TYPED));
        assert!(first.is_some() && second.is_some(), "round {round}: {first:?}, {second:?}");
    }
    let denied = app.audit().await.iter().filter(|line| line.ends_with("denied")).count();
    assert_eq!(denied, 0);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::start().await;
    let (users, admin) = (app.app.users(), TestApp::user(Role::Admin));
    for refused in [
        users.remove(&system(), &admin).await,
        users.set_roles(&system(), &admin, Role::Viewer.into()).await,
    ] {
        assert!(matches!(refused, Err(UserError::LastAdmin)), "{refused:?}");
    }
    users.add(&system(), NewUser::new(&user("ann"), "a fine password", Role::Admin)).await.unwrap();
    users.set_roles(&system(), &admin, Role::Viewer.into()).await.expect("there is another one");
    assert!(matches!(users.remove(&system(), &user("ann")).await, Err(UserError::LastAdmin)));
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let app = TestApp::start().await;
    let users = app.app.users();
    let (ctx, root) = (system(), user("root"));
    let made = users
        .ensure_first_admin(&ctx, &root, FirstPassword::Generated("a fine password".into()))
        .await;
    assert!(!made.unwrap(), "there are users");

    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    for role in Role::ALL {
        tx.users().delete(&TestApp::user(role)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (one, two) = (user("one"), user("two"));
    let password = || FirstPassword::Generated("a fine password".into());
    let (one, two) = tokio::join!(
        users.ensure_first_admin(&ctx, &one, password()),
        users.ensure_first_admin(&ctx, &two, password()),
    );
    assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1);
    let only = users.list(&ctx).await.unwrap().remove(0).name;
    let is_initial = async || {
        let mut read = store.read().await.unwrap();
        read.users().find(&only).await.unwrap().unwrap().initial_password
    };
    assert!(is_initial().await);
    users.set_roles(&ctx, &only, Role::ALL.into_iter().collect()).await.unwrap();
    assert!(is_initial().await, "the password is the same");
    users.set_password(&ctx, &only, "another fine password".into()).await.unwrap();
    assert!(!is_initial().await);
}
