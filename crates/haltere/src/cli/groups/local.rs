//! The groups in the data folder.

use haltere_app::Ctx;
use haltere_app::groups::{Group, GroupChange, Groups, NewGroup};
use haltere_core::GroupName;

use super::directory::{GroupDirectory, ListedGroup};

/// The groups in the data folder, with or without a running server.
pub(super) struct LocalGroups {
    pub(super) groups: Groups,
    pub(super) ctx: Ctx,
}

impl GroupDirectory for LocalGroups {
    async fn list(&self) -> anyhow::Result<Vec<ListedGroup>> {
        let groups = self.groups.list(&self.ctx).await?;
        Ok(groups.into_iter().map(ListedGroup::from).collect())
    }

    async fn add(&self, new: NewGroup) -> anyhow::Result<()> {
        self.groups.add(&self.ctx, new).await?;
        Ok(())
    }

    async fn change(&self, name: &GroupName, change: GroupChange) -> anyhow::Result<()> {
        self.groups.change(&self.ctx, name, change).await?;
        Ok(())
    }

    async fn remove(&self, name: &GroupName) -> anyhow::Result<()> {
        self.groups.remove(&self.ctx, name).await?;
        Ok(())
    }
}

impl From<Group> for ListedGroup {
    fn from(group: Group) -> Self {
        Self {
            name: group.name.as_str().to_owned(),
            role: group.role.as_str().to_owned(),
            users: group.members.iter().map(|member| member.user.as_str().to_owned()).collect(),
            connections: group.connections.len(),
            label: (!group.label.is_empty()).then(|| group.label.to_string()),
            narrows: group.narrows,
        }
    }
}
