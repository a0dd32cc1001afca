//! `haltere users passwd`

use haltere_core::{AuditAction, Secret, UserName};

use super::{UserError, Users, check_password, hash_password, names};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

impl Users {
    /// Gives a user a new password and ends all of their sessions.
    pub async fn set_password(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: Secret<String>,
    ) -> Result<(), UserError> {
        const OPERATION: &str = "set a password";
        ctx.authorize(Action::ManageUsers)?;
        check_password(name, &password)?;
        let hash = hash_password(self.hashing, password).await?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        let name = &user.name.clone();
        user.password_hash = hash;
        user.initial_password = false;
        user.updated_at = self.clock.now();
        tx.users().update(&user).await.context(OPERATION)?;
        tx.sessions().delete_of(name, None).await.context(OPERATION)?;
        let action = AuditAction::UserPassword;
        let entry = audit::done(user.updated_at, ctx, action, name.as_str(), "");
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(())
    }
}
