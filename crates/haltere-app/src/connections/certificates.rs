//! `GET /api/connections/{id}/certificates`

use haltere_core::ConnectionId;
use haltere_link::PresentedChain;
use haltere_link::tls::{CertificateFacts, certificates_in};

use super::Connections;
use super::error::ConnectionError;
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

/// The certificates of a connection, on both sides. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionCertificates {
    /// The certificates that the broker presented last, accepted or not; `None` if it has presented none since
    /// haltere started or the connection was changed.
    pub broker: Option<PresentedChain>,
    /// For each certificate of a refused chain, the other connections whose brokers presented it and were refused,
    /// too; empty for a chain that was accepted.
    pub refused_elsewhere: Vec<Vec<ConnectionId>>,
    /// Our client certificate as stored, leaf first; empty when there is none.
    pub client: Vec<CertificateFacts>,
}

/// The most connections listed of those that share a certificate.
const MAX_SHARING: usize = 1_000;

impl Connections {
    /// The certificates of a connection: what its broker presented last, and what we present.
    pub fn certificates(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
    ) -> Result<ConnectionCertificates, ConnectionError> {
        ctx.authorize_on(Action::ListConnections, Resource::Connection(id.as_str()))?;
        let entry = self.fleet.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        let client = entry.cert().map(|pem| certificates_in(pem.bytes())).unwrap_or_default();
        let broker = self.fleet.supervisor.presented_chain(id);
        let refused_elsewhere = match &broker {
            Some(chain) if !chain.accepted => self.refused_elsewhere(ctx, id),
            _ => Vec::new(),
        };
        Ok(ConnectionCertificates { broker, refused_elsewhere, client })
    }

    /// Among the connections that the caller sees.
    fn refused_elsewhere(&self, ctx: &Ctx, id: &ConnectionId) -> Vec<Vec<ConnectionId>> {
        let snapshot = self.fleet.registry.snapshot();
        let others = snapshot.entries().iter().filter_map(|entry| entry.connection().ok());
        let others: Vec<&ConnectionId> = others
            .map(|connection| &connection.id)
            .filter(|other| *other != id && ctx.visibility().covers(other.as_str()))
            .collect();
        self.fleet.supervisor.refused_elsewhere(id, &others, MAX_SHARING)
    }
}
