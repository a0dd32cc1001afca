use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use haltere_core::{AuditOutcome, Caller, Origin, Role, Secret, SessionHandle};
use haltere_store::AuditFilter;
use haltere_testkit::MockClock;
use haltere_testkit::wait::{PATIENCE, until, within};

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
    app.app.sessions().log_in(LogIn { username, password, origin, user_agent: None }).await
}

async fn session(app: &TestApp, token: &Secret<String>) -> Option<Session> {
    app.app.sessions().authenticate(token.expose()).await.expect("the store answers")
}

async fn ends(session: Session) {
    within("the session to end", PATIENCE, session.credential.ended()).await;
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

/// Ten years, in seconds.
const DECADE: i64 = 10 * 365 * 86_400;

/// Waits until the sessions live by the clock on the wall again.
async fn followed(app: &TestApp, clock: &MockClock) {
    let away = || app.app.0.sessions.timeline.now().duration_since(clock.now()).abs();
    until("the sessions to follow the clock", PATIENCE, async || {
        (away().as_secs() < 10).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_set_ends_no_session_and_prolongs_none() {
    for step in [DECADE, -DECADE, 3_600, -3_600, -60 * DECADE] {
        let (app, clock) = with_clock().await;
        let token = app.token(Role::Viewer).await;
        let unused = app.token(Role::Viewer).await;
        assert!(session(&app, &token).await.is_some());
        clock.advance(10 * MINUTE);
        clock.step(step);
        assert!(session(&app, &token).await.is_some(), "{step}: at once");
        followed(&app, &clock).await;
        let held = session(&app, &token).await.expect("afterwards");
        let left = held.expires_at.duration_since(clock.now()).as_mins();
        assert_eq!(left, 12 * 60 - 10, "{step}: the time it has left");
        let listed = app.app.sessions().list_own(&ctx_of(&held)).await.unwrap();
        assert_eq!(listed.len(), 2, "{step}: also the one that memory does not know");
        assert!(listed[0].last_used_at.duration_since(clock.now()).abs().as_secs() < 10);

        clock.advance(21 * MINUTE);
        assert!(session(&app, &unused).await.is_none(), "{step}: idle for 31 minutes");
        clock.advance(9 * MINUTE);
        ends(held).await;
        assert!(session(&app, &token).await.is_none(), "{step}: idle for 30 minutes");
    }
}

#[tokio::test]
async fn sessions_outlive_a_start_with_a_clock_that_is_not_set_yet() {
    let (app, clock) = with_clock().await;
    let token = app.token(Role::Viewer).await;
    // The battery is empty: the machine comes up ten years ago, and NTP puts that right later.
    clock.step(-DECADE);
    let app = app.restart().await;
    assert!(session(&app, &token).await.is_some(), "at once");
    followed(&app, &clock).await;
    assert!(session(&app, &token).await.is_some(), "afterwards");
    clock.advance(10 * MINUTE);
    clock.step(DECADE);
    assert!(session(&app, &token).await.is_some(), "when it is right");
    followed(&app, &clock).await;
    let held = session(&app, &token).await.expect("still");
    assert_eq!(held.expires_at.duration_since(clock.now()).as_mins(), 12 * 60 - 10);
    clock.advance(30 * MINUTE);
    ends(held).await;
}

#[tokio::test]
async fn a_clock_that_is_set_neither_locks_out_nor_lets_guess_on() {
    for step in [-3_600, 3_600, -DECADE, DECADE] {
        let (app, clock) = with_clock().await;
        for _ in 0..10 {
            log_in(&app, "admin", "guess").await.expect_err("wrong");
        }
        clock.step(step);
        match log_in(&app, "admin", TestApp::PASSWORD).await {
            Err(LoginError::Throttled { retry_after, .. }) => {
                assert_eq!(retry_after, Duration::from_secs(30), "{step}: no longer, no shorter");
            }
            other => panic!("{step}: {other:?}"),
        }
        clock.advance(Duration::from_secs(30));
        log_in(&app, "admin", TestApp::PASSWORD).await.expect("after half a minute");
    }
}

#[tokio::test]
async fn the_ends_of_time_are_no_reason_to_fail() {
    // What the binary's clock is cut to.
    let (first, last) = ("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z");
    for at in [first, last] {
        let clock = MockClock::at(at.parse().unwrap());
        let shared = Arc::new(clock.clone());
        let app = TestApp::start_with(|config| config.clock = shared).await;
        let token = app.token(Role::Admin).await;
        assert!(session(&app, &token).await.is_some());
        clock.step(if at == first { DECADE } else { -DECADE });
        followed(&app, &clock).await;
        assert!(session(&app, &app.token(Role::Admin).await).await.is_some());
    }
}

#[tokio::test]
async fn sessions_end_although_nothing_can_be_stored() {
    let (app, clock) = with_clock().await;
    let idle = session(&app, &app.token(Role::Viewer).await).await.unwrap();
    // Found in a certificate, and to be sealed.
    app.app.0.fleet.needs_repair.store(true, Ordering::Relaxed);
    std::fs::rename(app.database(), app.database().with_extension("away")).unwrap();
    app.store.read().await.map(drop).expect("it reads what it has");
    clock.advance(31 * MINUTE);
    ends(idle).await;
    app.app.take_turn().await.expect("it answers, and takes no changes");
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

/// With room for so many sessions of one user and in all.
async fn with_room(user: usize, all: usize) -> (TestApp, MockClock) {
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

/// What the trail says of the latest login.
async fn latest_login(app: &TestApp) -> String {
    let filter = AuditFilter { limit: 1, ..AuditFilter::default() };
    let trail = app.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    trail[0].entry.detail.clone()
}

#[tokio::test]
async fn a_login_ends_the_users_session_that_was_not_used_for_longest_and_no_others() {
    let (app, clock) = with_room(3, 100).await;
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
    assert_eq!(app.app.vitals().ended_sessions, 1);
    drop(other);
}

#[tokio::test]
async fn however_often_one_account_logs_in_others_keep_their_sessions() {
    let (app, clock) = with_room(20, 50).await;
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
    let (app, clock) = with_room(4, 8).await;
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

/// A login of the viewer with a program that calls itself so.
async fn log_in_with(app: &TestApp, user_agent: &str) -> Ctx {
    let wish = LogIn {
        username: "viewer".to_owned(),
        password: TestApp::PASSWORD.into(),
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
    let begun = app.app.now();
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
    app.app.0.sessions.live().touch(first.session().unwrap(), app.app.now());
    assert_eq!(names(&second).await, [("one".to_owned(), false), (long.clone(), true)]);
    // The second one has not been used for half an hour; it is not removed yet.
    clock.advance(28 * MINUTE + MINUTE / 2);
    let at = app.app.now();
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
    for nobodys in [theirs, SessionHandle([0; 16])] {
        let refused = app.app.sessions().end_own(&ctx, nobodys).await;
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
    let (app, clock) = with_room(1_000, 10_000).await;
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

#[tokio::test]
async fn guessing_is_slowed_down_but_the_owner_gets_in() {
    let (app, clock) = with_clock().await;
    let home = TestApp::origin();
    let away = Origin { address: Some("203.0.113.7".parse().unwrap()), ..home.clone() };
    log_in_from(&app, "admin", TestApp::PASSWORD, home.clone()).await.expect("the owner");
    for n in 0..10 {
        let guess = log_in_from(&app, "admin", "guess", away.clone()).await;
        assert!(matches!(guess, Err(LoginError::WrongCredentials)), "{n}: {guess:?}");
    }
    for _ in 0..3 {
        match log_in_from(&app, "admin", TestApp::PASSWORD, away.clone()).await {
            Err(LoginError::Throttled { retry_after, .. }) => {
                assert_eq!(retry_after, Duration::from_secs(30));
            }
            other => panic!("{other:?}"),
        }
    }
    log_in_from(&app, "admin", TestApp::PASSWORD, home).await.expect("the owner is not locked out");
    let denied = async |app: &TestApp| {
        let filter = AuditFilter { actor: Some("admin".to_owned()), ..AuditFilter::default() };
        let filter = AuditFilter { limit: 100, ..filter };
        let trail = app.store.read().await.unwrap().audit().list(&filter).await.unwrap();
        let trail = trail.into_iter().rev().map(|record| record.entry);
        let denied = trail.filter(|entry| entry.outcome == AuditOutcome::Denied);
        denied.map(|it| (it.detail, it.repeats.map_or(1, |it| it.times))).collect::<Vec<_>>()
    };
    let entry = |detail: &str, times| (detail.to_owned(), times);
    let (wrong, too_many) = ("wrong user name or password", "too many failures");
    assert_eq!(denied(&app).await, [entry(wrong, 1), entry(too_many, 1)]);
    let app = app.restart().await;
    assert_eq!(denied(&app).await[2..], [entry(wrong, 9)], "ten guesses in all");
    clock.advance(Duration::from_secs(30));
    log_in_from(&app, "admin", TestApp::PASSWORD, away).await.expect("after a while");
}

#[tokio::test]
async fn guesses_that_come_all_at_once_get_no_further() {
    let app = Arc::new(TestApp::start().await);
    let guesses = (0..40).map(|n| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { log_in(&app, "admin", &format!("guess {n}")).await })
    });
    let mut n_looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            Err(LoginError::WrongCredentials) => n_looked_at += 1,
            Err(LoginError::Throttled { .. } | LoginError::TooManyChecks(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(
        (1..=ThrottleSettings::default().account_burst).contains(&n_looked_at),
        "{n_looked_at}"
    );
}

#[tokio::test]
async fn unknown_and_impossible_users_are_refused_like_any_other() {
    let app = TestApp::start().await;
    for username in ["unknown", "", "a\nb", &"x".repeat(500), "system"] {
        let refused = log_in(&app, username, TestApp::PASSWORD).await;
        assert!(matches!(refused, Err(LoginError::WrongCredentials)), "{username:?}: {refused:?}");
    }
    let trail = app.audit().await;
    assert!(trail[2].starts_with("a\u{fffd}b session.login"), "{trail:?}");
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
    within("the end", PATIENCE, app.app.shutdown()).await;
    app.app.shutdown().await;
    assert!(app.app.sessions().authenticate(&"x".repeat(43)).await.is_err(), "the store is closed");
}

#[tokio::test]
async fn a_store_that_fails_makes_haltere_unready() {
    let app = TestApp::start().await;
    app.store.close().await;
    until("the outage to be noticed", PATIENCE, async || (!app.app.ready().store).then_some(()))
        .await;
    assert!(app.app.ready().supervisor);
}
