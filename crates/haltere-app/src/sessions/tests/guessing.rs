//! Guessing passwords.

use super::*;

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
