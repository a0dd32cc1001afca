//! From what a provider says to users and sessions.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Clock as _, Origin, Role, Roles, Secret, UserName};
use haltere_testkit::oidc::{Script, SigningKey, signed_with_secret, unsigned};
use haltere_testkit::wait::{DEADLINE, until};
use haltere_testkit::{MockClock, OidcProvider};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::*;
use crate::ctx::Ctx;
use crate::sessions::{LogIn, LoggedIn, LoginError, Session};
use crate::testing::{TestApp, TestConfig};
use crate::users::{NewUser, UserError};

pub(super) struct Setup {
    pub(super) app: TestApp,
    pub(super) provider: OidcProvider,
    pub(super) clock: Arc<MockClock>,
}

pub(super) async fn start(change: impl FnOnce(&mut SignOnSettings)) -> Setup {
    start_with(change, |_| {}).await
}

pub(super) async fn start_with(
    change: impl FnOnce(&mut SignOnSettings),
    change_all: impl FnOnce(&mut TestConfig),
) -> Setup {
    let clock = Arc::new(MockClock::now_frozen());
    let provider = OidcProvider::start(clock.now().as_second()).await;
    let app = TestApp::start_with(|config| {
        config.clock = Arc::clone(&clock) as Arc<_>;
        config.settings.sign_on.oidc = Some(fixture::settings(provider.issuer()));
        change(&mut config.settings.sign_on);
        config.settings.sessions.local_login = config.settings.sign_on.local_login;
        change_all(config);
    })
    .await;
    Setup { app, provider, clock }
}

pub(super) fn rules(settings: &mut SignOnSettings) -> &mut AccountRules {
    &mut settings.oidc.as_mut().expect("set up").accounts
}

pub(super) fn ann() -> Value {
    json!({"sub": "1", "preferred_username": "ann", "groups": ["ops", "others"], "sid": "s1"})
}

pub(super) fn name(text: &str) -> UserName {
    UserName::parse(text).expect("a name")
}

impl Setup {
    pub(super) async fn begin(&self, claims: Value) -> Finish {
        let started = self.app.app.sign_on().start(TestApp::origin()).await.expect("started");
        let query = self.provider.authorize(&started.location, claims);
        let query: HashMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Finish {
            pending: vec![started.pending],
            state: query.get("state").cloned(),
            code: query.get("code").cloned(),
            issuer: query.get("iss").cloned(),
            error: None,
            origin: TestApp::origin(),
            user_agent: None,
        }
    }

    pub(super) async fn finish(&self, finish: Finish) -> Result<LoggedIn, SignOnError> {
        self.app.app.sign_on().finish(finish).await
    }

    pub(super) async fn log_in(&self, claims: Value) -> Result<LoggedIn, SignOnError> {
        self.finish(self.begin(claims).await).await
    }

    pub(super) async fn session(&self, logged_in: &LoggedIn) -> Option<Session> {
        self.app.app.sessions().authenticate(logged_in.token.expose()).await.expect("readable")
    }

    pub(super) async fn roles(&self, user: &str) -> Roles {
        let ctx = Ctx::system("test");
        self.app.app.users().get(&ctx, &name(user)).await.expect("a user").roles
    }

    pub(super) async fn add(&self, user: &str, roles: impl Into<Roles>) {
        let new = NewUser::new(&name(user), TestApp::PASSWORD, roles);
        self.app.app.users().add(&Ctx::system("test"), new).await.expect("added");
    }

    pub(super) async fn log_in_locally(&self, user: &str) -> Result<LoggedIn, LoginError> {
        let wish = LogIn {
            username: user.to_owned(),
            password: TestApp::PASSWORD.into(),
            code: None,
            origin: TestApp::origin(),
            user_agent: None,
        };
        self.app.app.sessions().log_in(wish).await
    }
}

#[tokio::test]
async fn a_user_is_added_at_the_first_login_and_all_is_audited() {
    let setup = start(|_| {}).await;
    let logged_in = setup.log_in(ann()).await.expect("logged in");
    assert_eq!(logged_in.caller.user, name("ann"));
    assert_eq!(logged_in.caller.roles, Role::Viewer.into());
    assert!(setup.session(&logged_in).await.is_some());
    let trail = setup.app.audit_of("test-request").await;
    let added = ["ann user.update ann success", "ann user.create ann success"];
    assert_eq!(trail, [&["ann session.login  success"], &added[..]].concat());
    // The next login finds the same user, whose name at the provider may be another one.
    let mut renamed = ann();
    renamed["preferred_username"] = json!("ann.smith");
    let again = setup.log_in(renamed).await.expect("logged in");
    assert_eq!(again.caller.user, name("ann"));
    // The password of such a user is no way in: there is none.
    let denied = setup.log_in_locally("ann").await.expect_err("no password");
    assert!(matches!(denied, LoginError::WrongCredentials));
}

#[tokio::test]
async fn roles_are_those_of_the_latest_login() {
    let setup = start(|_| {}).await;
    let first = setup.log_in(ann()).await.expect("logged in");
    let mut promoted = ann();
    promoted["groups"] = json!(["mqtt-admins", "ops"]);
    setup.log_in(promoted).await.expect("logged in");
    let both: Roles = [Role::Admin, Role::Viewer].into_iter().collect();
    assert_eq!(setup.roles("ann").await, both);
    // As after any change of roles.
    setup.app.app.0.reconciler.run().await.expect("readable");
    assert!(setup.session(&first).await.is_none());
    let mut left = ann();
    left["groups"] = json!(["others"]);
    let refused = setup.log_in(left).await.expect_err("no role");
    assert!(matches!(refused, SignOnError::NoRole), "{refused:?}");
    assert!(setup.app.audit().await.contains(&"ann session.login  denied".to_owned()));
}

#[tokio::test]
async fn a_user_of_haltere_is_not_taken_over_by_a_name() {
    let setup = start(|_| {}).await;
    let mut claims = ann();
    claims["preferred_username"] = json!("admin");
    claims["groups"] = json!(["mqtt-admins"]);
    let refused = setup.log_in(claims).await.expect_err("another's name");
    assert!(matches!(refused, SignOnError::NameTaken), "{refused:?}");
    // Nor by another user of the provider who takes a name over there.
    setup.log_in(ann()).await.expect("logged in");
    let mut other = ann();
    other["sub"] = json!("2");
    let refused = setup.log_in(other).await.expect_err("another's name");
    assert!(matches!(refused, SignOnError::NameTaken), "{refused:?}");
}

#[tokio::test]
async fn users_without_a_password_and_linked_ones_are_found_by_name() {
    let setup = start(|settings| rules(settings).creates = false).await;
    let refused = setup.log_in(ann()).await.expect_err("unknown");
    assert!(matches!(refused, SignOnError::NoUser), "{refused:?}");
    let new = NewUser { password: None, ..NewUser::new(&name("ann"), "", Role::Editor) };
    setup.app.app.users().add(&Ctx::system("test"), new).await.expect("added");
    setup.log_in(ann()).await.expect("meant by the administrator");
    assert_eq!(setup.roles("ann").await, Role::Viewer.into());

    let setup = start(|settings| rules(settings).links = true).await;
    setup.add("ann", Role::Editor).await;
    let logged_in = setup.log_in(ann()).await.expect("linked");
    assert_eq!(logged_in.caller.user, name("ann"));
    let other = json!({"sub": "2", "preferred_username": "ann", "groups": ["ops"]});
    let refused = setup.log_in(other).await.expect_err("linked to another already");
    assert!(matches!(refused, SignOnError::NameTaken), "{refused:?}");
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let setup = start(|settings| rules(settings).links = true).await;
    let claims = json!({"sub": "7", "preferred_username": "admin", "groups": ["ops"]});
    let logged_in = setup.log_in(claims.clone()).await.expect("logged in");
    assert!(logged_in.caller.roles.contains(Role::Admin), "nobody could repair the mapping");
    setup.add("root", Role::Admin).await;
    setup.log_in(claims).await.expect("logged in");
    assert_eq!(setup.roles("admin").await, Role::Viewer.into());
}

#[tokio::test]
async fn names_that_can_not_be_used_and_disabled_users() {
    let setup = start(|_| {}).await;
    for (claim, value) in [
        ("preferred_username", json!("a\u{202e}b")),
        ("preferred_username", json!("")),
        ("preferred_username", json!(7)),
        ("preferred_username", json!("system")),
        ("preferred_username", json!("x".repeat(200))),
    ] {
        let mut claims = ann();
        claims[claim] = value;
        let refused = setup.log_in(claims.clone()).await.expect_err("no name");
        assert!(matches!(refused, SignOnError::NoName), "{claims}: {refused:?}");
    }
    setup.log_in(ann()).await.expect("logged in");
    let change = crate::users::UserChange { disabled: Some(true), ..Default::default() };
    let ctx = Ctx::system("test");
    setup.app.app.users().change(&ctx, &name("ann"), change).await.expect("disabled");
    let refused = setup.log_in(ann()).await.expect_err("disabled");
    assert!(matches!(refused, SignOnError::Disabled), "{refused:?}");
}

#[tokio::test]
async fn a_mail_address_counts_only_if_it_was_verified() {
    let setup = start(|settings| {
        settings.oidc.as_mut().expect("set up").name_claim = "email".to_owned();
    })
    .await;
    for (verified, is_good) in [(json!(true), true), (json!(false), false), (json!("true"), false)]
    {
        let claims = json!({
            "sub": verified.to_string(), "groups": ["ops"],
            "email": format!("{}@example.org", verified.as_bool().is_some()), "email_verified": verified,
        });
        let outcome = setup.log_in(claims).await;
        assert_eq!(outcome.is_ok(), is_good, "{outcome:?}");
    }
}

#[tokio::test]
async fn claims_that_are_missing_are_asked_for() {
    let setup = start(|_| {}).await;
    setup.provider.script(|script| {
        script.claims = Some(Box::new(|claims| {
            let claims = claims.as_object_mut().expect("an object");
            claims.remove("preferred_username");
            claims.remove("groups");
        }));
    });
    let logged_in = setup.log_in(ann()).await.expect("logged in");
    assert_eq!(logged_in.caller.user, name("ann"));
    assert_eq!(setup.provider.requests("/userinfo"), 1);
    // About another user: token substitution (OpenID Connect Core §5.3.2).
    setup.provider.script(|script| {
        script.userinfo = Some(Box::new(|claims| claims["sub"] = json!("2")));
    });
    let refused = setup.log_in(ann()).await.expect_err("another user");
    assert!(matches!(refused, SignOnError::Invalid), "{refused:?}");
}

/// What a provider does wrong.
type Hostility = Box<dyn FnOnce(&mut Script)>;

#[tokio::test]
async fn hostile_answers_begin_no_session() {
    let setup = start(|_| {}).await;
    let other = || SigningKey::ec("first");
    let claim = |name: &'static str, value: Value| -> Hostility {
        Box::new(move |script| {
            script.claims = Some(Box::new(move |claims| claims[name] = value.clone()));
        })
    };
    let now = setup.clock.now().as_second();
    let cases: [(&str, Hostility); 9] = [
        ("issuer", claim("iss", json!("https://evil.example.org"))),
        ("audience", claim("aud", json!("other"))),
        ("nonce", claim("nonce", json!("other"))),
        ("expired", claim("exp", json!(now - 61))),
        ("access token", claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("unsigned", Box::new(|script| script.sign = Some(Box::new(|_, claims| unsigned(claims))))),
        (
            "alg swapped",
            Box::new(|script| {
                script.sign = Some(Box::new(|key, claims| {
                    let header = json!({"alg": "HS256", "kid": "first"});
                    let public = key.jwk().to_string();
                    signed_with_secret(&header, claims, public.as_bytes())
                }));
            }),
        ),
        (
            "keys swapped",
            Box::new(move |script| {
                let key = other();
                script.sign = Some(Box::new(move |_, claims| key.sign(&key.header(), claims)));
            }),
        ),
        (
            "no ID token",
            Box::new(|script| {
                script.answer = Some(Box::new(|answer| answer["id_token"] = Value::Null));
            }),
        ),
    ];
    for (what, hostility) in cases {
        let finish = setup.begin(ann()).await;
        setup.provider.script(hostility);
        let refused = setup.finish(finish).await.expect_err(what);
        assert!(
            matches!(refused, SignOnError::Invalid | SignOnError::Refused),
            "{what}: {refused:?}"
        );
        setup.provider.behave();
    }
    assert!(setup.app.audit_of("test-request").await.is_empty(), "no session, no user");
    setup.log_in(ann()).await.expect("the provider behaves again");
}

#[tokio::test]
async fn a_login_is_finished_once_by_who_began_it_and_in_time() {
    let setup = start(|_| {}).await;
    let finish = setup.begin(ann()).await;
    let (other, late) = (setup.begin(ann()).await, setup.begin(ann()).await);
    let stolen = Finish { pending: other.pending.clone(), ..finish.clone() };
    let without = Finish { pending: Vec::new(), ..finish.clone() };
    let forged = Finish { pending: vec![Secret::from("AAAA")], ..finish.clone() };
    let tokens = setup.provider.requests("/token");
    for (what, finish) in [("stolen", stolen), ("without", without), ("forged", forged)] {
        let refused = setup.finish(finish).await.expect_err(what);
        assert!(matches!(refused, SignOnError::Expired), "{what}: {refused:?}");
    }
    assert_eq!(setup.provider.requests("/token"), tokens, "the provider was asked");
    setup.finish(finish.clone()).await.expect("in progress");
    let refused = setup.finish(finish).await.expect_err("the second time");
    assert!(matches!(refused, SignOnError::Expired), "{refused:?}");
    // Of several cookies, the right one counts.
    let mut pending = setup.begin(ann()).await.pending;
    pending.extend(other.pending.clone());
    setup.finish(Finish { pending, ..other }).await.expect("in progress");
    setup.clock.advance(Duration::from_mins(10));
    let refused = setup.finish(late).await.expect_err("late");
    assert!(matches!(refused, SignOnError::Expired), "{refused:?}");
}

#[tokio::test]
async fn responses_of_others_and_replayed_codes_are_refused() {
    let setup = start(|_| {}).await;
    // Mix-up: the response of another provider, which never reaches the token endpoint.
    for issuer in [Some("https://evil.example.org".to_owned()), None] {
        let finish = Finish { issuer, ..setup.begin(ann()).await };
        let refused = setup.finish(finish).await.expect_err("another provider's");
        assert!(matches!(refused, SignOnError::Invalid), "{refused:?}");
    }
    assert_eq!(setup.provider.requests("/token"), 0);
    let finish = Finish { error: Some("access_denied".to_owned()), ..setup.begin(ann()).await };
    let refused = setup.finish(finish).await.expect_err("refused");
    assert!(matches!(refused, SignOnError::Refused), "{refused:?}");
    // A code of another login, at a provider that checks PKCE, and at one that does not.
    let first = setup.begin(ann()).await;
    let stolen = Finish { code: first.code.clone(), ..setup.begin(ann()).await };
    let refused = setup.finish(stolen).await.expect_err("another's code");
    assert!(matches!(refused, SignOnError::Refused), "{refused:?}");
    setup.provider.script(|script| script.accepts_any_code = true);
    let stolen = Finish { code: first.code.clone(), ..setup.begin(ann()).await };
    let refused = setup.finish(stolen).await.expect_err("the nonce is another");
    assert!(matches!(refused, SignOnError::Invalid), "{refused:?}");
}

#[tokio::test]
async fn new_keys_are_read_when_they_are_needed_and_not_too_often() {
    let setup = start(|_| {}).await;
    setup.log_in(ann()).await.expect("logged in");
    assert_eq!(setup.provider.requests("/keys"), 1);
    setup.clock.advance(Duration::from_secs(11));
    setup.provider.rotate(SigningKey::rsa("second"));
    setup.log_in(ann()).await.expect("with the new key");
    assert_eq!(setup.provider.requests("/keys"), 2);
    // A key with the old name.
    setup.provider.rotate(SigningKey::ec("second"));
    setup.log_in(ann()).await.expect_err("too soon to look again");
    assert_eq!(setup.provider.requests("/keys"), 2);
    setup.clock.advance(Duration::from_secs(11));
    setup.log_in(ann()).await.expect("with the new key");
    assert_eq!(setup.provider.requests("/keys"), 3);
    assert_eq!(setup.provider.requests("/openid-configuration"), 1);
    setup.clock.advance(Duration::from_hours(1));
    setup.provider.set_now(setup.clock.now().as_second());
    setup.log_in(ann()).await.expect("logged in");
    assert_eq!(setup.provider.requests("/openid-configuration"), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_again_at_once() {
    let setup = start(|_| {}).await;
    for (status, body) in
        [(500, ""), (200, "<html>"), (302, ""), (200, r#"{"issuer":"https://evil"}"#)]
    {
        setup.provider.script(|script| script.broken = Some((status, body.to_owned())));
        let before = setup.provider.requests("/openid-configuration");
        for _ in 0..3 {
            let refused = setup.app.app.sign_on().start(TestApp::origin()).await;
            assert!(matches!(refused, Err(SignOnError::Unavailable)), "{refused:?}");
        }
        assert_eq!(setup.provider.requests("/openid-configuration"), before + 1, "{status} {body}");
        setup.clock.advance(Duration::from_secs(3));
    }
    setup.provider.behave();
    setup.log_in(ann()).await.expect("it is back");
}

#[tokio::test]
async fn without_local_login_only_excepted_users_have_passwords() {
    let setup = start(|settings| settings.local_login = false).await;
    let denied = setup.log_in_locally("admin").await.expect_err("local login is off");
    assert!(matches!(denied, LoginError::WrongCredentials), "{denied:?}");
    assert_eq!(setup.app.audit_of("test-request").await, ["admin session.login  denied"]);
    let users = setup.app.users_of_another_process().await;
    let ctx = Ctx::command_line("test");
    users.set_break_glass(&ctx, &name("admin"), true).await.expect("excepted");
    assert_eq!(users.break_glass(&ctx).await.expect("listed"), [name("admin")]);
    setup.log_in_locally("admin").await.expect("excepted");
    setup.log_in_locally("viewer").await.expect_err("not excepted");
    setup.log_in(ann()).await.expect("with single sign-on");
    users.set_break_glass(&ctx, &name("admin"), false).await.expect("taken back");
    setup.log_in_locally("admin").await.expect_err("not excepted any more");
}

#[tokio::test]
async fn another_spelling_of_a_name_is_no_new_user() {
    let setup = start(|_| {}).await;
    setup.log_in(ann()).await.expect("logged in");
    for (subject, spelling) in [("2", "ANN"), ("3", "ａｎｎ")] {
        let mut other = ann();
        (other["sub"], other["preferred_username"]) = (json!(subject), json!(spelling));
        let refused = setup.log_in(other).await.expect_err("the name of another user");
        assert!(matches!(refused, SignOnError::NameTaken), "{spelling}: {refused:?}");
    }
}

#[tokio::test]
async fn only_the_command_line_changes_a_break_glass_user() {
    let setup = start(|settings| settings.local_login = false).await;
    let (users, viewer) = (setup.app.app.users(), name("viewer"));
    let (api, cli) = (setup.app.ctx(Role::Admin), Ctx::command_line("test"));
    let earlier = users.invite(&api, &viewer).await.expect("invited");
    users.set_break_glass(&cli, &viewer, true).await.expect("excepted");
    let origin = TestApp::origin();
    let accepted = users.accept_invitation(origin, earlier.token, "salt on the breeze".into());
    assert!(matches!(accepted.await, Err(UserError::NoInvitation)));
    for refused in [
        users.set_roles(&api, &viewer, Role::Editor.into()).await.err(),
        users.set_password(&api, &viewer, "salt on the breeze".into()).await.err(),
        users.invite(&api, &viewer).await.err(),
        users.remove(&api, &viewer).await.err(),
    ] {
        assert!(matches!(refused, Some(UserError::BreakGlass)), "{refused:?}");
    }
    users.set_roles(&cli, &viewer, Role::Editor.into()).await.expect("on the command line");
}

#[tokio::test]
async fn a_proxy_says_who_somebody_is() {
    let setup = start(|settings| {
        let accounts = rules(settings).clone();
        settings.header = Some(HeaderSettings { accounts });
    })
    .await;
    let login = |name: &str| HeaderLogin {
        name: name.to_owned(),
        groups: vec!["ops".to_owned()],
        origin: TestApp::origin(),
        user_agent: None,
    };
    let sign_on = setup.app.app.sign_on();
    let bob = sign_on.log_in_by_header(login("bob")).await.expect("logged in");
    assert_eq!((bob.caller.user, bob.caller.roles), (name("bob"), Role::Viewer.into()));
    assert!(sign_on.is_of_header(&bob.caller.session.expect("a session")).await.expect("known"));
    sign_on.log_in_by_header(login("bob")).await.expect("again");
    let refused = sign_on.log_in_by_header(login("admin")).await.expect_err("has a password");
    assert!(matches!(refused, SignOnError::NameTaken), "{refused:?}");
}

#[tokio::test]
async fn failures_of_one_address_are_limited_and_right_logins_are_not() {
    let setup =
        start_with(|_| {}, |config| config.settings.sessions.throttle.address_burst = 3).await;
    for _ in 0..10 {
        setup.log_in(ann()).await.expect("logged in");
    }
    for _ in 0..3 {
        let wrong = Finish { code: Some("guessed".to_owned()), ..setup.begin(ann()).await };
        let refused = setup.finish(wrong).await.expect_err("guessed");
        assert!(matches!(refused, SignOnError::Refused), "{refused:?}");
    }
    let exchanges = setup.provider.requests("/token");
    let waiting = setup.begin(ann()).await;
    let refused = setup.finish(waiting.clone()).await.expect_err("too many");
    assert!(matches!(refused, SignOnError::Busy(_)), "{refused:?}");
    assert_eq!(setup.provider.requests("/token"), exchanges, "the provider was asked");
    let mut elsewhere = waiting;
    elsewhere.origin.address = Some("192.0.2.9".parse().expect("an address"));
    setup.finish(elsewhere).await.expect("another address");
    setup.clock.advance(Duration::from_secs(10));
    setup.log_in(ann()).await.expect("later");
}

#[tokio::test]
async fn garbage_on_the_back_channel_is_limited_and_logouts_are_not() {
    let setup =
        start_with(|_| {}, |config| config.settings.sessions.throttle.address_burst = 3).await;
    let sign_on = setup.app.app.sign_on();
    let log_out = async |token: String, address: &str| {
        let address = Some(address.parse().expect("an address"));
        sign_on.back_channel_logout(token, Origin { address, ..TestApp::origin() }).await
    };
    let good = || setup.provider.logout_token(|claims| claims["sub"] = json!("1"));
    for _ in 0..10 {
        log_out(good(), "192.0.2.9").await.expect("believed");
    }
    for _ in 0..3 {
        let refused = log_out("a.b.c".to_owned(), "192.0.2.9").await;
        assert!(matches!(refused, Err(BackChannelError::Invalid)), "{refused:?}");
    }
    let refused = log_out("a.b.c".to_owned(), "192.0.2.9").await;
    assert!(matches!(refused, Err(BackChannelError::TooMany { .. })), "{refused:?}");
    log_out(good(), "192.0.2.10").await.expect("another address");
    setup.log_in(ann()).await.expect("logins have a limit of their own");
}

#[tokio::test]
async fn a_client_that_leaves_does_not_undo_the_pause_after_a_failure() {
    let setup = start(|_| {}).await;
    let held = Arc::new(Semaphore::new(0));
    setup.provider.script(|script| {
        script.held = Some(Arc::clone(&held));
        script.broken = Some((500, String::new()));
    });
    let sign_on = setup.app.app.sign_on();
    let asked = || setup.provider.requests("/openid-configuration");
    tokio::select! {
        started = sign_on.start(TestApp::origin()) => panic!("{started:?}"),
        () = until("a request", DEADLINE, async || (asked() == 1).then_some(())) => {}
    }
    held.add_permits(10);
    let refused = sign_on.start(TestApp::origin()).await;
    assert!(matches!(refused, Err(SignOnError::Unavailable)), "{refused:?}");
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn what_was_good_is_kept_for_a_day_if_it_can_not_be_read_again() {
    let setup = start(|_| {}).await;
    setup.log_in(ann()).await.expect("logged in");
    setup.provider.script(|script| script.broken = Some((500, String::new())));
    let log_out = async || {
        setup.provider.set_now(setup.clock.now().as_second());
        let token = setup.provider.logout_token(|claims| claims["sub"] = json!("1"));
        setup.app.app.sign_on().back_channel_logout(token, TestApp::origin()).await
    };
    setup.clock.advance(Duration::from_hours(1));
    assert_eq!(log_out().await.expect("believed"), 1);
    log_out().await.expect("believed");
    assert_eq!(setup.provider.requests("/openid-configuration"), 2, "not asked again at once");
    setup.clock.advance(Duration::from_hours(23));
    let refused = log_out().await;
    assert!(matches!(refused, Err(BackChannelError::Unavailable)), "{refused:?}");
    setup.provider.behave();
    setup.clock.advance(Duration::from_secs(3));
    log_out().await.expect("it is back");
}
