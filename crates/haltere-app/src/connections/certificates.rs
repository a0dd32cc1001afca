//! `GET /api/connections/{id}/certificates`

use haltere_core::{ConnectionId, Pem};
use haltere_link::PresentedChain;
use haltere_link::tls::{CertificateFacts, certificates_in};

use super::Connections;
use super::error::ConnectionError;
use crate::ctx::Ctx;
use crate::policy::{Action, Resource};

/// The certificates of a connection, on both sides. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionCertificates {
    /// What the broker presented last, accepted or not; `None` when it never got to that since
    /// haltere started or the connection was changed.
    pub broker: Option<PresentedChain>,
    /// Our client certificate as stored, leaf first; empty when there is none.
    pub client: Vec<CertificateFacts>,
}

impl Connections {
    /// The certificates of a connection: what its broker presented last, and what we present.
    pub fn certificates(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
    ) -> Result<ConnectionCertificates, ConnectionError> {
        ctx.authorize_on(Action::ListConnections, Resource::Connection(id.as_str()))?;
        let entry = self.fleet.registry.get(id.as_str()).ok_or(ConnectionError::NotFound)?;
        let ours: Option<&Pem> = match entry.connection() {
            Ok(connection) => connection.settings.tls.cert.as_ref(),
            Err(unreadable) => unreadable.row.cert.as_ref(),
        };
        let client = ours.map(|pem| certificates_in(pem.bytes())).unwrap_or_default();
        Ok(ConnectionCertificates { broker: self.fleet.supervisor.presented_chain(id), client })
    }
}
