//! Groups, wherever they are.

use haltere_app::groups::{GroupChange, NewGroup};
use haltere_core::GroupName;

/// The groups of a haltere: in the data folder, or at the remote one.
pub(super) trait GroupDirectory {
    /// All groups, by name.
    async fn list(&self) -> anyhow::Result<Vec<ListedGroup>>;

    async fn add(&self, new: NewGroup) -> anyhow::Result<()>;

    async fn change(&self, name: &GroupName, change: GroupChange) -> anyhow::Result<()>;

    async fn remove(&self, name: &GroupName) -> anyhow::Result<()>;
}

/// A group as a list shows it.
pub(super) struct ListedGroup {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) users: Vec<String>,
    /// How many connections are in it by their ids.
    pub(super) connections: usize,
    /// The selector; `None` if no connections belong to it by their labels.
    pub(super) label: Option<String>,
    pub(super) narrows: bool,
}
