//! Applying a change to a connection: what replacing and patching have in common.

use std::sync::Arc;

use haltere_core::{
    Alpn, AuditAction, Connection, ConnectionId, Credentials, MmcFields, Pem, Secret, TlsMaterial,
    TlsServerName,
};
use haltere_store::{ConnectionRecord, StoreError};

use super::budget::has_gone_over;
use super::condition::{Condition, Terms};
use super::destination::{Destination, KeptSecrets};
use super::entry::Entry;
use super::error::UpdateError;
use super::input::{ConnectionPatch, FieldChange};
use super::session_key::SessionKey;
use super::view::{ConnectionView, secrets_were_read};
use super::{check, record};
use crate::app::{App, SecretsPolicy};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{Context, Internal, Invalid};
use crate::policy::Action;

const OPERATION: &str = "change a connection";

impl App {
    /// Reads the stored connection, lets `edit` make another one of it, and stores that. The rest
    /// of the walk is the same for all changes.
    pub(super) async fn update_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        terms: Terms,
        edit: impl FnOnce(&App, ConnectionRecord) -> Result<Edit, UpdateError> + Send + 'static,
    ) -> Result<ConnectionView, UpdateError> {
        self.authorize(ctx, Action::UpdateConnection, id.as_str()).await?;
        let Terms { secrets, condition } = terms;
        let shows_secrets = self.shows_secrets(ctx, secrets);
        let (app, ctx, id) = (self.clone(), ctx.clone(), id.clone());
        let job = async move { app.store_update(&ctx, &id, &condition, shows_secrets, edit).await };
        let entry = self.to_completion(job).await?;
        Ok(self.view(entry, shows_secrets))
    }

    async fn store_update(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        condition: &Condition,
        shows_secrets: bool,
        edit: impl FnOnce(&App, ConnectionRecord) -> Result<Edit, UpdateError> + Send,
    ) -> Result<Arc<Entry>, UpdateError> {
        let mut change = self.begin_change().await?;
        let row = change.tx.connections().find(id).await.context(OPERATION)?;
        let row = row.ok_or(UpdateError::NotFound)?;
        condition.check(&row)?;
        let instance = self.0.instance.as_str();
        let before = SessionKey::of_row(&row, instance);
        let Edit { mut connection, fields } = edit(self, row)?;

        if !fields.is_empty() {
            self.0.audit.count_change(ctx)?;
            // Two that were stored before there was this rule can be edited otherwise.
            let place = SessionKey::of(&connection, instance);
            if before.as_ref() != Some(&place)
                && let Some(taken) = place
                    .check_free(change.tx.connections(), id, instance)
                    .await
                    .context(OPERATION)?
            {
                return Err(taken.into());
            }
            connection.revision = connection.revision.next();
            connection.updated_at = change.now;
            let row = record::seal(&self.0.vault, &connection);
            change.tx.connections().update(&row).await.map_err(|error| match error {
                StoreError::Taken(_) => UpdateError::NameTaken,
                error => Internal::new(OPERATION, error).into(),
            })?;
            let (store, max) = (&*self.0.store, self.0.settings.material_budget);
            if has_gone_over(change.tx.connections(), store, max).await.context(OPERATION)? {
                return Err(UpdateError::BudgetReached);
            }
            let detail = fields.join(", ");
            let action = AuditAction::ConnectionUpdate;
            let entry = audit::done(change.now, ctx, action, id.as_str(), detail);
            change.tx.audit().append(&entry).await.context(OPERATION)?;
        }
        let entry = Arc::new(self.0.fleet.readable(Arc::new(connection)));
        if fields.is_empty() {
            drop(change);
            self.audit_look_at(ctx, &entry, shows_secrets).await?;
            return Ok(entry);
        }
        if shows_secrets && entry.has_secrets() {
            let read = secrets_were_read(change.now, ctx, id.as_str());
            change.tx.audit().append(&read).await.context(OPERATION)?;
        }
        change.commit(OPERATION).await?.put(&entry, id);
        Ok(entry)
    }
}

/// A changed connection, not yet stored.
pub(super) struct Edit {
    pub(super) connection: Connection,
    /// The names of the fields that differ; when there are none, nothing is stored.
    pub(super) fields: Vec<&'static str>,
}

/// Applies `patch` to `stored` and checks the result; `policy` says whether stored secrets may go elsewhere.
pub(super) fn apply(
    stored: Connection,
    patch: ConnectionPatch,
    policy: SecretsPolicy,
) -> Result<Edit, Invalid> {
    let old = stored.clone();
    let patch = check::patch(patch, &old.tls)?;
    let kept = KeptSecrets::by(&patch);
    let gives_password =
        matches!(&patch.password, FieldChange::Set(password) if !password.expose().is_empty());
    // An empty user name means none, as forms send it.
    let means_nobody = matches!(&patch.username, FieldChange::Set(name) if name.is_empty());
    let changed = patched(stored, patch);
    let has_user = changed.credentials.as_ref().is_some_and(|it| it.username.is_some());
    if gives_password && !has_user && !means_nobody {
        return Err(Invalid::new("credentials.username", "is missing; a password needs one"));
    }
    let credentials = check::credentials(changed.credentials)?;
    let connection = Connection { credentials, ..changed };
    if connection.name != old.name {
        check::new_name(&connection.name)?;
    }
    if connection.url != old.url {
        check::new_url(&connection.url)?;
    }
    if connection.tls != old.tls {
        check::together(&connection.tls)?;
    }
    kept.check(policy, Some(&Destination::new(&old.url, &old.tls)), &connection)?;
    let fields = differences(&old, &connection);
    Ok(Edit { connection, fields })
}

fn patched(stored: Connection, patch: ConnectionPatch) -> Connection {
    let ConnectionPatch {
        name,
        url,
        username,
        password,
        client_id,
        reject_unauthorized,
        ca,
        cert,
        key,
        alpn,
        server_name,
        no_metrics_mode,
        ca_file,
        cert_file,
        key_file,
    } = patch;
    let none = Credentials { username: None, password: None, client_id: None };
    let credentials = stored.credentials.unwrap_or(none);
    let (tls, mmc) = (stored.tls, stored.mmc);
    Connection {
        name: name.unwrap_or(stored.name),
        url: url.unwrap_or(stored.url),
        credentials: Credentials::shared(
            username.map(Arc::from).apply(credentials.username),
            password.map(Arc::new).apply(credentials.password),
            client_id.map(Arc::from).apply(credentials.client_id),
        ),
        tls: TlsMaterial {
            reject_unauthorized: reject_unauthorized.apply(tls.reject_unauthorized),
            ca: ca.apply(tls.ca),
            cert: cert.apply(tls.cert),
            key: key.apply(tls.key),
            alpn: alpn.apply(tls.alpn),
            server_name: server_name.apply(tls.server_name),
        },
        mmc: MmcFields {
            no_metrics_mode: no_metrics_mode.apply(mmc.no_metrics_mode),
            ca_file: ca_file.apply(mmc.ca_file),
            cert_file: cert_file.apply(mmc.cert_file),
            key_file: key_file.apply(mmc.key_file),
        },
        ..stored
    }
}

/// Every field a caller can set, by its name on the wire, as something that can be compared.
struct Fields<'a> {
    name: &'a str,
    url: &'a str,
    username: Option<&'a str>,
    password: Option<&'a Secret<String>>,
    client_id: Option<&'a str>,
    reject_unauthorized: Option<bool>,
    ca: Option<&'a Pem>,
    cert: Option<&'a Pem>,
    key: Option<&'a Secret<Pem>>,
    alpn: Option<&'a Alpn>,
    server_name: Option<&'a TlsServerName>,
    mmc: &'a MmcFields,
}

impl<'a> Fields<'a> {
    /// No `..` in here: a new field does not compile until it is handled here.
    fn of(connection: &'a Connection) -> Self {
        let Connection {
            id: _,
            name,
            url,
            credentials,
            tls: TlsMaterial { reject_unauthorized, ca, cert, key, alpn, server_name },
            mmc,
            intent: _,
            revision: _,
            created_at: _,
            updated_at: _,
        } = connection;
        let (username, password, client_id) = match credentials {
            Some(Credentials { username, password, client_id }) => {
                (username.as_deref(), password.as_deref(), client_id.as_deref())
            }
            None => (None, None, None),
        };
        Self {
            name: name.as_str(),
            url: url.as_str(),
            username,
            password,
            client_id,
            reject_unauthorized: *reject_unauthorized,
            ca: ca.as_ref(),
            cert: cert.as_ref(),
            key: key.as_ref(),
            alpn: alpn.as_ref(),
            server_name: server_name.as_ref(),
            mmc,
        }
    }
}

/// The names of the fields in which two connections differ.
fn differences(old: &Connection, new: &Connection) -> Vec<&'static str> {
    let (old, new) = (Fields::of(old), Fields::of(new));
    let all = [
        ("name", old.name != new.name),
        ("url", old.url != new.url),
        ("credentials.username", old.username != new.username),
        ("credentials.password", old.password != new.password),
        ("credentials.clientId", old.client_id != new.client_id),
        ("rejectUnauthorized", old.reject_unauthorized != new.reject_unauthorized),
        ("ca", old.ca != new.ca),
        ("cert", old.cert != new.cert),
        ("key", old.key != new.key),
        ("tls.alpn", old.alpn != new.alpn),
        ("tls.serverName", old.server_name != new.server_name),
        ("noMetricsMode", old.mmc.no_metrics_mode != new.mmc.no_metrics_mode),
        ("caFile", old.mmc.ca_file != new.mmc.ca_file),
        ("certFile", old.mmc.cert_file != new.mmc.cert_file),
        ("keyFile", old.mmc.key_file != new.mmc.key_file),
    ];
    all.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

/// The names of the fields that are given in a new connection.
pub(super) fn given(connection: &Connection) -> Vec<&'static str> {
    let nothing = Connection {
        credentials: None,
        tls: TlsMaterial::default(),
        mmc: MmcFields::default(),
        ..connection.clone()
    };
    let mut given = vec!["name", "url"];
    given.extend(differences(&nothing, connection));
    given
}

#[cfg(test)]
mod tests;
