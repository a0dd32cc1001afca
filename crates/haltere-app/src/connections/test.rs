//! `POST /api/connection-test`

use haltere_core::{AuditAction, Connection, ConnectionId, Intent, Revision};
use haltere_link::ProbeReport;

use super::check;
use super::input::NewConnection;
use crate::app::App;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Doing, Internal, Invalid, NotAllowed};
use crate::policy::Action;

/// Why nothing was dialled.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// A field makes no sense.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The test could not be written to the audit trail.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Dials a broker once and says how far it got. Stores nothing but the audit entry.
    /// Neither id nor name matter.
    pub async fn test_connection(
        &self,
        ctx: &Ctx,
        candidate: NewConnection,
    ) -> Result<ProbeReport, TestError> {
        let url = candidate.url.as_str();
        self.authorize(ctx, Action::TestConnection, url).await?;
        check::material(&candidate.tls)?;
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
            credentials: check::credentials(candidate.credentials)?,
            tls: candidate.tls,
            mmc: candidate.mmc,
            intent: Intent::Connected,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
        });
        Ok(self.0.supervisor.probe(&spec).await)
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::Mosquitto;

    use super::super::fixture::{broken, new};
    use super::super::{ListQuery, Secrets};
    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_test_tells_how_far_it_got_and_stores_nothing() {
        let (app, broker, port) = (TestApp::start().await, Mosquitto::plain().await, broken());
        let ctx = app.ctx(Role::ConnectionManager);
        let good = app.app.test_connection(&ctx, new("a", &broker.url())).await.unwrap();
        assert_eq!(good.failure, None);
        assert!(good.stages.iter().all(|stage| stage.ok));
        let bad = app.app.test_connection(&ctx, new("a", port.url())).await.unwrap();
        assert_eq!(bad.failure.expect("refused").code, "ECONNREFUSED");

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
}
