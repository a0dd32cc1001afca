//! Bounds on the number of sessions.

use super::*;

/// What the trail says of the latest login.
async fn latest_login(app: &TestApp) -> String {
    let filter = AuditFilter { limit: 1, ..AuditFilter::default() };
    let trail = app.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    trail[0].entry.detail.clone()
}

#[tokio::test]
async fn a_login_ends_the_users_session_that_was_not_used_for_longest_and_no_others() {
    let (app, clock) = with_limits(3, 100).await;
    let other = session(&app, &app.token(Role::Admin).await).await.unwrap();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        clock.advance(MINUTE);
        tokens.push(app.token(Role::Viewer).await);
    }
    assert_eq!(latest_login(&app).await, "");
    clock.advance(MINUTE);
    // Of this the store does not know yet.
    let first = session(&app, &tokens[0]).await.unwrap();
    let handle = async |token| {
        let ctx = ctx_of(&session(&app, token).await.unwrap());
        let list = app.app.sessions().list_own(&ctx).await.unwrap();
        list.into_iter().find(|it| it.is_current).unwrap().handle
    };
    let stream = session(&app, &tokens[1]).await.unwrap();
    let second = handle(&tokens[1]).await;
    for token in [&tokens[2], &tokens[0]] {
        clock.advance(MINUTE);
        assert!(session(&app, token).await.is_some());
    }
    let fourth = app.token(Role::Viewer).await;
    assert!(stream.credential.has_ended(), "at once, with what it carries");
    assert!(session(&app, &tokens[1]).await.is_none());
    assert!(session(&app, &fourth).await.is_some() && !first.credential.has_ended());
    let detail = latest_login(&app).await;
    let expected = format!(
        "ended the session {second} of viewer, not used for longest: limits.sessions_per_user"
    );
    assert_eq!(detail, expected);

    // An expired session ends first, without an audit entry.
    clock.advance(28 * MINUTE);
    assert!(session(&app, &fourth).await.is_some());
    assert!(session(&app, &tokens[2]).await.is_some());
    clock.advance(2 * MINUTE);
    app.token(Role::Viewer).await;
    assert_eq!(latest_login(&app).await, "");
    assert!(session(&app, &fourth).await.is_some());
    assert_eq!(app.app.metrics().ended_sessions, 1);
    drop(other);
}

#[tokio::test]
async fn however_often_one_account_logs_in_others_keep_their_sessions() {
    let (app, clock) = with_limits(20, 50).await;
    let admin = session(&app, &app.token(Role::Admin).await).await.unwrap();
    let tab = app.token(Role::Viewer).await;
    let tab_session = session(&app, &tab).await.unwrap();
    for n in 0..430 {
        clock.advance(Duration::from_secs(1));
        app.token(Role::Viewer).await;
        // The owner of the account works on.
        if n % 10 == 0 {
            assert!(session(&app, &tab).await.is_some(), "{n}");
        }
    }
    assert!(!tab_session.credential.has_ended() && !admin.credential.has_ended());
    let counts = app.store.read().await.unwrap().sessions().count().await.unwrap();
    let most = counts.iter().map(|(_, count)| *count).max();
    assert_eq!((counts.len(), most), (2, Some(20)));
}

#[tokio::test]
async fn when_all_sessions_are_taken_the_user_with_most_gives_one_up() {
    let (app, clock) = with_limits(4, 8).await;
    let mut tokens = Vec::new();
    for (role, count) in [(Role::Admin, 1), (Role::Viewer, 4), (Role::Editor, 3)] {
        for _ in 0..count {
            clock.advance(MINUTE);
            tokens.push(app.token(role).await);
        }
    }
    let newcomer = app.token(Role::ConnectionManager).await;
    assert!(session(&app, &newcomer).await.is_some());
    let mut ended = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        ended.extend(session(&app, token).await.is_none().then_some(n));
    }
    assert_eq!(ended, [1], "the viewer's oldest");
    let detail = latest_login(&app).await;
    assert!(detail.ends_with(" of viewer, not used for longest: limits.sessions"), "{detail}");
    // A bound that was lowered holds from the next login on.
    let app = app.restart_with(|config| config.settings.sessions.bounds.all = 5).await;
    app.token(Role::Admin).await;
    let counts = app.store.read().await.unwrap().sessions().count().await.unwrap();
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 5);
}
