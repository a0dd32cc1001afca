//! The administrator of a new installation.

use haltere_core::{Secret, UserName};

use super::{UserError, Users};
use crate::ctx::Ctx;

impl Users {
    /// Adds an administrator when there is no user at all yet; whether one was added. Safe when two
    /// processes try at once.
    pub async fn ensure_first_admin(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: Secret<String>,
    ) -> Result<bool, UserError> {
        todo!()
    }
}
