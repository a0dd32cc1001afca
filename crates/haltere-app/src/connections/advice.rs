//! `GET /api/connections/{id}/advice`

use std::sync::Arc;

use haltere_core::{ConnectionId, LinkFailure};
use haltere_link::{Advice, Audience, Circumstances, Findings};

use super::Connections;
use super::entry::UnreadableField;
use super::error::ConnectionError;
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

/// What to try about a connection, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionAdvice {
    /// Why the link is not up, if it failed.
    pub failure: Option<Arc<LinkFailure>>,
    /// What to try next, the likeliest first; while the link is up, what could be better. Empty when
    /// there is nothing to say.
    pub advice: Vec<Advice>,
}

impl Connections {
    /// What to try about a connection: what a test of it would advise, by what its link has met with.
    pub fn advice(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
    ) -> Result<ConnectionAdvice, ConnectionError> {
        ctx.authorize_on(Action::ListConnections, Resource::Connection(id.as_str()))?;
        let entry = self.fleet.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        let (connection, spec) = match (entry.connection(), entry.spec()) {
            (Ok(connection), Some(spec)) => (connection, spec),
            (Err(unreadable), _) => {
                let UnreadableField { field, fault } = unreadable.reason.clone();
                let line = Advice::Unreadable { field: field.to_owned(), fault };
                return Ok(ConnectionAdvice { failure: None, advice: vec![line] });
            }
            (Ok(_), None) => return Ok(ConnectionAdvice { failure: None, advice: Vec::new() }),
        };
        let status = self.fleet.status(connection);
        let chain = self.fleet.supervisor.presented_chain(id).map(|chain| chain.certificates);
        let findings = Findings {
            failure: status.failure().map(AsRef::as_ref),
            broker: status.broker.as_deref(),
            chain: &chain.unwrap_or_default(),
        };
        let circumstances = Circumstances { audience: Audience::Api, now: self.now() };
        let mut advice = findings.advice(spec, circumstances);
        let conflicting_connections = self.conflicting_connections(ctx.visibility(), &entry);
        if !conflicting_connections.is_empty() {
            let connections = conflicting_connections.join(", ");
            advice.insert(0, Advice::SameClientId { connections });
        }
        Ok(ConnectionAdvice { failure: status.failure().cloned(), advice })
    }
}
