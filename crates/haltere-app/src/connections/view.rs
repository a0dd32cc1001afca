//! What callers get to see.

use std::sync::Arc;

use haltere_core::{
    AuditAction, AuditEntry, Connection, ConnectionStatus, Intent, LinkState, Revision, Since,
    Timestamp,
};

use super::Connections;
use super::entry::Entry;
use super::view_text::{Fields, ViewText};
use crate::app::SecretsPolicy;
use crate::audit;
use crate::audit::Content;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::policy::Action;

pub(super) const AUDITING: &str = "audit a read of secrets";

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
    pub entry: Arc<Entry>,
    /// How the link is; `None` for an unreadable entry, and only then.
    pub status: Option<Arc<ConnectionStatus>>,
    /// Whether the caller may see the password and the key in `entry`. When this is false they must
    /// not leave the process.
    pub secrets: bool,
    /// Whether the certificates in `entry` are shown to the caller.
    pub certificates: bool,
}

impl ConnectionView {
    /// What it shows of the entry.
    pub(super) fn fields(&self) -> Fields {
        Fields { secrets: self.secrets, certificates: self.certificates }
    }
}

impl Connections {
    /// The text of a view, from `write` unless it is kept. All callers must write in the same format.
    pub fn view_text(
        &self,
        view: &ConnectionView,
        write: impl FnOnce(&ConnectionView) -> Vec<u8>,
    ) -> Arc<ViewText> {
        let ConnectionView { entry, status, secrets, .. } = view;
        let (texts, fields) = (entry.texts(), view.fields());
        texts.get(fields, status.as_ref()).unwrap_or_else(|| {
            let is_secret = *secrets && entry.has_secrets();
            let text = ViewText::new(status.clone(), is_secret, write(view), &self.text_memory);
            texts.keep(fields, text)
        })
    }

    /// With its certificates, because a single connection was requested.
    pub(super) fn view(&self, entry: Arc<Entry>, secrets: bool) -> ConnectionView {
        let status = entry.connection().ok().map(|connection| self.fleet.status(connection));
        ConnectionView { entry, status, secrets, certificates: true }
    }

    /// Whether this caller gets to see the secrets of the connection `id`.
    pub(super) fn shows_secrets_of(&self, ctx: &Ctx, wanted: Secrets, id: &str) -> bool {
        self.shows_secrets(ctx, wanted) && ctx.may_on(Action::ReadConnectionSecrets, id)
    }

    /// Whether this caller gets to see secrets, of those connections for which that is allowed.
    pub(super) fn shows_secrets(&self, ctx: &Ctx, wanted: Secrets) -> bool {
        wanted == Secrets::Include
            && self.secrets == SecretsPolicy::Readable
            && ctx.may(Action::ReadConnectionSecrets)
    }
}

/// Whether this caller gets to see certificates in lists: those who can change them. They are large, and
/// others find them where they ask for one connection.
pub(super) fn shows_certificates(ctx: &Ctx) -> bool {
    ctx.may(Action::UpdateConnection)
}

/// The same for those of the connection `id`.
pub fn shows_certificates_of(ctx: &Ctx, id: &str) -> bool {
    ctx.may_on(Action::UpdateConnection, id)
}

/// The observed status, or the initial one of a link that has not picked up its newest `revision` yet.
pub(super) fn current(
    connection: &Connection,
    revision: Revision,
    observed: Option<Arc<ConnectionStatus>>,
) -> Arc<ConnectionStatus> {
    observed.filter(|status| status.revision >= revision).unwrap_or_else(|| {
        let state = match connection.intent {
            Intent::Connected => LinkState::Connecting { attempt: 1, last_failure: None },
            Intent::Disconnected => LinkState::Idle,
        };
        Arc::new(ConnectionStatus {
            revision,
            state,
            since: Since::Exactly(connection.updated_at),
            broker: None,
            issuer: None,
        })
    })
}

impl Connections {
    /// Makes sure that a read of a connection's secrets is audited, if it has any.
    pub(super) async fn audit_read(
        &self,
        ctx: &Ctx,
        entry: &Entry,
        shows_secrets: bool,
    ) -> Result<(), Internal> {
        let connection = entry.connection().ok().filter(|_| shows_secrets && entry.has_secrets());
        let Some(connection) = connection else { return Ok(()) };
        let Connection { id, revision, created_at, .. } = &**connection;
        let content = Content::Connection { revision: *revision, created_at: *created_at };
        let read = secrets_were_read(self.now(), ctx, id.as_str());
        self.audit.append_read(ctx, content, read).await.context(AUDITING)
    }
}

/// That secrets of a connection, or with an empty `object` of all connections listed, were given out.
pub(super) fn secrets_were_read(at: Timestamp, ctx: &Ctx, object: &str) -> AuditEntry {
    let detail = if object.is_empty() { "list of connections" } else { "" };
    audit::done(at, ctx, AuditAction::ConnectionReadSecrets, object, detail)
}
