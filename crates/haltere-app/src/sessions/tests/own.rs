//! Managing one's own password and sessions.

use super::*;
use crate::now::now;

#[tokio::test]
async fn ones_own_password_needs_the_old_one_and_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let (here, there) = (app.token(Role::Viewer).await, app.token(Role::Viewer).await);
    let (here_session, there_session) =
        (session(&app, &here).await.unwrap(), session(&app, &there).await.unwrap());
    let ctx = ctx_of(&here_session);
    let change = async |old: &str, new: &str| {
        app.app.profiles().change_password(&ctx, old.into(), new.into()).await
    };
    let wrong = change("not it, sorry", "a new password").await;
    assert!(matches!(wrong, Err(ChangePasswordError::WrongPassword)), "{wrong:?}");
    assert_eq!(app.audit().await[0], "viewer user.password viewer denied");
    match change(TestApp::PASSWORD, "short").await {
        Err(ChangePasswordError::Invalid(invalid)) => assert_eq!(invalid.field, "password"),
        other => panic!("{other:?}"),
    }
    change(TestApp::PASSWORD, "a new password").await.unwrap();
    assert!(there_session.credential.has_ended(), "at once");
    assert!(session(&app, &there).await.is_none());
    assert!(session(&app, &here).await.is_some());
    log_in(&app, "viewer", "a new password").await.expect("the new password");
    let old = log_in(&app, "viewer", TestApp::PASSWORD).await;
    assert!(matches!(old, Err(LoginError::WrongCredentials)));
}

/// A login of the viewer with a program that calls itself so.
async fn log_in_with(app: &TestApp, user_agent: &str) -> Ctx {
    let wish = LogIn {
        username: "viewer".to_owned(),
        password: TestApp::PASSWORD.into(),
        code: None,
        origin: TestApp::origin(),
        user_agent: Some(user_agent.to_owned()),
    };
    let token = app.app.sessions().log_in(wish).await.unwrap().token;
    ctx_of(&session(app, &token).await.unwrap())
}

#[tokio::test]
async fn ones_own_sessions_are_listed_by_their_last_use() {
    let (app, clock) = with_clock().await;
    let names = async |ctx: &Ctx| {
        let list = app.app.sessions().list_own(ctx).await.unwrap();
        let name = |it: OwnSession| (it.user_agent.unwrap_or_default(), it.is_current);
        list.into_iter().map(name).collect::<Vec<_>>()
    };
    let begun = now(&**app.app.clock());
    let first = log_in_with(&app, "one\u{85}\t ").await;
    clock.advance(MINUTE);
    let second = log_in_with(&app, &"ü".repeat(300)).await;
    app.token(Role::Admin).await;
    let long = "ü".repeat(200);
    assert_eq!(names(&first).await, [(long.clone(), false), ("one".to_owned(), true)]);
    let one = app.app.sessions().list_own(&first).await.unwrap().remove(1);
    assert_eq!((one.created_at, one.last_used_at), (begun, begun));
    assert_eq!(one.address, TestApp::origin().address);
    assert_eq!(one.expires_at, begun + 720 * MINUTE);

    // Use is written down only now and then, and shown at once.
    clock.advance(MINUTE);
    app.app.0.sessions.live().touch(first.session().unwrap(), now(&**app.app.clock()));
    assert_eq!(names(&second).await, [("one".to_owned(), false), (long.clone(), true)]);
    // The second one has not been used for half an hour; it is not removed yet.
    clock.advance(28 * MINUTE + MINUTE / 2);
    let at = now(&**app.app.clock());
    app.app.0.sessions.live().touch(first.session().unwrap(), at);
    clock.advance(MINUTE);
    assert_eq!(names(&first).await, [("one".to_owned(), true)]);
}

#[tokio::test]
async fn a_user_can_end_only_their_own_sessions() {
    let app = TestApp::start().await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(session(&app, &app.token(Role::Viewer).await).await.unwrap());
    }
    let admin = session(&app, &app.token(Role::Admin).await).await.unwrap();
    let [here, there, others @ ..] = &sessions[..] else { unreachable!() };
    let handle = async |session: &Session| {
        let list = app.app.sessions().list_own(&ctx_of(session)).await.unwrap();
        list.into_iter().find(|it| it.is_current).unwrap().handle
    };
    let (ctx, theirs) = (ctx_of(here), handle(&admin).await);
    for unknown in [theirs, SessionHandle([0; 16])] {
        let refused = app.app.sessions().end_own(&ctx, unknown).await;
        assert!(matches!(refused, Err(OwnSessionError::NotFound)), "{refused:?}");
    }
    let gone = handle(there).await;
    let left = app.app.sessions().end_own(&ctx, gone).await.unwrap();
    assert!(there.credential.has_ended(), "at once");
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|it| it.handle != gone));
    assert_eq!(app.audit().await[0], format!("viewer session.end {gone} success"));

    let left = app.app.sessions().end_others(&ctx).await.unwrap();
    assert!(others.iter().all(|it| it.credential.has_ended()), "at once");
    assert_eq!(left.iter().map(|it| it.is_current).collect::<Vec<_>>(), [true]);
    assert_eq!(app.audit().await[0], "viewer session.end  success");
    let entries = app.audit().await.len();
    app.app.sessions().end_others(&ctx).await.unwrap();
    assert_eq!(app.audit().await.len(), entries, "there was nothing to end");

    let left = app.app.sessions().end_own(&ctx, left[0].handle).await.unwrap();
    assert!(left.is_empty() && here.credential.has_ended());
    assert!(!admin.credential.has_ended());
}

#[tokio::test]
async fn the_list_has_the_latest_sessions_and_the_current_one() {
    let (app, clock) = with_limits(1_000, 10_000).await;
    let asks = session(&app, &app.token(Role::Viewer).await).await.unwrap();
    for _ in 0..150 {
        clock.advance(Duration::from_millis(1));
        app.token(Role::Viewer).await;
    }
    let list = app.app.sessions().list_own(&ctx_of(&asks)).await.unwrap();
    assert_eq!(list.len(), 101);
    assert!(list[..100].is_sorted_by(|one, other| one.last_used_at >= other.last_used_at));
    assert!(list[100].is_current);
    app.app.sessions().end_others(&ctx_of(&asks)).await.unwrap();
    let list = app.app.sessions().list_own(&ctx_of(&asks)).await.unwrap();
    assert_eq!(list.len(), 1, "all 150 have ended");
}

#[tokio::test]
async fn a_generated_password_is_marked_until_it_is_changed() {
    let app = TestApp::start().await;
    let viewer = ctx_of(&session(&app, &app.token(Role::Viewer).await).await.unwrap());
    let mut tx = app.store.write().await.unwrap();
    let user = tx.users().find(viewer.user()).await.unwrap().unwrap();
    let user = haltere_store::UserRecord { initial_password: true, ..user };
    tx.users().update(&user).await.unwrap();
    tx.commit().await.unwrap();
    assert!(app.app.profiles().read(&viewer).await.unwrap().initial_password);
    let (old, new) = (TestApp::PASSWORD.into(), "a new password".into());
    app.app.profiles().change_password(&viewer, old, new).await.unwrap();
    assert!(!app.app.profiles().read(&viewer).await.unwrap().initial_password);
}
