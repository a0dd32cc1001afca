//! `DELETE /api/user-management/users/{userName}/second-factor`, `haltere users reset-second-factor`

use haltere_core::{AuditAction, UserName};
use haltere_store::SecondFactorReset;

use super::{User, UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "reset the second factor of a user";

impl Users {
    /// Removes the second factor of a user and ends all of their sessions; the user. They see it after the next login.
    pub async fn reset_second_factor(&self, ctx: &Ctx, name: &UserName) -> Result<User, UserError> {
        ctx.authorize(Action::ResetSecondFactor)?;
        let (users, ctx, name) = (self.clone(), ctx.clone(), name.clone());
        self.to_completion(async move { users.remove_second_factor(&ctx, &name).await }).await
    }

    async fn remove_second_factor(&self, ctx: &Ctx, name: &UserName) -> Result<User, UserError> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        rules::not_break_glass(&mut *tx, ctx, &user.name).await?;
        // Who has found an open session must not get rid of what is asked for at the next login.
        if ctx.session().is_some() && *ctx.user() == user.name {
            return Err(UserError::OwnSecondFactor);
        }
        if !user.has_second_factor {
            return Err(UserError::NoSecondFactor);
        }
        self.count_change(ctx)?;
        let (at, by) = (now(&*self.clock), ctx.principal.actor().into_owned());
        let reset = SecondFactorReset { user: user.name.clone(), at, by };
        tx.second_factors().delete(&user.name).await.context(OPERATION)?;
        tx.second_factors().note_reset(&reset).await.context(OPERATION)?;
        tx.sessions().delete_of(&user.name, None).await.context(OPERATION)?;
        let action = AuditAction::UserResetSecondFactor;
        let entry = audit::done(at, ctx, action, user.name.as_str(), "");
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        user.has_second_factor = false;
        Ok(user.into())
    }
}
