mod clock;
mod eviction;
mod guessing;
mod own;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use haltere_core::{AuditOutcome, Caller, Origin, Role, Secret, SessionHandle};
use haltere_store::AuditFilter;
use haltere_testkit::MockClock;
use haltere_testkit::wait::{DEADLINE, until, within};

use super::*;
use crate::ctx::Ctx;
use crate::profile::ChangePasswordError;
use crate::testing::TestApp;

const MINUTE: Duration = Duration::from_mins(1);

async fn with_clock() -> (TestApp, MockClock) {
    let clock = MockClock::default();
    let shared = Arc::new(clock.clone());
    (TestApp::start_with(|config| config.clock = shared).await, clock)
}

async fn log_in(app: &TestApp, username: &str, password: &str) -> Result<LoggedIn, LoginError> {
    log_in_from(app, username, password, TestApp::origin()).await
}

async fn log_in_from(
    app: &TestApp,
    username: &str,
    password: &str,
    origin: Origin,
) -> Result<LoggedIn, LoginError> {
    let (username, password) = (username.to_owned(), password.into());
    let (code, user_agent) = (None, None);
    app.app.sessions().log_in(LogIn { username, password, code, origin, user_agent }).await
}

async fn session(app: &TestApp, token: &Secret<String>) -> Option<Session> {
    app.app.sessions().authenticate(token.expose()).await.expect("the store answers")
}

async fn ends(session: Session) {
    within("the session to end", DEADLINE, session.credential.ended()).await;
}

fn ctx_of(session: &Session) -> Ctx {
    Ctx::new(Caller::clone(&session.caller), TestApp::origin())
}

#[tokio::test]
async fn a_login_opens_a_session_that_survives_a_restart_and_ends_at_logout() {
    let app = TestApp::start().await;
    let first = log_in(&app, "editor", TestApp::PASSWORD).await.unwrap();
    let second = log_in(&app, "editor", TestApp::PASSWORD).await.unwrap();
    assert_ne!(first.token, second.token, "a new token every time");
    let app = app.restart().await;
    let session_one = session(&app, &first.token).await.expect("over the restart");
    assert_eq!(session_one.caller.roles, Role::Editor.into());
    assert_eq!(session_one.caller, first.caller);
    assert!(app.app.sessions().authenticate("nonsense").await.unwrap().is_none());

    app.app.sessions().log_out(&ctx_of(&session_one)).await.unwrap();
    ends(session_one).await;
    assert!(session(&app, &first.token).await.is_none());
    assert!(session(&app, &second.token).await.is_some(), "the other one stays");
    assert_eq!(
        app.audit().await[..3],
        [
            "editor session.logout  success",
            "editor session.login  success",
            "editor session.login  success",
        ]
    );
}

#[tokio::test]
async fn idle_and_old_sessions_end() {
    let (app, clock) = with_clock().await;
    let idle = app.token(Role::Viewer).await;
    let signal = session(&app, &idle).await.unwrap();
    clock.advance(29 * MINUTE);
    assert!(session(&app, &idle).await.is_some());
    clock.advance(29 * MINUTE);
    assert!(session(&app, &idle).await.is_some(), "use prolongs it");
    clock.advance(30 * MINUTE);
    ends(signal).await;
    assert!(session(&app, &idle).await.is_none());

    let busy = app.token(Role::Viewer).await;
    for _ in 0..35 {
        assert!(session(&app, &busy).await.is_some());
        clock.advance(20 * MINUTE);
    }
    assert!(session(&app, &busy).await.is_some());
    clock.advance(20 * MINUTE);
    assert!(session(&app, &busy).await.is_none(), "twelve hours are over");
}

#[tokio::test]
async fn the_use_of_a_session_is_remembered_over_a_restart() {
    let (app, clock) = with_clock().await;
    let token = app.token(Role::Viewer).await;
    for _ in 0..2 {
        clock.advance(20 * MINUTE);
        assert!(session(&app, &token).await.is_some());
    }
    let app = app.restart().await;
    clock.advance(20 * MINUTE);
    assert!(session(&app, &token).await.is_some());
    clock.advance(30 * MINUTE);
    assert!(session(&app, &token).await.is_none());
}

#[tokio::test]
async fn sessions_end_although_nothing_can_be_stored() {
    let (app, clock) = with_clock().await;
    let idle = session(&app, &app.token(Role::Viewer).await).await.unwrap();
    // Found in a certificate, and to be sealed.
    app.app.0.shared.fleet.needs_repair.store(true, Ordering::Relaxed);
    std::fs::rename(app.database(), app.database().with_extension("away")).unwrap();
    app.store.read().await.map(drop).expect("it reads what it has");
    clock.advance(31 * MINUTE);
    ends(idle).await;
    app.app.0.reconciler.run().await.expect("it answers, and takes no changes");
    assert!(app.app.ready().trouble.is_some() && app.app.ready().store);
}

#[tokio::test]
async fn sessions_end_although_the_store_does_not_answer() {
    let (app, clock) = with_clock().await;
    let idle = session(&app, &app.token(Role::Viewer).await).await.unwrap();
    app.store.close().await;
    clock.advance(31 * MINUTE);
    ends(idle).await;
}

#[tokio::test]
async fn another_process_can_end_sessions() {
    let app = TestApp::start().await;
    let cli = app.users_of_another_process().await;
    let ctx = Ctx::system("cli");
    let viewer = session(&app, &app.token(Role::Viewer).await).await.unwrap();
    let editor = session(&app, &app.token(Role::Editor).await).await.unwrap();
    let removed = session(&app, &app.token(Role::MonitoringViewer).await).await.unwrap();
    let admin = session(&app, &app.token(Role::Admin).await).await.unwrap();
    cli.set_password(&ctx, &TestApp::user(Role::Viewer), "something else".into()).await.unwrap();
    ends(viewer).await;
    cli.set_roles(&ctx, &TestApp::user(Role::Editor), Role::Viewer.into()).await.unwrap();
    ends(editor).await;
    cli.remove(&ctx, &TestApp::user(Role::MonitoringViewer)).await.unwrap();
    ends(removed).await;
    assert!(!admin.credential.has_ended());
    log_in(&app, "viewer", "something else").await.expect("the new password");
}

/// With limits on the sessions of one user, and on all.
async fn with_limits(user: usize, all: usize) -> (TestApp, MockClock) {
    let clock = MockClock::default();
    let shared = Arc::new(clock.clone());
    let app = TestApp::start_with(|config| {
        config.clock = shared;
        config.settings.sessions.bounds = SessionBounds { all, user };
        // Each login has an entry.
        config.settings.audit.repeats_within = Duration::ZERO;
    });
    (app.await, clock)
}

#[tokio::test]
async fn an_end_is_not_lost_to_a_concurrent_lookup() {
    let app = Arc::new(TestApp::start().await);
    for _ in 0..20 {
        let token = Arc::new(app.token(Role::Viewer).await);
        let caller = session(&app, &token).await.unwrap().caller;
        app.app.0.sessions.live().end(&caller.session.unwrap());
        let looking = tokio::spawn({
            let (app, token) = (Arc::clone(&app), Arc::clone(&token));
            async move { session(&app, &token).await }
        });
        app.app.sessions().log_out(&Ctx::new(caller, TestApp::origin())).await.unwrap();
        if let Some(found) = looking.await.unwrap() {
            ends(found).await;
        }
        assert!(session(&app, &token).await.is_none());
    }
}

#[tokio::test]
async fn haltere_is_ready_until_it_shuts_down() {
    let app = TestApp::start().await;
    assert!(app.app.ready().is_ready());
    app.app.begin_shutdown();
    assert!(!app.app.ready().is_ready());
    within("the end", DEADLINE, app.app.shutdown()).await;
    app.app.shutdown().await;
    assert!(app.app.sessions().authenticate(&"x".repeat(43)).await.is_err(), "the store is closed");
}

#[tokio::test]
async fn a_store_that_fails_makes_haltere_unready() {
    let app = TestApp::start().await;
    app.store.close().await;
    until("the outage to be noticed", DEADLINE, async || (!app.app.ready().store).then_some(()))
        .await;
    assert!(app.app.ready().supervisor);
}
