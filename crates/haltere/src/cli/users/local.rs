//! The users in the data folder.

use haltere_app::Ctx;
use haltere_app::users::{NewInvitation, NewUser, User, UserChange, Users};
use haltere_core::UserName;

use super::directory::{Invitation, ListedUser, UserDirectory};

/// The users in the data folder, with or without a running server.
pub(super) struct LocalUsers {
    pub(super) users: Users,
    pub(super) ctx: Ctx,
}

impl UserDirectory for LocalUsers {
    async fn list(&self) -> anyhow::Result<Vec<ListedUser>> {
        let excepted = self.users.break_glass(&self.ctx).await?;
        let users = self.users.list(&self.ctx).await?;
        Ok(users.iter().map(|user| listed(user, &excepted)).collect())
    }

    async fn add(&self, new: NewUser) -> anyhow::Result<()> {
        self.users.add(&self.ctx, new).await?;
        Ok(())
    }

    async fn change(&self, name: &UserName, change: UserChange) -> anyhow::Result<()> {
        self.users.change(&self.ctx, name, change).await?;
        Ok(())
    }

    async fn invite(&self, name: &UserName) -> anyhow::Result<Invitation> {
        let NewInvitation { user: _, token, expires_at } =
            self.users.invite(&self.ctx, name).await?;
        Ok(Invitation { token, expires_at })
    }

    async fn end_sessions(&self, name: &UserName) -> anyhow::Result<()> {
        self.users.end_sessions(&self.ctx, name, None).await?;
        Ok(())
    }

    async fn reset_second_factor(&self, name: &UserName) -> anyhow::Result<()> {
        self.users.reset_second_factor(&self.ctx, name).await?;
        Ok(())
    }

    async fn set_break_glass(&self, name: &UserName, is_excepted: bool) -> anyhow::Result<()> {
        self.users.set_break_glass(&self.ctx, name, is_excepted).await?;
        Ok(())
    }

    async fn remove(&self, name: &UserName) -> anyhow::Result<()> {
        self.users.remove(&self.ctx, name).await?;
        Ok(())
    }
}

fn listed(user: &User, excepted: &[UserName]) -> ListedUser {
    ListedUser {
        is_excepted: excepted.contains(&user.name),
        name: user.name.as_str().to_owned(),
        roles: user.roles.iter().map(|role| role.as_str().to_owned()).collect(),
        disabled: user.disabled,
        must_change_password: user.must_change_password,
        has_password: user.has_password,
        has_second_factor: user.has_second_factor,
        invited: user.invited_until.is_some(),
    }
}
