//! `GET /api/user-management/groups`, `haltere groups list`

use haltere_core::{GroupName, UserName};

use super::{Group, GroupError, Groups, Membership};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;
use crate::users::is_same_user;

impl Groups {
    /// All groups, by name.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<Group>, GroupError> {
        const OPERATION: &str = "list groups";
        ctx.authorize(Action::ListGroups)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let all = Group::all(read.groups()).await.context(OPERATION)?;
        Ok(Self::shown(ctx, all))
    }

    /// One group.
    pub async fn get(&self, ctx: &Ctx, name: &GroupName) -> Result<Group, GroupError> {
        const OPERATION: &str = "look a group up";
        ctx.authorize(Action::ListGroups)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let group = read.groups().find(name).await.context(OPERATION)?;
        let group = group.map(Group::from).ok_or(GroupError::NotFound)?;
        Ok(Self::shown(ctx, vec![group]).remove(0))
    }

    /// The groups of the user `name`, who has to be the caller.
    pub async fn of_user(&self, ctx: &Ctx, name: &UserName) -> Result<Vec<Membership>, GroupError> {
        const OPERATION: &str = "list the groups of a user";
        ctx.authorize(Action::ListGroups)?;
        if !is_same_user(ctx.user().as_str(), name.as_str()) {
            return Err(GroupError::OtherUser);
        }
        let mut read = self.store.read().await.context(OPERATION)?;
        Ok(Membership::all_of(read.groups(), ctx.user()).await.context(OPERATION)?)
    }

    /// What a change responds with: all groups or, for who may not list them, only the one that it was about.
    pub(super) fn of_change(ctx: &Ctx, mut groups: Vec<Group>, name: &GroupName) -> Vec<Group> {
        if !ctx.may(Action::ListGroups) {
            groups.retain(|group| group.name == *name);
        }
        groups
    }

    /// The groups as the caller may see them: without connections that are hidden.
    pub(super) fn shown(ctx: &Ctx, mut groups: Vec<Group>) -> Vec<Group> {
        for group in &mut groups {
            group.connections.retain(|id| ctx.visibility().covers(id));
        }
        groups
    }

    /// The same after a change, which is in memory from now on.
    pub(super) async fn shown_after_change(&self, ctx: &Ctx, groups: Vec<Group>) -> Vec<Group> {
        let mut ctx = ctx.clone();
        if let Some(fleet) = &self.fleet {
            fleet.reload_groups(&*self.store).await;
            fleet.follow_groups(&mut ctx.principal);
        }
        Self::shown(&ctx, groups)
    }
}
