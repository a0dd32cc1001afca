use std::sync::Arc;

use data_encoding::BASE32_NOPAD;
use haltere_core::{GroupName, Role, Roles, TokenName, TokenScope, TokenSecret};
use haltere_store::{SecondFactorReset, SignedOnRecord};
use haltere_testkit::MockClock;
use haltere_testkit::wait::{DEADLINE, until, within};

use super::*;
use crate::error::Due;
use crate::groups::{GroupChange, NewGroup, follow_sign_on};
use crate::second_factor::code_at;
use crate::sessions::{LogIn, LoggedIn, LoginError};
use crate::testing::TestApp;
use crate::tokens::NewToken;
use crate::users::UserError;

const STEP: Duration = Duration::from_secs(30);

struct Setup {
    test: TestApp,
    clock: MockClock,
}

impl Setup {
    /// A second factor is required of users with these roles.
    async fn start(required_for: impl Into<Roles>) -> Self {
        let (clock, required_for) = (MockClock::default(), required_for.into());
        let shared = Arc::new(clock.clone());
        let test = TestApp::start_with(|config| {
            config.clock = shared;
            config.settings.sessions.second_factor_for = required_for;
            config.settings.tokens.second_factor_for = required_for;
        });
        Self { test: test.await, clock }
    }

    fn profiles(&self) -> &Profiles {
        self.test.app.profiles()
    }

    async fn log_in(&self, password: &str, code: Option<&str>) -> Result<LoggedIn, LoginError> {
        let wish = LogIn {
            username: "viewer".to_owned(),
            password: password.into(),
            code: code.map(Secret::from),
            origin: TestApp::origin(),
            user_agent: None,
        };
        self.test.app.sessions().log_in(wish).await
    }

    /// The viewer with a session.
    async fn viewer(&self, code: Option<&str>) -> Ctx {
        let token = self.log_in(TestApp::PASSWORD, code).await.expect("logged in").token;
        self.of(&token).await.expect("a session")
    }

    async fn of(&self, token: &Secret<String>) -> Option<Ctx> {
        let session = self.test.app.sessions().authenticate(token.expose()).await;
        Some(Ctx::of_session(session.expect("the store answers")?, TestApp::origin()))
    }

    /// The code of now.
    fn code(&self, secret: &Secret<Vec<u8>>) -> String {
        code_at(secret, self.test.app.clock().now())
    }

    /// Sets a second factor up; the secret and the recovery codes. The code of now is used.
    async fn set_up(&self, ctx: &Ctx) -> (Secret<Vec<u8>>, Vec<String>) {
        let setup = self.profiles().begin_second_factor(ctx, TestApp::PASSWORD.into()).await;
        let text = setup.expect("begun").secret;
        let secret = Secret::new(BASE32_NOPAD.decode(text.expose().as_bytes()).expect("base32"));
        let code = Secret::new(self.code(&secret));
        let codes = self.profiles().confirm_second_factor(ctx, code).await.expect("confirmed");
        (secret, codes.iter().map(|code| code.expose().clone()).collect())
    }

    /// A token of the viewer.
    async fn ci(&self) -> TokenSecret {
        let new = NewToken {
            name: TokenName::parse("ci").expect("a name"),
            description: String::new(),
            owner: Some(TestApp::user(Role::Viewer)),
            role: Role::Viewer,
            expires_at: self.test.app.clock().now() + Duration::from_hours(1),
            scope: TokenScope::default(),
            actions: None,
        };
        let created = self.test.app.tokens().create(&Ctx::system("test"), new).await;
        created.expect("a token").secret
    }

    /// Whether a token opens the list of connections.
    async fn may_list(&self, token: &TokenSecret) -> bool {
        let ctx = self.test.app.tokens().authenticate(token.expose(), &TestApp::origin()).await;
        ctx.expect("valid").may(Action::ListConnections)
    }

    async fn read(&self, ctx: &Ctx) -> OwnSecondFactor {
        self.profiles().read(ctx).await.expect("a profile").second_factor.expect("a password")
    }
}

#[tokio::test]
async fn a_login_needs_a_code_once_a_first_one_has_confirmed_the_setup() {
    let setup = Setup::start(Roles::default()).await;
    let viewer = setup.viewer(None).await;
    let other = setup.log_in(TestApp::PASSWORD, None).await.expect("no code yet").token;
    let begun = setup.profiles().begin_second_factor(&viewer, TestApp::PASSWORD.into()).await;
    assert!(begun.expect("begun").uri.expose().starts_with("otpauth://totp/haltere:viewer?"));
    setup.viewer(None).await;
    let (secret, codes) = setup.set_up(&viewer).await;
    assert_eq!(codes.len(), 10);
    assert!(setup.of(&other).await.is_none(), "the other sessions have ended");

    let refused = setup.log_in(TestApp::PASSWORD, None).await.unwrap_err();
    assert!(matches!(refused, LoginError::CodeRequired), "{refused:?}");
    let used = setup.code(&secret);
    let refused = setup.log_in(TestApp::PASSWORD, Some(&used)).await.unwrap_err();
    assert!(matches!(refused, LoginError::WrongCode), "it has confirmed the setup");
    setup.clock.advance(STEP);
    let code = setup.code(&secret);
    let wrong = setup.log_in("wrong", Some(&code)).await.unwrap_err();
    assert!(matches!(wrong, LoginError::WrongCredentials), "it says nothing about the code");
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    setup.viewer(Some(&spaced)).await;
    let refused = setup.log_in(TestApp::PASSWORD, Some(&code)).await.unwrap_err();
    assert!(matches!(refused, LoginError::WrongCode), "a code is good once");
    let shouted = codes[0].to_uppercase();
    let viewer = setup.viewer(Some(&shouted)).await;
    let refused = setup.log_in(TestApp::PASSWORD, Some(&codes[0])).await.unwrap_err();
    assert!(matches!(refused, LoginError::WrongCode), "so is a recovery code");
    let state = setup.read(&viewer).await;
    assert_eq!((state.enabled, state.recovery_codes_left, state.required), (true, 9, false));

    let audit = setup.test.audit().await;
    let ours = audit.iter().filter(|line| line.contains("second_factor")).collect::<Vec<_>>();
    assert!(ours.contains(&&"viewer user.second_factor viewer success".to_owned()), "{audit:?}");
    assert!(audit.contains(&"viewer session.login  denied".to_owned()), "{audit:?}");
}

#[tokio::test]
async fn of_two_logins_with_one_code_one_fails() {
    let setup = Setup::start(Roles::default()).await;
    let (secret, _) = setup.set_up(&setup.viewer(None).await).await;
    setup.clock.advance(STEP);
    let code = setup.code(&secret);
    let (one, two) = tokio::join!(
        setup.log_in(TestApp::PASSWORD, Some(&code)),
        setup.log_in(TestApp::PASSWORD, Some(&code))
    );
    assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|is_ok| *is_ok).count(), 1);
}

#[tokio::test]
async fn wrong_codes_are_throttled_as_wrong_passwords_are() {
    let setup = Setup::start(Roles::default()).await;
    let viewer = setup.viewer(None).await;
    let (secret, _) = setup.set_up(&viewer).await;
    setup.clock.advance(STEP);
    for _ in 0..20 {
        let asked = setup.log_in(TestApp::PASSWORD, None).await.unwrap_err();
        assert!(matches!(asked, LoginError::CodeRequired), "asking is no guess: {asked:?}");
    }
    let mut guesses = 0;
    loop {
        match setup.log_in(TestApp::PASSWORD, Some("nonsense")).await.unwrap_err() {
            LoginError::WrongCode => guesses += 1,
            LoginError::Throttled { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(guesses, 10);
    let right = setup.code(&secret);
    let throttled = setup.log_in(TestApp::PASSWORD, Some(&right)).await.unwrap_err();
    assert!(matches!(throttled, LoginError::Throttled { .. }), "{throttled:?}");
    let removal = setup.profiles().remove_second_factor(
        &viewer,
        TestApp::PASSWORD.into(),
        Secret::new(right),
    );
    let throttled = removal.await.unwrap_err();
    assert!(matches!(throttled, SecondFactorError::Throttled { .. }), "{throttled:?}");
    setup.clock.advance(STEP);
    let right = setup.code(&secret);
    setup.viewer(Some(&right)).await;
}

#[tokio::test]
async fn a_change_needs_password_and_code() {
    let setup = Setup::start(Roles::default()).await;
    let viewer = setup.viewer(None).await;
    let profiles = setup.profiles();
    let wrong = profiles.begin_second_factor(&viewer, "wrong".into()).await.unwrap_err();
    assert!(matches!(wrong, SecondFactorError::WrongPassword), "{wrong:?}");
    let early = profiles.confirm_second_factor(&viewer, "123456".into()).await.unwrap_err();
    assert!(matches!(early, SecondFactorError::NotSetUp), "{early:?}");
    let begun = profiles.begin_second_factor(&viewer, TestApp::PASSWORD.into()).await;
    begun.expect("begun");
    let wrong = profiles.confirm_second_factor(&viewer, "nonsense".into()).await.unwrap_err();
    assert!(matches!(wrong, SecondFactorError::WrongCode), "{wrong:?}");
    let (secret, codes) = setup.set_up(&viewer).await;
    let again = profiles.begin_second_factor(&viewer, TestApp::PASSWORD.into()).await;
    assert!(matches!(again.unwrap_err(), SecondFactorError::AlreadySetUp));

    let right = || Secret::from(TestApp::PASSWORD);
    let renew = async |password, code: &str| {
        profiles.renew_recovery_codes(&viewer, password, code.into()).await
    };
    let wrong = renew("wrong".into(), &codes[0]).await.unwrap_err();
    assert!(matches!(wrong, SecondFactorError::WrongPassword), "{wrong:?}");
    let wrong = renew(right(), "nonsense").await.unwrap_err();
    assert!(matches!(wrong, SecondFactorError::WrongCode), "{wrong:?}");
    let new = renew(right(), &codes[0]).await.expect("new ones");
    let old = setup.log_in(TestApp::PASSWORD, Some(&codes[1])).await.unwrap_err();
    assert!(matches!(old, LoginError::WrongCode), "{old:?}");
    setup.viewer(Some(new[0].expose())).await;
    setup.clock.advance(STEP);
    let code = Secret::new(setup.code(&secret));
    profiles.remove_second_factor(&viewer, right(), code).await.expect("removed");
    setup.viewer(None).await;
    let gone = profiles.remove_second_factor(&viewer, right(), "123456".into()).await.unwrap_err();
    assert!(matches!(gone, SecondFactorError::NotSetUp), "{gone:?}");
}

#[tokio::test]
async fn one_that_is_required_is_set_up_first() {
    let setup = Setup::start([Role::Viewer, Role::Admin].into_iter().collect::<Roles>()).await;
    let ci = setup.ci().await;
    assert!(!setup.may_list(&ci).await);
    let token = setup.log_in(TestApp::PASSWORD, None).await.expect("logged in").token;
    let viewer = setup.of(&token).await.expect("a session");
    assert_eq!(viewer.principal.due(), Some(Due::SecondFactor));
    assert!(!viewer.may(Action::ListConnections));
    assert!(setup.read(&viewer).await.required);
    setup.set_up(&viewer).await;
    let viewer = setup.of(&token).await.expect("this session goes on");
    assert_eq!(viewer.principal.due(), None);
    assert!(viewer.may(Action::ListConnections));
    let is_good = async || setup.may_list(&ci).await.then_some(());
    until("the token to be good", DEADLINE, is_good).await;
    // It is not required of others.
    let editor = setup.of(&setup.test.token(Role::Editor).await).await.expect("a session");
    assert_eq!(editor.principal.due(), None);
}

const GROUP: &str = "Night shift";

impl Setup {
    /// A group that narrows what its members see, with the viewer in it or not.
    async fn add_group(&self, role: Role, users: &[&str]) {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        let new = NewGroup::new(GroupName::parse(GROUP).expect("a name"), role);
        let new = NewGroup { users, narrows: true, ..new };
        self.test.app.groups().add(&Ctx::system("test"), new).await.expect("added");
    }

    async fn change_group(&self, change: GroupChange) {
        let name = GroupName::parse(GROUP).expect("a name");
        let changed = self.test.app.groups().change(&Ctx::system("test"), &name, change).await;
        changed.expect("changed");
    }

    /// Waits until this is due in the session.
    async fn until_due(&self, token: &Secret<String>, due: Option<Due>) {
        let is_due = async || {
            let ctx = self.of(token).await.expect("the session goes on");
            (ctx.principal.due() == due).then_some(())
        };
        until("the requirement to be followed", DEADLINE, is_due).await;
    }
}

#[tokio::test]
async fn a_role_that_a_group_gives_requires_one_too() {
    let setup = Setup::start(Role::ConnectionManager).await;
    let token = setup.log_in(TestApp::PASSWORD, None).await.expect("logged in").token;
    let viewer = setup.of(&token).await.expect("a session");
    assert_eq!((viewer.principal.due(), setup.read(&viewer).await.required), (None, false));

    // By the role of the group.
    setup.add_group(Role::Viewer, &["viewer"]).await;
    setup.until_due(&token, None).await;
    let role = |role| GroupChange { role: Some(role), ..GroupChange::default() };
    setup.change_group(role(Role::ConnectionManager)).await;
    setup.until_due(&token, Some(Due::SecondFactor)).await;
    assert!(setup.read(&viewer).await.required);
    let again = setup.log_in(TestApp::PASSWORD, None).await.expect("logged in").token;
    assert_eq!(setup.of(&again).await.expect("new").principal.due(), Some(Due::SecondFactor));
    within("what was begun to end", DEADLINE, viewer.credential.ended()).await;

    // By being in it, and no more without.
    let users = |users: &[&str]| GroupChange {
        users: Some(users.iter().map(|user| (*user).to_owned()).collect()),
        ..GroupChange::default()
    };
    setup.change_group(users(&[])).await;
    setup.until_due(&token, None).await;
    setup.change_group(users(&["viewer"])).await;
    setup.until_due(&token, Some(Due::SecondFactor)).await;

    // A group that narrows nothing gives nothing.
    setup.change_group(GroupChange { narrows: Some(false), ..GroupChange::default() }).await;
    setup.until_due(&token, None).await;
    setup.change_group(GroupChange { narrows: Some(true), ..GroupChange::default() }).await;
    setup.until_due(&token, Some(Due::SecondFactor)).await;
    let viewer = setup.of(&token).await.expect("a session");
    setup.set_up(&viewer).await;
    setup.until_due(&token, None).await;
}

#[tokio::test]
async fn one_that_a_membership_by_single_sign_on_requires_is_due_with_a_password_and_for_tokens() {
    let setup = Setup::start(Role::ConnectionManager).await;
    setup.add_group(Role::ConnectionManager, &[]).await;
    let token = setup.log_in(TestApp::PASSWORD, None).await.expect("logged in").token;
    let viewer = setup.of(&token).await.expect("a session");
    let ci = setup.ci().await;
    assert!(setup.may_list(&ci).await);
    let mut tx = setup.test.store.write().await.expect("a write begins");
    let wanted = [GroupName::parse(GROUP).expect("a name")];
    let now = setup.test.app.clock().now();
    let followed = follow_sign_on(&mut *tx, &viewer, now, &wanted, true).await.expect("stored");
    assert!(followed.has_changed);
    tx.commit().await.expect("committed");
    setup.until_due(&token, Some(Due::SecondFactor)).await;
    let is_refused = async || (!setup.may_list(&ci).await).then_some(());
    until("the token to be good for nothing", DEADLINE, is_refused).await;
}

#[tokio::test]
async fn none_is_required_of_those_who_come_by_single_sign_on() {
    let setup = Setup::start(Role::Viewer).await;
    let token = setup.log_in(TestApp::PASSWORD, None).await.expect("logged in").token;
    let viewer = setup.of(&token).await.expect("a session");
    let signed_on = SignedOnRecord {
        session: *viewer.session().expect("a session"),
        issuer: "https://id.example.org".to_owned(),
        subject: "1".to_owned(),
        provider_session: None,
    };
    let mut tx = setup.test.store.write().await.expect("a write begins");
    tx.sign_ons().insert_session(&signed_on).await.expect("noted");
    tx.commit().await.expect("committed");
    setup.test.app.sessions().check_or_log().await;
    let viewer = setup.of(&token).await.expect("a session");
    assert_eq!(viewer.principal.due(), None);
    assert!(!setup.read(&viewer).await.required);
}

#[tokio::test]
async fn a_reset_is_audited_and_shown_to_the_user_until_dismissed() {
    let setup = Setup::start(Roles::default()).await;
    let token = setup.log_in(TestApp::PASSWORD, None).await.expect("logged in").token;
    let viewer = setup.of(&token).await.expect("a session");
    let (users, admin) = (setup.test.app.users(), setup.test.ctx(Role::Admin));
    let name = TestApp::user(Role::Viewer);
    let none = users.reset_second_factor(&admin, &name).await.unwrap_err();
    assert!(matches!(none, UserError::NoSecondFactor), "{none:?}");
    setup.set_up(&viewer).await;
    assert!(users.get(&admin, &name).await.expect("there").has_second_factor);
    let user = users.reset_second_factor(&admin, &name).await.expect("reset");
    assert!(!user.has_second_factor);
    let newest = setup.test.audit().await.remove(0);
    assert_eq!(newest, "admin user.reset_second_factor viewer success");
    until("the sessions to end", DEADLINE, async || setup.of(&token).await.is_none().then_some(()))
        .await;
    let viewer = setup.viewer(None).await;
    let at = setup.test.app.clock().now();
    let reset = SecondFactorReset { user: name, at, by: "admin".to_owned() };
    assert_eq!(setup.read(&viewer).await.reset, Some(reset));
    setup.profiles().dismiss_second_factor_reset(&viewer).await.expect("dismissed");
    assert_eq!(setup.read(&viewer).await.reset, None);
    let denied = users.reset_second_factor(&viewer, viewer.user()).await.unwrap_err();
    assert!(matches!(denied, UserError::NotAllowed(_)), "{denied:?}");
}

#[tokio::test]
async fn the_secret_is_sealed_and_recovery_codes_are_hashed() {
    let setup = Setup::start(Roles::default()).await;
    let (secret, codes) = setup.set_up(&setup.viewer(None).await).await;
    setup.test.app.shutdown().await;
    let stored = std::fs::read(setup.test.database()).expect("readable");
    let plain = codes[0].replace('-', "");
    for needle in [secret.expose().as_slice(), codes[0].as_bytes(), plain.as_bytes()] {
        assert!(!stored.windows(needle.len()).any(|window| window == needle));
    }
}
