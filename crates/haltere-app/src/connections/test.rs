//! `POST /api/connection-test`

use haltere_core::{AuditAction, Connection, ConnectionId, Intent, Revision, TlsMaterial};
use haltere_link::{Audience, Circumstances, LinkSpec, ProbeEvent, ProbeReport};
use tokio::sync::OwnedSemaphorePermit;

use super::check;
use super::input::NewConnection;
use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Doing, Internal, Invalid, NotAllowed};
use crate::policy::Action;

/// The most tests at a time: each may hold a socket for some seconds, beside those of the links.
pub(crate) const MAX_TESTS: usize = 16;

/// Why nothing was dialled.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// A field makes no sense.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// As many tests as there may be are running.
    #[error("{MAX_TESTS} tests of connections are running, which is as many as there may be")]
    TooMany,
    /// The test could not be written to the audit trail.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// A test that was allowed, checked and audited, and has not begun.
pub struct PreparedTest {
    app: App,
    spec: LinkSpec,
    /// The connection brings TLS settings along that don't count, because the plugin `tls` is off.
    tls_settings_ignored: bool,
    /// Given back when the test ends, or is dropped.
    _permit: OwnedSemaphorePermit,
}

/// What came of a test.
#[derive(Debug)]
pub struct TestReport {
    /// How far it got, and what was found.
    pub probe: ProbeReport,
    /// What to try next, the likeliest first; after a success, what could be better.
    pub advice: Vec<String>,
}

impl App {
    /// Gets ready to dial a broker once and to say how far that gets. Stores nothing but the audit
    /// entry. Neither id nor name matter.
    pub async fn test_connection(
        &self,
        ctx: &Ctx,
        candidate: NewConnection,
    ) -> Result<PreparedTest, TestError> {
        let url = candidate.url.as_str();
        self.authorize(ctx, Action::TestConnection, url).await?;
        check::material(&candidate.tls)?;
        let credentials = check::credentials(candidate.credentials)?;
        let permit = self.0.tests.clone().try_acquire_owned().map_err(|_| TestError::TooMany)?;
        let now = self.now();
        let entry = audit::done(now, ctx, AuditAction::ConnectionTest, url, "");
        self.0.trail.append(entry).await.doing("audit a test of a connection")?;

        // A client id of its own, lest it take over the session of a link that is up.
        let id = format!("test-{:08x}", rand::random::<u32>());
        let id = ConnectionId::parse(&id).expect("a valid id");
        let spec = self.spec(&Connection {
            id,
            name: candidate.name,
            url: candidate.url,
            credentials,
            tls: candidate.tls.clone(),
            mmc: candidate.mmc,
            intent: Intent::Connected,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
        });
        let tls_settings_ignored =
            candidate.tls != spec.tls && candidate.tls != TlsMaterial::default();
        Ok(PreparedTest { app: self.clone(), spec, tls_settings_ignored, _permit: permit })
    }
}

impl PreparedTest {
    /// Dials. `observe` hears of each stage as it happens and must not wait. `None` when haltere began
    /// to shut down meanwhile. Dropping the future hangs up.
    pub async fn run(self, observe: impl FnMut(ProbeEvent) + Send) -> Option<TestReport> {
        let stopping = self.app.stopping();
        let probe = tokio::select! {
            () = stopping.cancelled() => return None,
            probe = self.app.0.supervisor.probe(&self.spec, observe) => probe,
        };
        let advice = probe.advice(
            &self.spec,
            Circumstances {
                audience: Audience::Api,
                tls_settings_ignored: self.tls_settings_ignored,
                now: self.app.now(),
            },
        );
        Some(TestReport { probe, advice })
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{PluginId, Role};
    use haltere_testkit::builders::trusting;
    use haltere_testkit::wait::{self, PATIENCE};
    use haltere_testkit::{Ca, Mosquitto, Peer};

    use super::super::fixture::{broken, new};
    use super::super::{ListQuery, Secrets};
    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_test_tells_how_far_it_got_and_stores_nothing() {
        let (app, broker, port) = (TestApp::start().await, Mosquitto::plain().await, broken());
        let ctx = app.ctx(Role::ConnectionManager);
        let good = app.app.test_connection(&ctx, new("a", &broker.url())).await.unwrap();
        let mut seen = Vec::new();
        let good = good.run(|event| seen.push(event)).await.expect("no shutdown");
        assert_eq!(good.probe.failure, None);
        assert!(good.probe.stages.iter().all(|stage| stage.ok));
        assert_eq!(seen.len(), 2 * good.probe.stages.len(), "a beginning and an end each");
        let bad = app.app.test_connection(&ctx, new("a", port.url())).await.unwrap();
        let bad = bad.run(|_| {}).await.expect("no shutdown");
        assert_eq!(bad.probe.failure.expect("refused").code, "ECONNREFUSED");
        assert!(bad.advice[0].contains("haltere itself runs on"), "{:?}", bad.advice);

        let viewer = app.ctx(Role::Viewer);
        let refused = app.app.test_connection(&viewer, new("a", port.url())).await;
        assert!(matches!(refused, Err(TestError::NotAllowed(_))));
        let all = ListQuery::default();
        let all = app.app.list_connections(&viewer, &all, Secrets::Omit).await.unwrap();
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
    async fn there_is_room_for_so_many_tests_and_it_is_given_back() {
        let (app, port) = (TestApp::start().await, broken());
        let ctx = app.ctx(Role::Admin);
        let prepare = async || app.app.test_connection(&ctx, new("a", port.url())).await;
        let mut waiting = Vec::new();
        for _ in 0..MAX_TESTS {
            waiting.push(prepare().await.unwrap());
        }
        assert!(matches!(prepare().await, Err(TestError::TooMany)));
        waiting.pop();
        let last = prepare().await.unwrap();
        assert!(matches!(prepare().await, Err(TestError::TooMany)));
        last.run(|_| {}).await.expect("no shutdown");
        assert!(prepare().await.is_ok());
    }

    #[tokio::test]
    async fn a_test_ends_when_haltere_does() {
        let (app, peer) = (TestApp::start().await, Peer::silent().await);
        let ctx = app.ctx(Role::Admin);
        let test = app.app.test_connection(&ctx, new("a", &peer.url("mqtt"))).await.unwrap();
        let running = tokio::spawn(test.run(|_| {}));
        wait::until("the peer is dialled", PATIENCE, async || {
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
        app.app.switch_plugin(&ctx, PluginId::Tls, false).await.unwrap();
        let url = port.url().replace("mqtt://", "mqtts://");
        let candidate =
            NewConnection { tls: trusting(&Ca::new("factory").pem()), ..new("a", &url) };
        let report = app.app.test_connection(&ctx, candidate).await.unwrap().run(|_| {}).await;
        let advice = report.expect("no shutdown").advice;
        assert!(advice[0].contains("plugin tls is off"), "{advice:?}");
    }
}
