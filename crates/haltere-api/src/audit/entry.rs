//! How an entry is shown.

use haltere_app::audit_trail::{ChainHead, ChainLink, ChainName, NumberedEntry};
use haltere_core::{AuditChange, AuditEntry, AuditRepeats, ChangedValues};
use serde::Serialize;
use utoipa::ToSchema;

/// What a user did, or was refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryView<'a> {
    /// Grows with every entry.
    pub(super) sequence: i64,
    /// When; milliseconds since 1970. Of several repeats, the last.
    pub(super) timestamp: i64,
    /// The user; `system` is the command line or haltere itself. Of a failed login, the name as it was entered.
    pub(super) actor: &'a str,
    /// The client's address; absent for the command line and haltere itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    /// The request's id, as in the log.
    pub(super) request_id: &'a str,
    /// What was done: `connection.update`, `session.login`, … Later versions may have others.
    pub(super) action: &'static str,
    /// What the object is: `connection`, `session`, `user`, `group`, `token`, `plugin` or `installation`. Later versions may have others.
    pub(super) object_kind: &'static str,
    /// The id of a connection, session or plugin, or the name of a user, group or token; absent if it was no single thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<&'a str>,
    /// `success`, or `denied`.
    pub(super) outcome: &'static str,
    /// In a few words what changed, for example the names of fields; absent if there is nothing to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<&'a str>,
    /// How often it happened; only if this entry sums up repeats of an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    /// When the first of the repeats happened, in milliseconds since 1970; only if this entry sums up repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<i64>,
    /// The fields that changed, with their values before and after it; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) changes: Vec<ChangeView<'a>>,
    /// Its place in the hash chain; absent if something else than haltere has added it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<ChainView<'a>>,
}

/// The change of a field. A value has at most 256 bytes; a longer one is cut and ends with `…`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditChange)]
pub(crate) struct ChangeView<'a> {
    /// The field's name: `url`, `credentials.password`, `labels.site`.
    field: &'a str,
    /// The value before the change; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a str>,
    /// The value after it; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
    /// What happened to a value that is not in the trail (a secret, a certificate, a private key): `set`, `changed` or
    /// `removed`. Then neither `before` nor `after` is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<&'static str>,
}

/// An entry's place in the hash chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditChainPlace)]
pub(crate) struct ChainView<'a> {
    /// The id of the writer. A database that is restored from a backup begins with a new one.
    writer: &'a str,
    /// The number of the entry among those of its writer, from 1.
    position: i64,
    /// SHA-256 over the entry and the hash of the writer's entry before it, in hexadecimal digits.
    hash: String,
    /// Entries that this one names; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    names: Vec<NameView<'a>>,
}

/// An entry that another one names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditChainName)]
pub(crate) struct NameView<'a> {
    /// `newest`: the newest entry of another writer; `removed`: the last one of a writer that retention removed.
    kind: &'static str,
    /// The id of the writer.
    writer: &'a str,
    /// The position of the entry.
    position: i64,
    /// The hash of the entry.
    hash: String,
}

impl<'a> From<&'a AuditChange> for ChangeView<'a> {
    fn from(AuditChange { field, values }: &'a AuditChange) -> Self {
        match values {
            ChangedValues::Shown { before, after } => {
                Self { field, before: before.as_deref(), after: after.as_deref(), withheld: None }
            }
            ChangedValues::Withheld(withheld) => {
                Self { field, before: None, after: None, withheld: Some(withheld.as_str()) }
            }
        }
    }
}

impl<'a> From<&'a ChainLink> for ChainView<'a> {
    fn from(ChainLink { writer, position, hash, names }: &'a ChainLink) -> Self {
        let names = names.iter().map(NameView::from).collect();
        Self { writer, position: *position, hash: hash.to_string(), names }
    }
}

impl<'a> From<&'a ChainName> for NameView<'a> {
    fn from(name: &'a ChainName) -> Self {
        let (kind, ChainHead { writer, position, hash }) = match name {
            ChainName::Newest(head) => ("newest", head),
            ChainName::Removed(head) => ("removed", head),
        };
        Self { kind, writer, position: *position, hash: hash.to_string() }
    }
}

impl<'a> From<&'a NumberedEntry> for AuditEntryView<'a> {
    fn from(NumberedEntry { sequence, entry, link }: &'a NumberedEntry) -> Self {
        let AuditEntry {
            at,
            actor,
            address,
            request_id,
            action,
            object,
            outcome,
            detail,
            changes,
            repeats,
        } = entry;
        Self {
            sequence: *sequence,
            timestamp: at.as_millisecond(),
            actor,
            address: address.map(|address| address.to_string()),
            request_id,
            action: action.as_str(),
            object_kind: action.object_kind().as_str(),
            object: Some(object.as_str()).filter(|object| !object.is_empty()),
            outcome: outcome.as_str(),
            detail: Some(detail.as_str()).filter(|detail| !detail.is_empty()),
            times: repeats.map(|AuditRepeats { times, since: _ }| times),
            since: repeats.map(|AuditRepeats { times: _, since }| since.as_millisecond()),
            changes: changes.iter().map(ChangeView::from).collect(),
            chain: link.as_ref().map(ChainView::from),
        }
    }
}
