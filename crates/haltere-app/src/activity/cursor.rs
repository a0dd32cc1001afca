//! Where a page of the activity ended.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haltere_core::ConnectionId;
use haltere_link::ChangePosition;

use crate::error::Invalid;

/// Where a page of the activity ended: opaque to callers. Holds the position in each of the two lists that the activity
/// is merged from; `None` at the beginning of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityCursor {
    /// The last status change.
    pub(super) change: Option<ChangePosition>,
    /// The sequence of the last audit entry.
    pub(super) audit: Option<i64>,
}

impl ActivityCursor {
    /// Reads what [`ActivityCursor`]'s `Display` wrote; otherwise the field `cursor` is invalid.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::decode(text).ok_or_else(|| Invalid::new("cursor", "is not one that haltere gave out"))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (audit, change) = text.split_once(' ')?;
        let audit = if audit.is_empty() { None } else { Some(audit.parse().ok()?) };
        let change = if change.is_empty() { None } else { Some(position(change)?) };
        Some(Self { change, audit })
    }
}

fn position(text: &str) -> Option<ChangePosition> {
    let (at, rest) = text.split_once(' ')?;
    let (newer, id) = rest.split_once(' ')?;
    Some(ChangePosition {
        at: at.parse().ok()?,
        newer: newer.parse().ok()?,
        connection: ConnectionId::parse(id).ok()?,
    })
}

impl fmt::Display for ActivityCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.audit.map_or_else(String::new, |audit| audit.to_string());
        text.push(' ');
        if let Some(ChangePosition { at, newer, connection }) = &self.change {
            let _ = write!(text, "{at} {newer} {}", connection.as_str());
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        let connection = ConnectionId::parse("a b/ü").unwrap();
        let change = ChangePosition { at: 1_700_000_000_123, newer: 2, connection };
        for change in [None, Some(change)] {
            for audit in [None, Some(7)] {
                let cursor = ActivityCursor { change: change.clone(), audit };
                assert_eq!(ActivityCursor::parse(&cursor.to_string()), Ok(cursor));
            }
        }
        for bad in ["", "x", "====", "bm90IGEgY3Vyc29y"] {
            assert_eq!(ActivityCursor::parse(bad).unwrap_err().field, "cursor", "{bad:?}");
        }
    }
}
