//! `haltere users remove`

use haltere_core::UserName;

use super::{UserError, Users};
use crate::ctx::Ctx;

impl Users {
    /// Removes a user and ends all of their sessions.
    pub async fn remove(&self, ctx: &Ctx, name: &UserName) -> Result<(), UserError> {
        todo!()
    }
}
