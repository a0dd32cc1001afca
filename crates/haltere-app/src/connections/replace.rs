//! `PUT /api/connections/{id}`

use haltere_core::sentence::AnyFault;
use haltere_core::{
    Connection, ConnectionId, ConnectionPatch, ConnectionSettings, Credentials, FieldChange,
    TlsSettings,
};
use haltere_store::ConnectionRecord;

use super::Connections;
use super::condition::ChangeOptions;
use super::destination::RetainedSecrets;
use super::entry::UnreadableField;
use super::error::UpdateError;
use super::input::ConnectionReplacement;
use super::update::{self, Edit};
use super::view::ConnectionView;
use super::{check, record};
use crate::app::SecretsPolicy;
use crate::ctx::Ctx;
use crate::vault::Vault;

impl Connections {
    /// Replaces a connection. Its id, age and intent stay. Does not wait for the link.
    pub async fn replace(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        replacement: ConnectionReplacement,
        options: impl Into<ChangeOptions>,
    ) -> Result<ConnectionView, UpdateError> {
        self.update_connection(ctx, id, options.into(), |connections, row| {
            let policy = connections.secrets;
            match record::open(&connections.fleet.vault, &connections.fleet.pem_cache, &row) {
                Ok(stored) => Ok(update::apply(stored, replacement.into(), policy)?),
                Err(_) => rebuild(&connections.fleet.vault, &row, replacement, policy),
            }
        })
        .await
    }
}

/// Replaces a stored connection that can't be read: what the request leaves out has to be readable.
fn rebuild(
    vault: &Vault,
    row: &ConnectionRecord,
    replacement: ConnectionReplacement,
    policy: SecretsPolicy,
) -> Result<Edit, UpdateError> {
    let unreadable = |reason| UpdateError::Unreadable { reason };
    if replacement.name.as_str() != row.name {
        check::new_name(&replacement.name)?;
    }
    if replacement.url.as_str() != row.url {
        check::new_url(&replacement.url)?;
    }
    let ConnectionPatch { username, password, cert, key, .. } = &replacement.rest;
    let username = username.clone().apply(None);
    let keeps_password = username.is_some() && *password == FieldChange::Keep;
    let keeps_key = matches!(cert, FieldChange::Set(_)) && *key == FieldChange::Keep;
    let password = if keeps_password { record::open_password(vault, row) } else { Ok(None) };
    let key = if keeps_key { record::open_key(vault, row) } else { Ok(None) };
    let stored = Connection {
        id: ConnectionId::parse(&row.id).map_err(|error| {
            unreadable(UnreadableField { field: "id", fault: AnyFault::of(&error) })
        })?,
        settings: ConnectionSettings {
            credentials: Credentials::new(username, password.map_err(unreadable)?, None),
            tls: TlsSettings { key: key.map_err(unreadable)?, ..TlsSettings::default() },
            ..ConnectionSettings::new(replacement.name.clone(), replacement.url.clone())
        },
        intent: row.intent,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    let patch = ConnectionPatch::from(replacement);
    let kept = RetainedSecrets::by(&patch);
    // The destination that the secrets were entered for is in the row, not in the placeholder above.
    let mut change = update::apply(stored, patch, SecretsPolicy::Readable)?;
    kept.check(policy, record::destination(row).as_ref(), &change.connection.settings)?;
    change.fields = change.connection.settings.given();
    Ok(change)
}
