//! Changing what a user may do.

use haltere_core::{Roles, UserName};

use super::{UserError, Users};
use crate::ctx::Ctx;

impl Users {
    /// Gives a user these roles in place of the ones they had and ends all of their sessions.
    pub async fn set_roles(
        &self,
        ctx: &Ctx,
        name: &UserName,
        roles: Roles,
    ) -> Result<(), UserError> {
        todo!()
    }
}
