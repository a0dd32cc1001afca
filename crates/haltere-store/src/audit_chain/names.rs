//! What an entry names outside its own chain.

use std::fmt;

use super::ChainHash;

/// An entry, by its position in the chain of its writer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainHead {
    /// The writer's id.
    pub writer: String,
    /// The position; 0 before the first entry.
    pub position: i64,
    /// The hash of the entry.
    pub hash: ChainHash,
}

/// What an entry names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChainName {
    /// The newest entry of another writer.
    Newest(ChainHead),
    /// The last entry of a writer that retention removed, with all before it.
    Removed(ChainHead),
}

/// `writer position hash`.
impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { writer, position, hash } = self;
        write!(f, "{writer} {position} {hash}")
    }
}

/// A line per name, in this order; `None` without names.
pub fn names_to_text(names: &[ChainName]) -> Option<String> {
    let line = |name: &ChainName| match name {
        ChainName::Newest(head) => format!("newest {head}\n"),
        ChainName::Removed(head) => format!("removed {head}\n"),
    };
    (!names.is_empty()).then(|| names.iter().map(line).collect())
}

/// Reads what [`names_to_text`] wrote; what is no name is left out.
pub fn names_from_text(text: &str) -> Vec<ChainName> {
    let name = |line: &str| {
        let mut words = line.split(' ');
        let kind = words.next()?;
        let head = ChainHead {
            writer: words.next()?.to_owned(),
            position: words.next()?.parse().ok()?,
            hash: ChainHash::parse(words.next()?)?,
        };
        match (kind, words.next()) {
            ("newest", None) => Some(ChainName::Newest(head)),
            ("removed", None) => Some(ChainName::Removed(head)),
            _ => None,
        }
    };
    text.lines().filter_map(name).collect()
}
