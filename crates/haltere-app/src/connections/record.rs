//! A connection and its row: what is a secret is sealed on the way down and opened on the way up.

use haltere_core::sentence::{AnyFault, Sentence};
use haltere_core::{
    Alpn, BrokerUrl, Connection, ConnectionId, ConnectionName, ConnectionSettings, Credentials,
    Labels, MmcFields, MqttPassword, MqttString, Pem, Secret, TlsServerName, TlsSettings,
    error_chain, sentences,
};
use haltere_link::tls::normalize_key;
use haltere_store::{ConnectionRecord, Sealed};
use zeroize::Zeroizing;

use super::cleaned::Cleaned;
use super::destination::Destination;
use super::entry::UnreadableField;
use super::pem_cache::PemCache;
use crate::vault::{SealContext, Vault, VaultError};

/// The row of a connection. No `..`: a new field does not compile until it is handled here.
pub(super) fn seal(vault: &Vault, connection: &Connection) -> ConnectionRecord {
    let Connection { id, settings, intent, revision, created_at, updated_at } = connection;
    let ConnectionSettings { name, url, credentials, tls, labels, mmc } = settings;
    let TlsSettings { reject_unauthorized, ca, cert, key, alpn, server_name } = tls;
    let MmcFields { no_metrics_mode, ca_file, cert_file, key_file } = mmc;
    let (username, password, client_id) = match credentials {
        Some(Credentials { username, password, client_id }) => (username, password, client_id),
        None => (&None, &None, &None),
    };
    let id = id.as_str();
    ConnectionRecord {
        id: id.to_owned(),
        name: name.as_str().to_owned(),
        url: url.as_str().to_owned(),
        username: username.as_ref().map(MqttString::to_string),
        password: password
            .as_ref()
            .map(|secret| vault.seal(&seal_context("password", id), secret.expose().as_bytes())),
        client_id: client_id.as_ref().map(MqttString::to_string),
        reject_unauthorized: *reject_unauthorized,
        ca: ca.clone(),
        cert: cert.clone(),
        key: key.as_ref().map(|secret| seal_key(vault, secret)),
        no_metrics_mode: *no_metrics_mode,
        ca_file: ca_file.clone(),
        cert_file: cert_file.clone(),
        key_file: key_file.clone(),
        alpn: alpn.as_ref().map(Alpn::to_string),
        server_name: server_name.as_ref().map(TlsServerName::to_string),
        labels: labels_text(labels),
        intent: *intent,
        revision: *revision,
        created_at: *created_at,
        updated_at: *updated_at,
    }
}

/// A private key, sealed: equal keys alike, so that the store can keep them once. Which connections have it
/// is not bound into it.
pub(super) fn seal_key(vault: &Vault, key: &Secret<Pem>) -> Sealed {
    vault.seal_deterministic(&SHARED_KEY, key.expose().bytes())
}

/// Whether a key was sealed by [`seal_key`]; earlier versions sealed each for its own row.
pub(super) fn is_shared(key: &Sealed) -> bool {
    Vault::is_sealed_alike(key)
}

/// The connection in a row, or why there is none in it; the reason names the field.
pub(super) fn open(
    vault: &Vault,
    pem_cache: &PemCache,
    row: &ConnectionRecord,
) -> Result<Connection, UnreadableField> {
    let cleaned = Cleaned::of(row, pem_cache);
    let (ca, cert) = (cleaned.ca.clone(), cleaned.cert.clone());
    let text = |text: &Option<String>| text.as_deref().map(MqttString::parse).transpose();
    Ok(Connection {
        id: ConnectionId::parse(&row.id).map_err(in_field("id"))?,
        settings: ConnectionSettings {
            name: ConnectionName::parse(&row.name).map_err(in_field("name"))?,
            url: BrokerUrl::parse(&row.url).map_err(in_field("url"))?,
            credentials: Credentials::new(
                text(&row.username).map_err(in_field("credentials.username"))?,
                open_password(vault, row)?,
                text(&row.client_id).map_err(in_field("credentials.clientId"))?,
            ),
            tls: TlsSettings {
                reject_unauthorized: row.reject_unauthorized,
                ca,
                cert,
                key: open_key(vault, row)?.or_else(|| cleaned.into_key()),
                alpn: row
                    .alpn
                    .as_deref()
                    .map(Alpn::parse)
                    .transpose()
                    .map_err(in_field("tls.alpn"))?,
                server_name: row
                    .server_name
                    .as_deref()
                    .map(TlsServerName::parse)
                    .transpose()
                    .map_err(in_field("tls.serverName"))?,
            },
            labels: labels(row)?,
            mmc: MmcFields {
                no_metrics_mode: row.no_metrics_mode,
                ca_file: row.ca_file.clone(),
                cert_file: row.cert_file.clone(),
                key_file: row.key_file.clone(),
            },
        },
        intent: row.intent,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The labels in a row.
pub(super) fn labels(row: &ConnectionRecord) -> Result<Labels, UnreadableField> {
    Labels::parse(row.labels.as_deref().unwrap_or_default()).map_err(in_field("labels"))
}

/// Labels as a row has them.
pub(super) fn labels_text(labels: &Labels) -> Option<String> {
    (!labels.is_empty()).then(|| labels.to_string())
}

/// Where the secrets in a row go; `None` if the row doesn't say so.
pub(super) fn destination(row: &ConnectionRecord) -> Option<Destination> {
    let url = BrokerUrl::parse(&row.url).ok()?;
    let tls = TlsSettings {
        reject_unauthorized: row.reject_unauthorized,
        ca: Cleaned::of(row, &PemCache::default()).ca,
        cert: None,
        key: None,
        alpn: row.alpn.as_deref().map(Alpn::parse).transpose().ok()?,
        server_name: row.server_name.as_deref().map(TlsServerName::parse).transpose().ok()?,
    };
    Some(Destination::new(&url, &tls))
}

/// The password in a row.
pub(super) fn open_password(
    vault: &Vault,
    row: &ConnectionRecord,
) -> Result<Option<MqttPassword>, UnreadableField> {
    let Some(sealed) = &row.password else { return Ok(None) };
    let opened = vault.unseal(&seal_context("password", &row.id), sealed);
    let bytes = opened.map_err(|error| sealed_field(PASSWORD, &error))?;
    match String::from_utf8(bytes.expose().clone()) {
        Ok(text) => MqttPassword::parse(Secret::new(text)).map(Some).map_err(in_field(PASSWORD)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(in_field(PASSWORD)(SecretFault::SecretNotText))
        }
    }
}

/// The private key in a row.
pub(super) fn open_key(
    vault: &Vault,
    row: &ConnectionRecord,
) -> Result<Option<Secret<Pem>>, UnreadableField> {
    let Some(sealed) = &row.key else { return Ok(None) };
    let seal_context = if is_shared(sealed) { SHARED_KEY } else { seal_context("key", &row.id) };
    let opened = vault.unseal(&seal_context, sealed);
    let bytes = opened.map_err(|error| sealed_field("key", &error))?;
    Ok(Some(normalize_key(Secret::new(Pem::new(bytes.expose().clone())))))
}

/// Opens each secret in a row and forgets it: how many there are, and why some can't be opened.
pub(crate) fn try_secrets(vault: &Vault, row: &ConnectionRecord) -> (usize, Vec<String>) {
    let secrets = [row.password.is_some(), row.key.is_some()];
    let faults = [open_password(vault, row).err(), open_key(vault, row).err()];
    let faults = faults.into_iter().flatten().map(|fault| fault.to_string());
    (secrets.into_iter().filter(|there| *there).count(), faults.collect())
}

/// The row with each secret opened by one vault and sealed by the other.
pub(crate) fn reseal(
    from: &Vault,
    to: &Vault,
    row: &ConnectionRecord,
) -> Result<ConnectionRecord, UnreadableField> {
    let password = open_password(from, row)?;
    let password = password
        .map(|secret| to.seal(&seal_context("password", &row.id), secret.expose().as_bytes()));
    let key = open_key(from, row)?;
    let key = key.map(|secret| seal_key(to, &secret));
    Ok(ConnectionRecord { password, key, ..row.clone() })
}

/// The field of the password.
const PASSWORD: &str = "credentials.password";

sentences! {
    /// Why a secret that was stored can't be used.
    #[derive(Copy)]
    pub enum SecretFault {
        SecretNotText => "is not text",
        SecretUnopened => "can't be opened",
    }
}

fn in_field<S: Sentence>(field: &'static str) -> impl Fn(S) -> UnreadableField {
    move |error| UnreadableField { field, fault: AnyFault::of(&error) }
}

/// The secret in a field can't be opened.
fn sealed_field(field: &'static str, error: &VaultError) -> UnreadableField {
    let text = error_chain(error);
    let fault = match error {
        VaultError::Unreadable { reason, .. } => AnyFault::with_text(reason, text),
        _ => AnyFault::with_text(&SecretFault::SecretUnopened, text),
    };
    UnreadableField { field, fault }
}

/// Where the keys of all connections belong.
const SHARED_KEY: SealContext<'static> =
    SealContext { table: "material", column: "data", row: "key" };

fn seal_context<'a>(column: &'static str, row: &'a str) -> SealContext<'a> {
    SealContext { table: "connections", column, row }
}
