//! What callers get to see.

use std::sync::Arc;

use haltere_core::{
    AuditAction, AuditEntry, Connection, ConnectionStatus, Intent, LinkState, Timestamp,
};

use super::entry::Entry;
use super::list::Listing;
use crate::app::{App, SecretsPolicy};
use crate::audit;
use crate::ctx::Ctx;
use crate::policy::Action;

/// Whether the caller wants to see passwords and private keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Secrets {
    /// Yes, if the roles and the configuration allow it.
    Include,
    /// No.
    Omit,
}

/// A connection as one caller may see it, with its status.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// What is stored.
    pub entry: Arc<Entry>,
    /// How the link is; `None` for an unreadable entry, and only then.
    pub status: Option<Arc<ConnectionStatus>>,
    /// Whether the caller may see the password and the key in `entry`. When this is false they must
    /// not leave the process.
    pub secrets: bool,
}

impl App {
    /// The entries of a list with their status, as of now.
    pub fn views(&self, listing: &Listing) -> Vec<ConnectionView> {
        let readable = listing.entries.iter().filter_map(|entry| entry.connection().ok());
        let ids: Vec<_> = readable.map(|connection| &connection.id).collect();
        let mut observed = self.0.supervisor.statuses_of(&ids).into_iter();
        let views = listing.entries.iter().map(|entry| ConnectionView {
            entry: Arc::clone(entry),
            status: entry.connection().ok().map(|connection| {
                // In the same order: those that can be read.
                current(connection, observed.next().flatten())
            }),
            secrets: listing.secrets,
        });
        views.collect()
    }

    pub(super) fn view(&self, entry: Arc<Entry>, secrets: bool) -> ConnectionView {
        let status = entry.connection().ok().map(|connection| self.status(connection));
        ConnectionView { entry, status, secrets }
    }

    /// How the link of `connection` is: of this revision of it, not of one before.
    pub(crate) fn status(&self, connection: &Connection) -> Arc<ConnectionStatus> {
        current(connection, self.0.supervisor.status(&connection.id))
    }

    /// Whether this caller gets to see secrets.
    pub(super) fn shows_secrets(&self, ctx: &Ctx, wanted: Secrets) -> bool {
        wanted == Secrets::Include
            && self.0.settings.secrets == SecretsPolicy::Readable
            && ctx.authorize(Action::ReadConnectionSecrets).is_ok()
    }
}

/// What a link that has not got round to the newest revision will say when it does.
fn current(
    connection: &Connection,
    observed: Option<Arc<ConnectionStatus>>,
) -> Arc<ConnectionStatus> {
    observed.filter(|status| status.revision >= connection.revision).unwrap_or_else(|| {
        let state = match connection.intent {
            Intent::Connected => LinkState::Connecting { attempt: 1, last_failure: None },
            Intent::Disconnected => LinkState::Idle,
        };
        Arc::new(ConnectionStatus {
            revision: connection.revision,
            state,
            changed_at: connection.updated_at,
            broker: None,
        })
    })
}

/// That secrets of a connection, or with an empty `object` of all connections listed, were given out.
pub(super) fn secrets_were_read(at: Timestamp, ctx: &Ctx, object: &str) -> AuditEntry {
    let detail = if object.is_empty() { "list of connections" } else { "" };
    audit::done(at, ctx, AuditAction::ConnectionReadSecrets, object, detail)
}
