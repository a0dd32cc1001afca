//! Who may log in with a password where local login is off: `haltere users break-glass`.

use haltere_core::{AuditAction, UserName};

use super::{UserError, Users, names};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "change who may log in without single sign-on";

impl Users {
    /// Allows or forbids a user to log in with a password while local login is off. Only the command line calls it: an intruder
    /// in the API could otherwise keep a way in.
    pub async fn set_break_glass(
        &self,
        ctx: &Ctx,
        name: &UserName,
        may: bool,
    ) -> Result<(), UserError> {
        ctx.authorize(Action::UpdateUser)?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        // An administrator of the API may have made it, and could use it.
        if may && user.invitation.take().is_some() {
            tx.users().update(&user).await.context(OPERATION)?;
        }
        let name = user.name;
        if tx.sign_ons().set_break_glass(&name, may).await.context(OPERATION)? {
            let detail = if may {
                "may log in with a password even where local login is off"
            } else {
                "may log in with a password only where local login is on"
            };
            let (now, action) = (now(&*self.clock), AuditAction::UserUpdate);
            let entry = audit::done(now, ctx, action, name.as_str(), detail);
            tx.audit().append(&entry).await.context(OPERATION)?;
            tx.commit().await.context(OPERATION)?;
        }
        Ok(())
    }

    /// The users who may, by name.
    pub async fn break_glass(&self, ctx: &Ctx) -> Result<Vec<UserName>, UserError> {
        ctx.authorize(Action::ListUsers)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        Ok(read.sign_ons().break_glass().await.context(OPERATION)?)
    }
}
