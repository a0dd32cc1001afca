//! Which connections a principal may see.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Which connections a principal may see. Computed once per request, and asked by everything that returns or changes
/// connections. One that is hidden is treated as one that does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Visibility {
    #[default]
    All,
    Set(Arc<BTreeSet<Box<str>>>),
}

impl Visibility {
    /// Only the connections with these ids.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Set(Arc::new(ids.into_iter().map(Box::from).collect()))
    }

    /// Whether it may be seen.
    pub fn covers(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Set(ids) => ids.contains(id),
        }
    }

    /// Whether nothing is hidden.
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}
