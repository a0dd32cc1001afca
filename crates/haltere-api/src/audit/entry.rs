//! How an entry is shown.

use haltere_app::audit_trail::NumberedEntry;
use haltere_core::{AuditEntry, AuditRepeats};
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
    /// What the object is: `connection`, `session`, `user`, `plugin` or `installation`. Later versions may have others.
    pub(super) object_kind: &'static str,
    /// The id of a connection, session or plugin, or the name of a user; absent if it was no single thing.
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
}

impl<'a> From<&'a NumberedEntry> for AuditEntryView<'a> {
    fn from(NumberedEntry { sequence, entry }: &'a NumberedEntry) -> Self {
        let AuditEntry { at, actor, address, request_id, action, object, outcome, detail, repeats } =
            entry;
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
        }
    }
}
