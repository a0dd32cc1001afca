//! `POST /api/connection-test`

use std::sync::Arc;

use haltere_core::{
    AuditAction, AuditEntry, Connection, ConnectionId, ConnectionPatch, Intent, MqttString,
    Reservation, Revision, RoundtripTopic,
};
use haltere_link::{Advice, Audience, Circumstances, LinkSpec, ProbeEvent, ProbeReport};

use super::Connections;
use super::check;
use super::entry::Unreadable;
use super::error::TestError;
use super::input::NewConnection;
use super::mqtt_session_key::MqttSessionKey;
use super::update::{self, Edit};
use crate::audit;
use crate::audit::NotWritten;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, NotAllowed};
use crate::policy::{Action, Resource};

const AUDITING: &str = "audit a test of a connection";
/// What is put behind a client id: `-test-` and eight digits.
const SUFFIX_BYTES: usize = 14;
/// The client ids that every broker accepts have at most so many letters and digits (MQTT 5, 3.1.3.1).
const PLAIN_ID_BYTES: usize = 23;
/// What is put behind a client id of that kind: so many digits.
const PLAIN_SUFFIX_BYTES: usize = 6;

/// A test that was allowed, checked and audited, and has not begun.
pub struct PreparedTest {
    connections: Connections,
    spec: LinkSpec,
    /// Where to publish a message that has to come back.
    roundtrip: Option<RoundtripTopic>,
    /// A remark in addition to the advice.
    remark: Option<Advice>,
    /// Given back when the test ends, or is dropped.
    _slot: Reservation,
}

/// What came of a test.
#[derive(Debug)]
pub struct TestReport {
    /// How far it got, and what was found.
    pub probe: ProbeReport,
    /// What to try next, the likeliest first; after a success, what could be better.
    pub advice: Vec<Advice>,
}

impl Connections {
    /// Gets ready to dial a broker once and to say how far that gets. Stores nothing but the audit
    /// entry. Neither id nor name matter. With `roundtrip`, the test also publishes a message to that topic.
    pub async fn prepare_test(
        &self,
        ctx: &Ctx,
        candidate: NewConnection,
        roundtrip: Option<RoundtripTopic>,
    ) -> Result<PreparedTest, TestError> {
        let NewConnection { id: _, mut settings } = candidate;
        let url = settings.url.as_str();
        self.authorizer.authorize(ctx, Action::TestConnection, Resource::Broker(url)).await?;
        check::new_url(&settings.url)?;
        let tls = check::tls_settings(&settings.tls)?;
        let slot = self.reserve_test(ctx)?;
        let now = self.now();
        let entry = audit::done(
            now,
            ctx,
            AuditAction::ConnectionTest,
            &audit::cut(url),
            publishes(roundtrip.as_ref()).unwrap_or_default(),
        );
        self.audit_test(ctx, entry).await?;

        settings.tls = tls;
        let connection = Connection {
            id: id_of_a_test(),
            settings,
            intent: Intent::Connected,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
        };
        let mut test = self.prepared(&connection, roundtrip, slot);
        self.avoid_other_client_ids(ctx, &mut test, None);
        Ok(test)
    }

    /// The same for a stored connection as it would be after `patch`. Its stored secrets go where they
    /// would after the change itself, so it needs the right to make that, too, and is refused like it.
    pub async fn prepare_stored_test(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        patch: ConnectionPatch,
        roundtrip: Option<RoundtripTopic>,
    ) -> Result<PreparedTest, TestError> {
        for action in [Action::TestConnection, Action::UpdateConnection] {
            self.authorizer.authorize(ctx, action, Resource::Connection(id.as_str())).await?;
        }
        let entry = self.fleet.registry.get(id.as_str()).ok_or(TestError::NotFound)?;
        let unreadable = |row: &Unreadable| TestError::Unreadable { reason: row.reason.clone() };
        let stored = entry.connection().map_err(unreadable)?;
        let policy = self.secrets;
        let Edit { connection, fields, changes: _ } =
            update::apply(Connection::clone(stored), patch, policy)?;
        let slot = self.reserve_test(ctx)?;
        let mut detail = audit::cut(connection.settings.url.as_str());
        if !fields.is_empty() {
            detail = format!("{detail}; changed: {}", fields.join(", "));
        }
        if let Some(publishes) = publishes(roundtrip.as_ref()) {
            detail = format!("{detail}; {publishes}");
        }
        let action = AuditAction::ConnectionTest;
        let tested = audit::done(self.now(), ctx, action, id.as_str(), detail);
        self.audit_test(ctx, tested).await?;

        let connection = Connection { id: id_of_a_test(), ..connection };
        let mut test = self.prepared(&connection, roundtrip, slot);
        if self.fleet.status(stored).connected() {
            test.avoid_client_id_of(entry.spec(), true);
        }
        self.avoid_other_client_ids(ctx, &mut test, Some(id));
        Ok(test)
    }

    /// Does not mention a link that the caller may not see.
    fn avoid_other_client_ids(
        &self,
        ctx: &Ctx,
        test: &mut PreparedTest,
        id: Option<&ConnectionId>,
    ) {
        let link = self.conflicting_link(&test.spec, id);
        let is_visible = link.as_ref().is_some_and(|it| ctx.visibility().covers(it.id.as_str()));
        test.avoid_client_id_of(link.as_ref(), is_visible);
    }

    /// The link other than that of `id` that is up and would lose its session to a client like `spec`.
    fn conflicting_link(
        &self,
        spec: &LinkSpec,
        id: Option<&ConnectionId>,
    ) -> Option<Arc<LinkSpec>> {
        let key = MqttSessionKey::of_link(spec);
        let snapshot = self.fleet.registry.snapshot();
        let mut others = snapshot.entries().iter().filter_map(|entry| {
            let (connection, link) = (entry.connection().ok()?, entry.spec()?);
            let same = link.client_id == spec.client_id && Some(&connection.id) != id;
            let same = same && MqttSessionKey::of_link(link) == key;
            (same && self.fleet.status(connection).connected()).then(|| Arc::clone(link))
        });
        others.next()
    }

    async fn audit_test(&self, ctx: &Ctx, entry: AuditEntry) -> Result<(), TestError> {
        match self.audit.append_test(ctx, entry).await {
            Err(NotWritten::TooMany { retry_after }) => {
                Err(NotAllowed::TooMany { retry_after }.into())
            }
            written => Ok(written.context(AUDITING)?),
        }
    }

    fn reserve_test(&self, ctx: &Ctx) -> Result<Reservation, TestError> {
        self.tests.take(ctx.holder(), 1).map_err(TestError::TooMany)
    }

    fn prepared(
        &self,
        connection: &Connection,
        roundtrip: Option<RoundtripTopic>,
        slot: Reservation,
    ) -> PreparedTest {
        PreparedTest {
            connections: self.clone(),
            spec: self.fleet.spec(connection),
            roundtrip,
            remark: None,
            _slot: slot,
        }
    }
}

/// The audit trail records where a test publishes.
fn publishes(roundtrip: Option<&RoundtripTopic>) -> Option<String> {
    roundtrip.map(|topic| format!("publishes to: {}", audit::cut(topic.name().as_str())))
}

/// Gives the test its own client id, so that it does not end the session of a link.
fn id_of_a_test() -> ConnectionId {
    ConnectionId::parse(&format!("test-{}", mark())).expect("a valid id")
}

fn mark() -> String {
    format!("{:08x}", rand::random::<u32>())
}

/// A client id that a broker which takes `id` most likely takes as well: it begins in the same way, for those
/// that go by the beginning, and is letters and digits of the same length where that one is.
fn another_id_like(id: &str) -> String {
    let is_plain =
        id.len() <= PLAIN_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain {
        let kept = id.len().min(PLAIN_ID_BYTES - PLAIN_SUFFIX_BYTES);
        return format!("{}{}", &id[..kept], &mark()[..PLAIN_SUFFIX_BYTES]);
    }
    let cut = id.floor_char_boundary(MqttString::MAX_BYTES - SUFFIX_BYTES);
    format!("{}-test-{}", &id[..cut], mark())
}

impl PreparedTest {
    /// Takes another client id than a link that is up, which the broker would otherwise end: a client
    /// id set by hand is the same for both.
    fn avoid_client_id_of(&mut self, link: Option<&Arc<LinkSpec>>, is_visible: bool) {
        let Some(link) = link.filter(|link| link.client_id == self.spec.client_id) else { return };
        self.spec.client_id = another_id_like(&link.client_id).into();
        self.remark = is_visible.then_some(Advice::TestedWithOtherId);
    }

    /// Dials. Calls `observe` for each stage as it happens; it must not block. `None` if haltere began to
    /// shut down meanwhile. Dropping the future disconnects.
    pub async fn run(self, observe: impl FnMut(ProbeEvent) + Send) -> Option<TestReport> {
        let stopping = self.connections.stopping.clone();
        let probe = tokio::select! {
            () = stopping.cancelled() => return None,
            probe = self.connections.fleet.supervisor.probe(&self.spec, self.roundtrip.as_ref(), observe) => probe,
        };
        let mut advice = probe.advice(
            &self.spec,
            Circumstances { audience: Audience::Api, now: self.connections.now() },
        );
        advice.extend(self.remark);
        Some(TestReport { probe, advice })
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::quota::QuotaExceeded;
    use haltere_core::{Caller, Origin, PluginId, Role, UserName};
    use haltere_testkit::builders::trusting;
    use haltere_testkit::wait::{self, DEADLINE};
    use haltere_testkit::{Ca, Listener, Mosquitto, Peer};

    use super::super::fixture::{broken, new, with_tls};
    use super::super::{ListQuery, Secrets};
    use super::*;
    use crate::testing::TestApp;

    #[test]
    fn another_id_is_one_that_the_same_broker_takes() {
        let longest = "x".repeat(MqttString::MAX_BYTES);
        for (id, beginning, length) in [
            ("press4", "press4", 12),
            ("abcdefghijklmnopqrstuvw", "abcdefghijklmnopq", 23),
            ("press-4", "press-4-test-", 21),
            ("x".repeat(24).as_str(), "xxxxxxxxxxxxxxxxxxxxxxxx-test-", 38),
            (longest.as_str(), "xxx", MqttString::MAX_BYTES),
        ] {
            let other = another_id_like(id);
            assert!(other != id && other.starts_with(beginning), "{other:.60}");
            assert_eq!(other.len(), length, "{other:.60}");
        }
    }

    #[tokio::test]
    async fn a_test_reports_how_far_it_got_and_stores_nothing() {
        let (app, broker, port) = (TestApp::start().await, Mosquitto::plain().await, broken());
        let ctx = app.ctx(Role::ConnectionManager);
        let good =
            app.app.connections().prepare_test(&ctx, new("a", &broker.url()), None).await.unwrap();
        let mut seen = Vec::new();
        let good = good.run(|event| seen.push(event)).await.expect("no shutdown");
        assert_eq!(good.probe.failure, None);
        assert!(good.probe.stages.iter().all(|stage| stage.ok));
        assert_eq!(seen.len(), 2 * good.probe.stages.len(), "a beginning and an end each");
        let bad =
            app.app.connections().prepare_test(&ctx, new("a", port.url()), None).await.unwrap();
        let bad = bad.run(|_| {}).await.expect("no shutdown");
        assert_eq!(bad.probe.failure.expect("refused").code.as_str(), "ECONNREFUSED");
        assert!(bad.advice[0].to_string().contains("haltere itself runs on"), "{:?}", bad.advice);

        let viewer = app.ctx(Role::Viewer);
        let refused = app.app.connections().prepare_test(&viewer, new("a", port.url()), None).await;
        assert!(matches!(refused, Err(TestError::NotAllowed(_))));
        let all = ListQuery::default();
        let all = app.app.connections().list(&viewer, &all, Secrets::Omit).await.unwrap();
        assert!(all.entries.is_empty());
        assert_eq!(
            app.audit().await[..2],
            [
                format!("viewer connection.test {} denied", port.url()),
                format!("connectionManager connection.test {} success", port.url()),
            ]
        );
    }

    #[tokio::test]
    async fn tests_have_a_quota_that_is_released() {
        let (app, port) = (TestApp::start().await, broken());
        let prepare = async |name: &str, network: u8| {
            let user = UserName::parse(name).unwrap();
            let caller = Caller { user, roles: Role::Admin.into(), session: None };
            let address = Some([192, 0, 2, network].into());
            let ctx = Ctx::new(caller, Origin { address, ..TestApp::origin() });
            app.app.connections().prepare_test(&ctx, new("a", port.url()), None).await
        };
        let reached = |prepared: Result<PreparedTest, TestError>| match prepared {
            Err(TestError::TooMany(reached)) => Some(reached),
            Err(other) => panic!("{other}"),
            Ok(_) => None,
        };
        let mut waiting = Vec::new();
        // Four of one user, eight from one address, sixteen in all.
        for (name, network, refused) in [
            ("ada", 1, QuotaExceeded::User),
            ("bob", 1, QuotaExceeded::Network),
            ("cid", 2, QuotaExceeded::User),
            ("dan", 3, QuotaExceeded::All),
        ] {
            for _ in 0..4 {
                waiting.push(prepare(name, network).await.unwrap());
            }
            let next = if refused == QuotaExceeded::User { name } else { "eve" };
            assert_eq!(reached(prepare(next, network).await), Some(refused), "{name}");
        }
        let last = waiting.pop().unwrap();
        assert_eq!(reached(prepare("eve", 4).await), Some(QuotaExceeded::All));
        last.run(|_| {}).await.expect("no shutdown");
        assert_eq!(reached(prepare("eve", 4).await), None);
        assert!(app.app.metrics().limited_tests >= 5);
    }

    #[tokio::test]
    async fn a_test_ends_when_haltere_does() {
        let (app, peer) = (TestApp::start().await, Peer::silent().await);
        let ctx = app.ctx(Role::Admin);
        let test = app
            .app
            .connections()
            .prepare_test(&ctx, new("a", &peer.url("mqtt")), None)
            .await
            .unwrap();
        let running = tokio::spawn(test.run(|_| {}));
        wait::until("the peer is dialled", DEADLINE, async || {
            (peer.connections() == 1).then_some(())
        })
        .await;
        app.app.begin_shutdown();
        assert!(running.await.expect("no panic").is_none());
    }

    #[tokio::test]
    async fn settings_that_do_not_count_are_mentioned() {
        let (app, port) = (TestApp::start().await, broken());
        let ctx = app.ctx(Role::Admin);
        app.app.plugins().switch(&ctx, PluginId::Tls, false).await.unwrap();
        let url = port.url().replace("mqtt://", "mqtts://");
        let candidate = with_tls(new("a", &url), trusting(&Ca::new("factory").pem()));
        let report = app
            .app
            .connections()
            .prepare_test(&ctx, candidate, None)
            .await
            .unwrap()
            .run(|_| {})
            .await;
        let advice = report.expect("no shutdown").advice;
        assert!(advice[0].to_string().contains("plugin tls is off"), "{advice:?}");
    }

    #[tokio::test]
    async fn settings_that_would_not_count_are_not_the_first_thing_to_try() {
        let (app, ca) = (TestApp::start().await, Ca::new("factory"));
        let listener = Listener::tls(&ca.server(&["localhost"]));
        let broker = Mosquitto::builder().listener(listener).start().await;
        let ctx = app.ctx(Role::Admin);
        app.app.plugins().switch(&ctx, PluginId::Tls, false).await.unwrap();
        let url = format!("mqtts://localhost:{}", broker.address().port());
        let test = app.app.connections().prepare_test(&ctx, new("a", &url), None).await.unwrap();
        let report = test.run(|_| {}).await.expect("no shutdown");
        let message = report.probe.failure.expect("an unknown CA").message.to_string();
        assert!(message.contains("; the plugin tls is off, so "), "{message}");
        assert!(!message.contains("paste"), "{message}");
        assert!(
            report.advice[0].to_string().starts_with("The plugin tls is off:"),
            "{:?}",
            report.advice
        );
        assert!(report.advice.len() > 1, "{:?}", report.advice);
    }
}
