//! Where a page of a list ended.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haltere_core::Timestamp;

use super::entry::Entry;
use super::registry::Snapshot;
use crate::error::Invalid;

/// Where a page of a list ended: opaque to callers. Holds the last connection's id, and its age for
/// the case that it is deleted before the next page is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor {
    created_at: Timestamp,
    id: String,
}

impl Cursor {
    /// Reads what [`Cursor`]'s `Display` wrote; otherwise the field `cursor` is invalid.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::decode(text).ok_or_else(|| Invalid::new("cursor", "is not one that haltere gave out"))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (nanos, id) = text.split_once(' ')?;
        let created_at = Timestamp::from_nanosecond(nanos.parse().ok()?).ok()?;
        Some(Self { created_at, id: id.to_owned() })
    }

    pub(super) fn after(entry: &Entry) -> Self {
        Self { created_at: entry.created_at(), id: entry.id().to_owned() }
    }

    /// The position of the first entry behind it.
    pub(super) fn position(&self, snapshot: &Snapshot) -> usize {
        match snapshot.position(&self.id) {
            Some(position) => position + 1,
            // Others may be as old to the millisecond: rather one of them twice than none at all.
            None => {
                snapshot.entries().partition_point(|entry| entry.created_at() < self.created_at)
            }
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{} {}", self.created_at.as_nanosecond(), self.id);
        f.write_str(&URL_SAFE_NO_PAD.encode(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        let created_at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let cursor = Cursor { created_at, id: "a b/ü".to_owned() };
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        for bad in ["", "x", "====", "bm90IGEgY3Vyc29y"] {
            assert_eq!(Cursor::parse(bad).unwrap_err().field, "cursor", "{bad:?}");
        }
    }
}
