//! Where a page of the audit trail ended.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Invalid;

/// Where a page of the audit trail ended: opaque to callers. Entries that are added later come before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCursor {
    /// The next page has entries with smaller sequence numbers.
    pub(super) before: i64,
}

impl AuditCursor {
    /// Reads what [`AuditCursor`]'s `Display` wrote; otherwise the field `cursor` is invalid.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::decode(text).ok_or_else(|| Invalid::new("cursor", "is not one that haltere gave out"))
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self { before: i64::from_be_bytes(bytes.try_into().ok()?) })
    }
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.before.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        for before in [1, 7, i64::MAX] {
            let cursor = AuditCursor { before };
            assert_eq!(AuditCursor::parse(&cursor.to_string()), Ok(cursor));
        }
        for bad in ["", "x", "====", "bm90IGEgY3Vyc29y"] {
            assert_eq!(AuditCursor::parse(bad).unwrap_err().field, "cursor", "{bad:?}");
        }
    }
}
