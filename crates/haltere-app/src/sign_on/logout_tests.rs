//! Back-channel logouts by the provider, and logouts that haltere starts there.

use std::sync::Arc;
use std::time::Duration;

use haltere_core::Clock as _;
use haltere_testkit::oidc::{CLIENT_ID, SigningKey, unsigned};
use haltere_testkit::wait::{DEADLINE, until};
use serde_json::json;

use super::tests::{Setup, ann, start};
use super::{BackChannelError, SignOnError};
use crate::testing::TestApp;

#[tokio::test]
async fn the_provider_ends_sessions_and_what_was_begun_with_them() {
    let setup = start(|_| {}).await;
    let first = setup.log_in(ann()).await.expect("logged in");
    let mut elsewhere = ann();
    elsewhere["sid"] = json!("s2");
    let second = setup.log_in(elsewhere).await.expect("logged in");
    let credential = setup.session(&first).await.expect("a session").credential;
    let sign_on = setup.app.app.sign_on();
    let log_out = async |token: String| sign_on.back_channel_logout(token, TestApp::origin()).await;
    let token = setup.provider.logout_token(|claims| claims["sid"] = json!("s1"));
    assert_eq!(log_out(token.clone()).await.expect("believed"), 1);
    assert!(credential.has_ended(), "a stream would go on");
    assert!(setup.session(&first).await.is_none());
    assert!(setup.session(&second).await.is_some());
    let replayed = log_out(token).await;
    assert!(matches!(replayed, Err(BackChannelError::Invalid)), "{replayed:?}");
    let all = setup.provider.logout_token(|claims| claims["sub"] = json!("1"));
    assert_eq!(log_out(all).await.expect("believed"), 1);
    assert!(setup.session(&second).await.is_none());
    let trail = setup.app.audit_of("test-request").await;
    assert_eq!(trail[0], "system user.end_sessions ann success");

    let third = setup.log_in(ann()).await.expect("logged in");
    let other = SigningKey::ec("first");
    let forged = other.sign(&other.header(), &json!({"sub": "1"}));
    for (what, token) in [
        ("forged", forged),
        ("unsigned", unsigned(&json!({"sub": "1"}))),
        ("empty", String::new()),
        (
            "for another",
            setup.provider.logout_token(|claims| {
                claims["sub"] = json!("1");
                claims["aud"] = json!("other");
            }),
        ),
        (
            "an ID token",
            setup.provider.sign(&json!({
                "iss": setup.provider.issuer(), "aud": CLIENT_ID, "sub": "1", "nonce": "n",
                "iat": setup.clock.now().as_second(), "exp": setup.clock.now().as_second() + 300,
            })),
        ),
    ] {
        let outcome = log_out(token).await;
        assert!(matches!(outcome, Err(BackChannelError::Invalid)), "{what}: {outcome:?}");
    }
    assert!(setup.session(&third).await.is_some());
}

#[tokio::test]
async fn a_session_from_the_provider_ends_there_as_well() {
    let setup = start(|_| {}).await;
    let logged_in = setup.log_in(ann()).await.expect("logged in");
    let sign_on = setup.app.app.sign_on();
    let session = logged_in.caller.session.expect("a session");
    let location = sign_on.logout_location(&session).await.expect("readable").expect("there");
    let expected = format!(
        "{}/logout?client_id=haltere&post_logout_redirect_uri=https%3A%2F%2Fhaltere.example.org%2Flogin&logout_hint=s1",
        setup.provider.issuer()
    );
    assert_eq!(location, expected);
    let local = setup.log_in_locally("admin").await.expect("logged in");
    let session = local.caller.session.expect("a session");
    assert_eq!(sign_on.logout_location(&session).await.expect("readable"), None);
}

#[tokio::test]
async fn a_logout_that_overtakes_its_login_counts() {
    let setup = start(|_| {}).await;
    let sign_on = setup.app.app.sign_on();
    let logouts = [
        ("all", setup.provider.logout_token(|claims| claims["sub"] = json!("1"))),
        ("this one", setup.provider.logout_token(|claims| claims["sid"] = json!("s1"))),
    ];
    for (what, token) in logouts {
        let finish = setup.begin(ann()).await;
        let exchanges = setup.provider.requests("/token");
        // The login waits with a believed token, and has no session yet.
        let shift = setup.app.app.sessions().hold_clock_shift().await;
        let finishing = tokio::spawn({
            let sign_on = Arc::clone(sign_on);
            async move { sign_on.finish(finish).await }
        });
        until("the exchange of the code", DEADLINE, async || {
            (setup.provider.requests("/token") > exchanges).then_some(())
        })
        .await;
        let ended = sign_on.back_channel_logout(token, TestApp::origin()).await;
        assert_eq!(ended.expect("believed"), 0, "{what}: nothing to end yet");
        drop(shift);
        let refused = finishing.await.expect("no panic").expect_err(what);
        assert!(matches!(refused, SignOnError::Expired), "{what}: {refused:?}");
    }
    setup.log_in(ann()).await.expect("a login that begins later");
}

#[tokio::test]
async fn a_logout_ends_sessions_of_which_the_provider_session_is_not_known() {
    let setup = start(|_| {}).await;
    let mut claims = ann();
    claims.as_object_mut().expect("an object").remove("sid");
    let logged_in = setup.log_in(claims).await.expect("logged in");
    let token = setup.provider.logout_token(|claims| {
        (claims["sub"], claims["sid"]) = (json!("1"), json!("s9"));
    });
    let ended = setup.app.app.sign_on().back_channel_logout(token, TestApp::origin()).await;
    assert_eq!(ended.expect("believed"), 1);
    assert!(setup.session(&logged_in).await.is_none());
}

#[tokio::test]
async fn a_logout_that_is_replayed_after_a_restart_ends_nothing_new() {
    let setup = start(|_| {}).await;
    setup.log_in(ann()).await.expect("logged in");
    let token = setup.provider.logout_token(|claims| claims["sub"] = json!("1"));
    let log_out = async |setup: &Setup| {
        let sign_on = setup.app.app.sign_on();
        sign_on.back_channel_logout(token.clone(), TestApp::origin()).await
    };
    assert_eq!(log_out(&setup).await.expect("believed"), 1);
    setup.clock.advance(Duration::from_secs(61));
    setup.provider.set_now(setup.clock.now().as_second());
    let Setup { app, provider, clock } = setup;
    let setup = Setup { app: app.restart().await, provider, clock };
    let later = setup.log_in(ann()).await.expect("logged in");
    assert_eq!(log_out(&setup).await.expect("still fresh"), 0);
    assert!(setup.session(&later).await.is_some());
}
