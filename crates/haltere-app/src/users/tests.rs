use haltere_core::{Role, Roles};
use haltere_testkit::builders::user;

use super::*;
use crate::ctx::Ctx;
use crate::testing::TestApp;

fn system() -> Ctx {
    Ctx::system("cli")
}

#[tokio::test]
async fn users_are_added_changed_listed_and_removed() {
    let app = TestApp::start().await;
    let users = app.app.users();
    let ann = user("ann");
    users.add(&system(), &ann, "a fine password".into(), Role::Viewer.into()).await.unwrap();
    let again = users.add(&system(), &ann, "a fine password".into(), Role::Admin.into()).await;
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
async fn nonsense_is_refused_by_field() {
    let app = TestApp::start().await;
    let users = app.app.users();
    for (name, password, roles, field) in [
        ("ann", "short", Role::Viewer.into(), "password"),
        ("ann", "a fine password", Roles::default(), "roles"),
        ("system", "a fine password", Role::Viewer.into(), "username"),
    ] {
        match users.add(&system(), &user(name), password.into(), roles).await {
            Err(UserError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let viewer = app.ctx(Role::Viewer);
    assert!(matches!(users.list(&viewer).await, Err(UserError::NotAllowed(_))));
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
    users.add(&system(), &user("ann"), "a fine password".into(), Role::Admin.into()).await.unwrap();
    users.set_roles(&system(), &admin, Role::Viewer.into()).await.expect("there is another one");
    assert!(matches!(users.remove(&system(), &user("ann")).await, Err(UserError::LastAdmin)));
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let app = TestApp::start().await;
    let users = app.app.users();
    let (ctx, root) = (system(), user("root"));
    let made = users
        .ensure_first_admin(&ctx, &root, FirstPassword::MadeUp("a fine password".into()))
        .await;
    assert!(!made.unwrap(), "there are users");

    let store = app.another_store().await;
    let mut tx = store.write().await.unwrap();
    for role in Role::ALL {
        tx.delete_user(&TestApp::user(role)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (one, two) = (user("one"), user("two"));
    let password = || FirstPassword::MadeUp("a fine password".into());
    let (one, two) = tokio::join!(
        users.ensure_first_admin(&ctx, &one, password()),
        users.ensure_first_admin(&ctx, &two, password()),
    );
    assert_eq!(u8::from(one.unwrap()) + u8::from(two.unwrap()), 1);
    let only = users.list(&ctx).await.unwrap().remove(0).name;
    let is_initial = async || {
        let mut read = store.read().await.unwrap();
        read.find_user(&only).await.unwrap().unwrap().initial_password
    };
    assert!(is_initial().await);
    users.set_roles(&ctx, &only, Role::ALL.into_iter().collect()).await.unwrap();
    assert!(is_initial().await, "the password is the same");
    users.set_password(&ctx, &only, "another fine password".into()).await.unwrap();
    assert!(!is_initial().await);
}
