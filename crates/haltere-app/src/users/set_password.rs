//! `haltere users passwd`

use haltere_core::{Secret, UserName};

use super::{UserError, Users};
use crate::ctx::Ctx;

impl Users {
    /// Gives a user a new password and ends all of their sessions.
    pub async fn set_password(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: Secret<String>,
    ) -> Result<(), UserError> {
        todo!()
    }
}
