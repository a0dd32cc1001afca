//! The growth of the trail by one caller is bounded for each action.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;

use haltere_core::{
    AuditAction, AuditOutcome, Caller, GroupName, Intent, LabelSelector, PluginId, Role, TokenName,
    TokenScope,
};
use haltere_store::{AuditFilter, Sealed, SecondFactorRecord, UserRecord};
use haltere_testkit::builders;

use std::time::Duration;

use haltere_core::AuditEntry;

use crate::app::App;
use crate::connections::fixture::{Broken, broken, id, name, named, new, with, with_credentials};
use crate::connections::{
    ConnectionPatch, ImportEntry, ImportFile, ImportMode, ImportProgress, Incoming, ListQuery,
    NewConnection, Secrets, Source,
};
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::groups::{GroupChange, NewGroup};
use crate::sessions::LogIn;
use crate::sign_on;
use crate::testing::TestApp;
use crate::tokens::NewToken;
use crate::users::NewUser;

const HOUR: Duration = Duration::from_hours(1);
/// The number of times each action is performed: more than any bound below.
const TIMES: usize = 300;
/// The rate of changes, and of reads, per user and hour. The tests exceed it.
const RATE: u32 = 100;
/// The actions that `RATE` allows in addition while a test runs on a slow machine.
const SLACK: usize = 20;
/// The most bytes of text in an entry with ASCII ids and names; the index takes at most the same.
const MAX_BYTES: usize = 1_024;

/// The bound on the entries of an action.
enum Bound {
    /// The user's rate: an entry each, and the sums of tests.
    Rate,
    /// Reads over the rate are counted aggregated.
    Reads,
    /// A fixed number of entries, from any number of addresses.
    Account,
    /// Only the command line does it, and its user could remove the database.
    CommandLine,
}

/// Without a wildcard, so that a new action needs a bound.
const fn bound(action: AuditAction) -> Bound {
    match action {
        AuditAction::ConnectionCreate
        | AuditAction::ConnectionOverwrite
        | AuditAction::ConnectionUpdate
        | AuditAction::ConnectionDelete
        | AuditAction::ConnectionConnect
        | AuditAction::ConnectionDisconnect
        | AuditAction::ConnectionTest
        | AuditAction::PluginSwitch
        | AuditAction::SignOnTest
        | AuditAction::UserCreate
        | AuditAction::UserUpdate
        | AuditAction::UserInvite
        | AuditAction::UserEndSessions
        | AuditAction::UserViewAs
        | AuditAction::UserResetSecondFactor
        | AuditAction::UserDelete
        | AuditAction::GroupCreate
        | AuditAction::GroupUpdate
        | AuditAction::GroupDelete
        | AuditAction::TokenCreate
        | AuditAction::TokenRevoke
        // It also has an entry for each connection, and these have to be deleted first.
        | AuditAction::ConnectionImport => Bound::Rate,
        AuditAction::ConnectionExport | AuditAction::ConnectionReadSecrets => Bound::Reads,
        AuditAction::SessionLogin
        | AuditAction::SessionLogout
        | AuditAction::SessionEnd
        | AuditAction::UserPassword
        | AuditAction::UserSecondFactor => Bound::Account,
        AuditAction::BackupCreate
        | AuditAction::BackupRestore
        | AuditAction::AuditRemove
        | AuditAction::AuditCheckpoint
        | AuditAction::SecretsRotate => Bound::CommandLine,
    }
}

/// The most entries of an action by one caller.
fn at_most(bound: &Bound) -> usize {
    let rate = RATE as usize + SLACK;
    match bound {
        Bound::Rate => 2 * rate,
        // Single entries, their sums, and what is counted aggregated.
        Bound::Reads => 2 * rate + 2,
        Bound::Account => 2 * 64 + 2,
        Bound::CommandLine => 0,
    }
}

struct Trial {
    test: TestApp,
    broken: Broken,
}

impl Trial {
    /// Starts a server whose windows do not close during the test.
    async fn start() -> Self {
        let nowhere = broken();
        let test = TestApp::start_with(|config| {
            let audit = &mut config.settings.audit;
            (audit.reads_within, audit.repeats_within) = (HOUR, HOUR);
            audit.actions_per_hour = RATE;
            // No provider is there.
            let issuer = nowhere.url().replace("mqtt://", "http://");
            config.settings.sign_on.oidc = Some(sign_on::fixture::settings(&issuer));
        });
        let this = Self { test: test.await, broken: broken() };
        // By another user than the one under test.
        let by = this.test.ctx(Role::ConnectionManager);
        for id in ["overwritten", "changed"] {
            this.app()
                .connections()
                .create(&by, this.connection(id), Secrets::Omit)
                .await
                .expect("stored");
        }
        this
    }

    fn app(&self) -> &App {
        &self.test.app
    }

    fn connection(&self, id: &str) -> NewConnection {
        with_credentials(new(id, self.broken.url()), builders::login("ada", "hunter2"))
    }

    /// Performs the action for the `n`th time, as an administrator; returns whether it succeeded.
    async fn act(&self, action: AuditAction, n: usize) -> bool {
        let (app, ctx) = (self.app(), self.test.ctx(Role::Admin));
        match action {
            AuditAction::ConnectionCreate => {
                let new = self.connection(&format!("new-{n}"));
                app.connections().create(&ctx, new, Secrets::Include).await.is_ok()
            }
            AuditAction::ConnectionOverwrite => {
                let again = self.connection("overwritten");
                app.connections()
                    .create(&ctx, again, Secrets::Include)
                    .await
                    .is_ok_and(|it| it.overwritten)
            }
            AuditAction::ConnectionUpdate => {
                let name = Some(name(&format!("Name {n}")));
                let patch = ConnectionPatch { name, ..ConnectionPatch::default() };
                app.connections().patch(&ctx, &id("changed"), patch, Secrets::Include).await.is_ok()
            }
            AuditAction::ConnectionDelete => {
                let (id, by) = (format!("old-{n}"), self.test.ctx(Role::ConnectionManager));
                // Another user creates what this one deletes, as long as the rate allows.
                let made = app
                    .connections()
                    .create(&by, self.connection(&id), Secrets::Omit)
                    .await
                    .is_ok();
                let gone = app
                    .connections()
                    .delete(
                        &ctx,
                        &haltere_core::ConnectionId::parse(&id).expect("an id"),
                        Secrets::Omit,
                    )
                    .await;
                made && gone.is_ok()
            }
            AuditAction::ConnectionConnect => self.switch(&ctx, Intent::Connected).await,
            AuditAction::ConnectionDisconnect => self.switch(&ctx, Intent::Disconnected).await,
            AuditAction::ConnectionImport => self.import(&ctx, n).await,
            AuditAction::ConnectionExport => app
                .transfer()
                .export(&ctx, Secrets::Include, &LabelSelector::default())
                .await
                .is_ok(),
            AuditAction::ConnectionTest => {
                // Denied by the egress policy at once; the URL has the maximum length.
                let url = format!("ws://169.254.169.254:9001/{n}/{}", "x".repeat(1_900));
                let test =
                    with(self.connection("x"), |settings| settings.url = builders::url(&url));
                app.connections().prepare_test(&ctx, test, None).await.is_ok()
            }
            AuditAction::ConnectionReadSecrets => {
                // Every second read is a repeat.
                let limit = NonZeroUsize::new(if n.is_multiple_of(2) { n + 1 } else { 1 });
                let query = ListQuery { limit, ..ListQuery::default() };
                app.connections().list(&ctx, &query, Secrets::Include).await.is_ok()
            }
            AuditAction::SessionLogin => self.log_in(n).await.is_some(),
            AuditAction::SessionLogout => {
                let ctx = self.log_in(n).await.expect("logged in");
                app.sessions().log_out(&ctx).await.is_ok()
            }
            AuditAction::SessionEnd => {
                let (ctx, _) =
                    (self.log_in(n).await.expect("in"), self.log_in(n).await.expect("in"));
                app.sessions().end_others(&ctx).await.is_ok()
            }
            AuditAction::UserCreate
            | AuditAction::UserUpdate
            | AuditAction::UserInvite
            | AuditAction::UserEndSessions
            | AuditAction::UserViewAs
            | AuditAction::UserResetSecondFactor
            | AuditAction::UserSecondFactor
            | AuditAction::UserDelete
            | AuditAction::UserPassword => self.act_on_users(action, n).await,
            AuditAction::GroupCreate | AuditAction::GroupUpdate | AuditAction::GroupDelete => {
                self.act_on_groups(action, n).await
            }
            AuditAction::TokenCreate | AuditAction::TokenRevoke => {
                self.act_on_tokens(action, n).await
            }
            AuditAction::PluginSwitch => {
                let plugin = PluginId::UserProfileEdit;
                app.plugins().switch(&ctx, plugin, n.is_multiple_of(2)).await.is_ok()
            }
            AuditAction::SignOnTest => app.sign_on().test(&ctx).await.is_ok(),
            AuditAction::BackupCreate
            | AuditAction::BackupRestore
            | AuditAction::AuditRemove
            | AuditAction::AuditCheckpoint
            | AuditAction::SecretsRotate => false,
        }
    }

    /// The same for the actions on groups.
    async fn act_on_groups(&self, action: AuditAction, n: usize) -> bool {
        let (groups, ctx) = (self.app().groups(), self.test.ctx(Role::Admin));
        let name = |text: &str| GroupName::parse(text).expect("a name");
        let new = |text: &str| NewGroup::new(name(text), Role::Viewer);
        match action {
            AuditAction::GroupCreate => {
                let made = groups.add(&ctx, new(&format!("new-{n}"))).await.is_ok();
                // There are only so many; by another user.
                let by = Ctx::system("test");
                let _ = groups.remove(&by, &name(&format!("new-{n}"))).await;
                made
            }
            AuditAction::GroupUpdate => {
                let by = Ctx::system("test");
                let _ = groups.add(&by, new("changed")).await;
                let description = Some(format!("{n}"));
                let change = GroupChange { description, ..GroupChange::default() };
                groups.change(&ctx, &name("changed"), change).await.is_ok()
            }
            AuditAction::GroupDelete => {
                let by = Ctx::system("test");
                let _ = groups.add(&by, new("gone")).await;
                groups.remove(&ctx, &name("gone")).await.is_ok()
            }
            _ => unreachable!("not on groups"),
        }
    }

    /// The same for the actions on users.
    async fn act_on_users(&self, action: AuditAction, n: usize) -> bool {
        let (app, ctx) = (self.app(), self.test.ctx(Role::Admin));
        match action {
            AuditAction::UserCreate => {
                let name = builders::user(&format!("new-{n}"));
                let new = NewUser::new(&name, TestApp::PASSWORD, Role::Viewer);
                app.users().add(&ctx, new).await.is_ok()
            }
            AuditAction::UserUpdate => {
                let viewer = TestApp::user(Role::Viewer);
                let user = app.users().get(&ctx, &viewer).await.expect("it is there");
                let other =
                    if user.roles.contains(Role::Viewer) { Role::Editor } else { Role::Viewer };
                app.users().set_roles(&ctx, &viewer, other.into()).await.is_ok()
            }
            AuditAction::UserInvite => {
                app.users().invite(&ctx, &TestApp::user(Role::Viewer)).await.is_ok()
            }
            AuditAction::UserEndSessions => {
                self.test.token(Role::Viewer).await;
                let viewer = TestApp::user(Role::Viewer);
                app.users().end_sessions(&ctx, &viewer, None).await.is_ok()
            }
            AuditAction::UserViewAs => {
                let token = self.test.token(Role::Admin).await;
                let session = app.sessions().authenticate(token.expose()).await.expect("readable");
                let ctx = Ctx::new(session.expect("valid").caller, TestApp::origin());
                let viewer = TestApp::user(Role::Viewer);
                app.sessions().view_as(&ctx, &viewer).await.is_ok()
            }
            AuditAction::UserResetSecondFactor => {
                let viewer = TestApp::user(Role::Viewer);
                let factor = SecondFactorRecord {
                    user: viewer.clone(),
                    secret: Sealed(Vec::new()),
                    confirmed_at: None,
                    last_step: 0,
                };
                let confirmed =
                    SecondFactorRecord { confirmed_at: Some(app.clock().now()), ..factor };
                let mut tx = self.test.store.write().await.expect("a write begins");
                tx.second_factors().put(&confirmed).await.expect("written");
                tx.commit().await.expect("committed");
                app.users().reset_second_factor(&ctx, &viewer).await.is_ok()
            }
            AuditAction::UserSecondFactor => {
                app.profiles().begin_second_factor(&ctx, TestApp::PASSWORD.into()).await.is_ok()
            }
            AuditAction::UserDelete => {
                let name = builders::user(&format!("old-{n}"));
                let mut tx = self.test.store.write().await.expect("a write begins");
                let viewer = tx.users().find(&TestApp::user(Role::Viewer)).await.expect("read");
                let user = UserRecord { name: name.clone(), ..viewer.expect("it is there") };
                tx.users().insert(&user).await.expect("written");
                tx.commit().await.expect("committed");
                app.users().remove(&ctx, &name).await.is_ok()
            }
            AuditAction::UserPassword => {
                let mut pair = [TestApp::PASSWORD, "another fine password"];
                pair.rotate_left(n % 2);
                let [old, new] = pair.map(Into::into);
                app.profiles().change_password(&ctx, old, new).await.is_ok()
            }
            _ => unreachable!("not on users"),
        }
    }

    /// The same for the actions on tokens.
    async fn act_on_tokens(&self, action: AuditAction, n: usize) -> bool {
        let (app, admin) = (self.app(), self.test.ctx(Role::Admin));
        let create = async |ctx: &Ctx| {
            let new = NewToken {
                actions: None,
                name: TokenName::parse(&format!("token {n}")).expect("a name"),
                description: String::new(),
                owner: Some(TestApp::user(Role::Admin)),
                role: Role::Viewer,
                expires_at: app.clock().now() + HOUR,
                scope: TokenScope::default(),
            };
            app.tokens().create(ctx, new).await.map(|created| created.token.id)
        };
        if action == AuditAction::TokenRevoke {
            let id = create(&Ctx::system("test")).await.expect("created");
            let is_revoked = app.tokens().revoke(&admin, &id).await.is_ok();
            // There may be only so many.
            let _ = app.tokens().revoke(&Ctx::system("test"), &id).await;
            return is_revoked;
        }
        let Ok(id) = create(&admin).await else { return false };
        app.tokens().revoke(&Ctx::system("test"), &id).await.is_ok()
    }

    /// Whether the intent was changed. Another user changes it back, as long as the rate allows.
    async fn switch(&self, ctx: &Ctx, intent: Intent) -> bool {
        let (app, id) = (self.app(), id("changed"));
        let by = self.test.ctx(Role::ConnectionManager);
        let revision = async || {
            let view = app.connections().get(ctx, &id, Secrets::Omit).await.expect("there");
            view.entry.connection().expect("readable").revision
        };
        if intent == Intent::Connected {
            let _ = app.connections().disconnect(&by, &id, Secrets::Omit).await;
            let before = revision().await;
            let done = app.connections().connect(ctx, &id, Secrets::Include).await.is_ok();
            done && revision().await > before
        } else {
            let _ = app.connections().connect(&by, &id, Secrets::Omit).await;
            let before = revision().await;
            let done = app.connections().disconnect(ctx, &id, Secrets::Include).await.is_ok();
            done && revision().await > before
        }
    }

    async fn import(&self, ctx: &Ctx, n: usize) -> bool {
        let new = named(&format!("moved-{n}"), &format!("Moved {n}"), self.broken.url());
        let entry = ImportEntry {
            id: None,
            name: None,
            content: Ok(Incoming { connection: new, intent: Intent::Disconnected }),
            notes: Vec::new(),
        };
        let file =
            ImportFile { source: Source::Mmc, entries: vec![entry], not_taken_over: Vec::new() };
        let (reporter, _) = ImportProgress::channel();
        let import = self.app().transfer().import(ctx, file, ImportMode::Store, reporter).await;
        import.is_ok_and(|report| report.done)
    }

    /// Three of four logins come from a new address.
    async fn log_in(&self, n: usize) -> Option<Ctx> {
        let mut origin = TestApp::origin();
        if !n.is_multiple_of(4) {
            origin.address = Some(IpAddr::V6(Ipv6Addr::from_bits((0x2001 << 112) + n as u128)));
        }
        let (username, password) = ("admin".to_owned(), TestApp::PASSWORD.into());
        let (code, user_agent) = (None, None);
        let wish = LogIn { username, password, code, origin: origin.clone(), user_agent };
        let caller: Caller = self.app().sessions().log_in(wish).await.ok()?.caller;
        Some(Ctx::new(caller, origin))
    }

    /// The entries of the administrator, once everything is written.
    async fn entries(self) -> Vec<AuditEntry> {
        let Self { test, broken: _broken } = self;
        let test = test.restart().await;
        let filter = AuditFilter {
            actor: Some("admin".to_owned()),
            limit: 100_000,
            ..AuditFilter::default()
        };
        let records = test.store.read().await.unwrap().audit().list(&filter).await.unwrap();
        records.into_iter().map(|record| record.entry).collect()
    }
}

fn bytes(entry: &AuditEntry) -> usize {
    let AuditEntry { actor, request_id, object, detail, .. } = entry;
    actor.len() + request_id.len() + object.len() + detail.len()
}

async fn grows_within_its_bound(actions: &[AuditAction]) {
    for &action in actions {
        let bound = bound(action);
        let trial = Trial::start().await;
        let mut done: u64 = 0;
        for n in 0..TIMES {
            done += u64::from(trial.act(action, n).await);
        }
        match bound {
            Bound::Account | Bound::Reads => assert_eq!(done, TIMES as u64, "{action:?}: refused"),
            Bound::Rate => assert!(done >= u64::from(RATE) / 2, "{action:?}: {done}"),
            Bound::CommandLine => assert_eq!(done, 0),
        }
        let entries = trial.entries().await;
        let of_action: Vec<_> = entries.iter().filter(|entry| entry.action == action).collect();
        let times: u64 = of_action.iter().map(|entry| entry.repeats.map_or(1, |it| it.times)).sum();
        assert_eq!(times, done, "{action:?}: the count is exact");
        assert!(of_action.len() <= at_most(&bound), "{action:?}: {}", of_action.len());
        assert!(of_action.iter().all(|entry| entry.outcome == AuditOutcome::Success));
        let longest = of_action.iter().map(|entry| bytes(entry)).max();
        assert!(longest.unwrap_or(0) <= MAX_BYTES, "{action:?}: {longest:?}");
        println!("{action:?}: {done} times, {} entries, {longest:?} bytes", of_action.len());
    }
}

/// Split into a few tests, so that they run in parallel.
#[tokio::test]
async fn by_changes_of_a_connection() {
    use AuditAction::{
        ConnectionConnect, ConnectionDisconnect, ConnectionOverwrite, ConnectionUpdate,
    };
    grows_within_its_bound(&[
        ConnectionOverwrite,
        ConnectionUpdate,
        ConnectionConnect,
        ConnectionDisconnect,
    ])
    .await;
}

#[tokio::test]
async fn by_new_connections() {
    use AuditAction::{ConnectionCreate, ConnectionDelete, ConnectionImport};
    grows_within_its_bound(&[ConnectionCreate, ConnectionDelete, ConnectionImport]).await;
}

#[tokio::test]
async fn by_reads_tests_and_switches() {
    use AuditAction::{
        ConnectionExport, ConnectionReadSecrets, ConnectionTest, PluginSwitch, SignOnTest,
    };
    grows_within_its_bound(&[
        ConnectionExport,
        ConnectionReadSecrets,
        ConnectionTest,
        PluginSwitch,
        SignOnTest,
    ])
    .await;
}

#[tokio::test]
async fn by_logins_and_account_actions() {
    use AuditAction::{SessionEnd, SessionLogin, SessionLogout, UserPassword, UserSecondFactor};
    let actions = [SessionLogin, SessionLogout, SessionEnd, UserPassword, UserSecondFactor];
    grows_within_its_bound(&actions).await;
}

#[tokio::test]
async fn by_changes_of_users() {
    use AuditAction::{
        UserCreate, UserDelete, UserEndSessions, UserInvite, UserResetSecondFactor, UserUpdate,
        UserViewAs,
    };
    let actions = [
        UserCreate,
        UserUpdate,
        UserInvite,
        UserEndSessions,
        UserViewAs,
        UserResetSecondFactor,
        UserDelete,
    ];
    grows_within_its_bound(&actions).await;
}

#[tokio::test]
async fn by_changes_of_groups() {
    use AuditAction::{GroupCreate, GroupDelete, GroupUpdate};
    grows_within_its_bound(&[GroupCreate, GroupUpdate, GroupDelete]).await;
}

#[tokio::test]
async fn by_tokens() {
    use AuditAction::{TokenCreate, TokenRevoke};
    grows_within_its_bound(&[TokenCreate, TokenRevoke]).await;
}

/// The tests above cover all other actions.
#[test]
fn by_nothing_else() {
    let elsewhere =
        AuditAction::ALL.into_iter().filter(|it| matches!(bound(*it), Bound::CommandLine));
    assert_eq!(elsewhere.count() + 4 + 3 + 5 + 5 + 7 + 3 + 2, AuditAction::ALL.len());
}

#[tokio::test]
async fn a_user_over_the_rate_has_to_wait_and_other_users_do_not() {
    let trial = Trial::start().await;
    let (app, ctx) = (trial.app(), trial.test.ctx(Role::Admin));
    let refusal = loop {
        if let Err(error) = app.plugins().switch(&ctx, PluginId::UserProfileEdit, true).await {
            break error;
        }
    };
    let crate::plugins::SwitchPluginError::NotAllowed(NotAllowed::TooMany { retry_after }) =
        refusal
    else {
        panic!("{refusal:?}");
    };
    assert!(retry_after <= Duration::from_secs(37), "{retry_after:?}");
    let by = trial.test.ctx(Role::ConnectionManager);
    app.connections()
        .create(&by, trial.connection("a"), Secrets::Omit)
        .await
        .expect("another user");
    // Reads and logins continue.
    assert!(trial.act(AuditAction::ConnectionReadSecrets, 1).await);
    assert!(trial.log_in(1).await.is_some());
    // A change without effect does not count.
    app.connections().disconnect(&by, &id("a"), Secrets::Omit).await.expect("disconnected");
    app.connections()
        .disconnect(&ctx, &id("a"), Secrets::Omit)
        .await
        .expect("already disconnected");
}
