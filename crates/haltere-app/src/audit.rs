//! Making audit entries. Those of changes are appended within the change's own transaction, the
//! others by [`crate::trail`].

use haltere_core::text;
use haltere_core::{AuditAction, AuditEntry, AuditOutcome, Origin, Timestamp};

use crate::ctx::Ctx;

/// The longest actor or object in the trail, in characters.
const MAX_CHARS: usize = 128;

/// Something was done.
pub(crate) fn done(
    at: Timestamp,
    ctx: &Ctx,
    action: AuditAction,
    object: &str,
    detail: impl Into<String>,
) -> AuditEntry {
    let Origin { address, request_id } = ctx.origin.clone();
    AuditEntry {
        at,
        actor: ctx.caller.user.as_str().to_owned(),
        address,
        request_id,
        action,
        object: object.to_owned(),
        outcome: AuditOutcome::Success,
        detail: detail.into(),
        repeats: None,
    }
}

/// Something was refused to somebody known, because their roles are too low.
pub(crate) fn denied(at: Timestamp, ctx: &Ctx, action: AuditAction, object: &str) -> AuditEntry {
    let entry = done(at, ctx, action, &as_typed(object), "role too low");
    AuditEntry { outcome: AuditOutcome::Denied, ..entry }
}

/// A login was refused to somebody who gave `username`.
pub(crate) fn login_denied(
    at: Timestamp,
    username: &str,
    origin: &Origin,
    detail: &str,
) -> AuditEntry {
    AuditEntry {
        at,
        actor: as_typed(username),
        address: origin.address,
        request_id: origin.request_id.clone(),
        action: AuditAction::SessionLogin,
        object: String::new(),
        outcome: AuditOutcome::Denied,
        detail: detail.to_owned(),
        repeats: None,
    }
}

/// Text from a stranger: cut, and without what would mislead whoever reads the trail.
fn as_typed(text: &str) -> String {
    text.chars().take(MAX_CHARS).map(|c| if text::misleads(c) { '\u{fffd}' } else { c }).collect()
}
