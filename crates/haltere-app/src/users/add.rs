//! `haltere users add`

use haltere_core::{Roles, Secret, UserName};

use super::{UserError, Users};
use crate::ctx::Ctx;

impl Users {
    /// Adds a user.
    pub async fn add(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: Secret<String>,
        roles: Roles,
    ) -> Result<(), UserError> {
        todo!()
    }
}
