//! Which connections to list.

use std::num::NonZeroUsize;

use haltere_core::{Intent, LabelSelector};

use super::cursor::Cursor;

/// Which connections to list. The default is: all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ListQuery {
    /// By what an operator wants of them.
    pub state: StateFilter,
    /// Only those whose id, name or URL contains this, in whatever case.
    pub text: Option<String>,
    /// Only those with these labels.
    pub labels: LabelSelector,
    pub limit: Option<NonZeroUsize>,
    /// Only those after this.
    pub after: Option<Cursor>,
}

/// By what an operator wants of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum StateFilter {
    #[default]
    All,
    /// All but the disconnected ones, however badly they do.
    Active,
    /// Disconnected on purpose.
    Inactive,
}

impl StateFilter {
    pub(super) fn covers(self, intent: Intent) -> bool {
        match self {
            Self::All => true,
            Self::Active => intent == Intent::Connected,
            Self::Inactive => intent == Intent::Disconnected,
        }
    }
}
