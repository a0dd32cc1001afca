//! Builds audit entries.

use haltere_core::text;
use haltere_core::{
    AuditAction, AuditChanges, AuditEntry, AuditOutcome, Origin, Timestamp, TokenId, UserName,
};

use crate::ctx::Ctx;

/// The maximum length of text from an untrusted source in an entry, in bytes.
const MAX_TYPED_BYTES: usize = 256;

const ELLIPSIS: &str = "…";

/// Whose entries may be repeats of each other: those of a user, or of a user with a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Actor {
    user: UserName,
    token: Option<TokenId>,
}

impl Actor {
    pub(super) fn of(ctx: &Ctx) -> Self {
        Self { user: ctx.answerable().clone(), token: ctx.principal.token().map(|token| token.id) }
    }
}

/// An action that succeeded.
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
        actor: ctx.principal.actor().into_owned(),
        address,
        request_id,
        action,
        object: object.to_owned(),
        outcome: AuditOutcome::Success,
        detail: detail.into(),
        changes: AuditChanges::none(),
        repeats: None,
    }
}

/// An action that was refused, and why.
pub(crate) fn denied(
    at: Timestamp,
    ctx: &Ctx,
    action: AuditAction,
    object: &str,
    why: &str,
) -> AuditEntry {
    let entry = done(at, ctx, action, &cut(object), why);
    AuditEntry { outcome: AuditOutcome::Denied, ..entry }
}

/// A failed login as `username`.
pub(crate) fn login_denied(
    at: Timestamp,
    username: &str,
    origin: &Origin,
    detail: &str,
) -> AuditEntry {
    AuditEntry {
        at,
        actor: cut(username),
        address: origin.address,
        request_id: origin.request_id.clone(),
        action: AuditAction::SessionLogin,
        object: String::new(),
        outcome: AuditOutcome::Denied,
        detail: detail.to_owned(),
        changes: AuditChanges::none(),
        repeats: None,
    }
}

/// Text from an untrusted source, truncated and without characters that could mislead a reader.
pub(crate) fn cut(text: &str) -> String {
    let text = text.chars().map(|c| if text::misleads(c) { '\u{fffd}' } else { c });
    let mut typed = String::new();
    for character in text {
        if typed.len() + character.len_utf8() > MAX_TYPED_BYTES {
            let length = MAX_TYPED_BYTES - ELLIPSIS.len();
            typed.truncate(typed.floor_char_boundary(length));
            typed.push_str(ELLIPSIS);
            break;
        }
        typed.push(character);
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_is_truncated_and_has_no_misleading_characters() {
        assert_eq!(cut("a\nb\u{202e}c"), "a\u{fffd}b\u{fffd}c");
        let fits = "x".repeat(MAX_TYPED_BYTES);
        assert_eq!(cut(&fits), fits);
        assert_eq!(cut(&format!("{fits}x")), format!("{}…", &fits[3..]));
        let cut = cut(&"ü".repeat(1_000_000));
        assert_eq!(cut, format!("{}…", "ü".repeat(126)), "between two characters");
    }
}
