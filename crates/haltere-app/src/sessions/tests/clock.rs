//! Sessions and clocks that are set.

use super::*;

/// Ten years, in seconds.
const DECADE: i64 = 10 * 365 * 86_400;

/// Waits until the sessions live by the clock on the wall again.
async fn followed(app: &TestApp, clock: &MockClock) {
    let away = || app.app.0.sessions.timeline.now().duration_since(clock.now()).abs();
    until("the sessions to follow the clock", DEADLINE, async || {
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
    // The battery is empty: the machine boots ten years in the past, and NTP corrects the clock later.
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
