//! `GET /api/connections`

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::cursor::Cursor;
use super::registry::Entry;
use super::view::{ConnectionView, Secrets};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Internal, NotAllowed};

/// Which connections to list. The default is: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// By what an operator wants of them.
    pub state: StateFilter,
    /// Only those whose id, name or URL contains this, in whatever case.
    pub text: Option<String>,
    /// At most this many.
    pub limit: Option<NonZeroUsize>,
    /// Only those after this.
    pub after: Option<Cursor>,
}

/// By what an operator wants of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StateFilter {
    /// All.
    #[default]
    All,
    /// All but the disconnected ones, however badly they do.
    Active,
    /// Disconnected on purpose.
    Inactive,
}

/// Moves whenever something changes that a list of connections shows. Two listings with the same
/// version, query and secrets are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub u64);

/// A list of connections. Cheap to make and to clone: nothing is copied and no status looked up
/// until [`App::views`] is asked for them.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Taken before anything else, so it is never newer than what it stands for.
    pub version: Version,
    /// In the order they were created.
    pub entries: Arc<[Arc<Entry>]>,
    /// Whether the caller may see the secrets in `entries`.
    pub secrets: bool,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

/// Why listing failed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The read of secrets could not be written to the audit trail, so there is no answer.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Lists connections. With [`Secrets::Include`], for a caller who may see them, and when there
    /// are secrets in the list, the read is audited first.
    pub async fn list_connections(
        &self,
        ctx: &Ctx,
        query: &ListQuery,
        secrets: Secrets,
    ) -> Result<Listing, ListError> {
        todo!()
    }

    /// Whether a list made now could differ from one made at an earlier version.
    pub fn version(&self) -> Version {
        todo!()
    }

    /// The entries of a list with their status, as of now.
    pub fn views(&self, listing: &Listing) -> Vec<ConnectionView> {
        todo!()
    }
}
