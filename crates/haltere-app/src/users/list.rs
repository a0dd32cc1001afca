//! `haltere users list`

use haltere_core::{Roles, Timestamp, UserName};
use haltere_store::UserRecord;

use super::{UserError, Users};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

/// A user, as others may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Unique.
    pub name: UserName,
    /// At least one.
    pub roles: Roles,
    pub created_at: Timestamp,
    /// When password or roles last changed.
    pub updated_at: Timestamp,
}

impl Users {
    /// All users, by name.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<User>, UserError> {
        const OPERATION: &str = "list users";
        ctx.authorize(Action::ListUsers)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let users = read.users().list().await.context(OPERATION)?.into_iter();
        let users = users.map(|user| {
            let UserRecord {
                name,
                password_hash: _,
                initial_password: _,
                roles,
                created_at,
                updated_at,
            } = user;
            User { name, roles, created_at, updated_at }
        });
        Ok(users.collect())
    }
}
