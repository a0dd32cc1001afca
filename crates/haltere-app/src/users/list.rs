//! `haltere users list`

use haltere_core::{Roles, Timestamp, UserName};

use super::{UserError, Users};
use crate::ctx::Ctx;

/// A user, as others may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Unique.
    pub name: UserName,
    /// At least one.
    pub roles: Roles,
    /// When the user was added.
    pub created_at: Timestamp,
    /// When password or roles last changed.
    pub updated_at: Timestamp,
}

impl Users {
    /// All users, by name.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<User>, UserError> {
        todo!()
    }
}
