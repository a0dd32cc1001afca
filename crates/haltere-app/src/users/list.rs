//! `GET /api/user-management/users`, `haltere users list`

use haltere_core::{Roles, Timestamp, UserName};
use haltere_store::{StoreError, UserReads, UserRecord};

use super::{UserError, Users, names};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

/// A user, as others may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct User {
    /// Unique.
    pub name: UserName,
    /// At least one.
    pub roles: Roles,
    /// Whether the user can't log in for now.
    pub disabled: bool,
    /// Whether the user may do nothing but change the password.
    pub must_change_password: bool,
    pub has_password: bool,
    /// Whether a code is asked for at a login with the password.
    pub has_second_factor: bool,
    /// To the minute.
    pub last_login: Option<Timestamp>,
    /// When the link expires by which the user can set a password.
    pub invited_until: Option<Timestamp>,
    pub created_at: Timestamp,
    /// When an administrator, or the user, last changed something.
    pub updated_at: Timestamp,
}

impl User {
    /// All of them, by name.
    pub(super) async fn all(users: &mut dyn UserReads) -> Result<Vec<Self>, StoreError> {
        Ok(users.list().await?.into_iter().map(Self::from).collect())
    }
}

impl From<UserRecord> for User {
    fn from(user: UserRecord) -> Self {
        let UserRecord {
            name,
            password_hash,
            initial_password: _,
            roles,
            disabled,
            must_change_password,
            last_login_at,
            invitation,
            has_second_factor,
            created_at,
            updated_at,
        } = user;
        Self {
            name,
            roles,
            disabled,
            must_change_password,
            has_password: password_hash.is_some(),
            has_second_factor,
            last_login: last_login_at,
            invited_until: invitation.map(|invitation| invitation.expires_at),
            created_at,
            updated_at,
        }
    }
}

impl User {
    /// What a change responds with: all users or, for who may not list them, only the one that it was about.
    pub(super) fn of_change(ctx: &Ctx, mut users: Vec<Self>, name: &UserName) -> Vec<Self> {
        if !ctx.may(Action::ListUsers) {
            users.retain(|user| names::is_same_user(user.name.as_str(), name.as_str()));
        }
        users
    }
}

impl Users {
    /// All users, by name.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<User>, UserError> {
        const OPERATION: &str = "list users";
        ctx.authorize(Action::ListUsers)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        Ok(User::all(read.users()).await.context(OPERATION)?)
    }

    /// One user.
    pub async fn get(&self, ctx: &Ctx, name: &UserName) -> Result<User, UserError> {
        const OPERATION: &str = "look a user up";
        ctx.authorize(Action::ListUsers)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let user = names::find(read.users(), name.as_str()).await.context(OPERATION)?;
        user.map(User::from).ok_or(UserError::NotFound)
    }
}
