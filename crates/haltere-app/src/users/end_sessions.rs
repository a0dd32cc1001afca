//! `DELETE /api/user-management/users/{userName}/sessions…`, `haltere users end-sessions`

use haltere_core::{AuditAction, SessionHandle, UserName};

use super::{UserError, Users, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "end the sessions of a user";

impl Users {
    /// Ends the session of a user with this handle, or all of them.
    pub async fn end_sessions(
        &self,
        ctx: &Ctx,
        name: &UserName,
        handle: Option<SessionHandle>,
    ) -> Result<(), UserError> {
        ctx.authorize(Action::EndUserSessions)?;
        let (users, ctx, name) = (self.clone(), ctx.clone(), name.clone());
        self.to_completion(async move { users.delete_sessions(&ctx, &name, handle).await }).await
    }

    async fn delete_sessions(
        &self,
        ctx: &Ctx,
        name: &UserName,
        handle: Option<SessionHandle>,
    ) -> Result<(), UserError> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let name = user.ok_or(UserError::NotFound)?.name;
        rules::not_own_of_token(ctx, &name)?;
        let detail = match handle {
            Some(handle) => {
                let found = tx.sessions().find_by_handle(&handle).await.context(OPERATION)?;
                let found = found.filter(|session| session.user == name);
                let session = found.ok_or(UserError::NoSuchSession)?;
                tx.sessions().delete(&session.id).await.context(OPERATION)?;
                format!("session {handle}")
            }
            None => match tx.sessions().delete_of(&name, None).await.context(OPERATION)? {
                0 => return Ok(()),
                ended => format!("all: {ended}"),
            },
        };
        self.count_change(ctx)?;
        let (now, action) = (now(&*self.clock), AuditAction::UserEndSessions);
        let entry = audit::done(now, ctx, action, name.as_str(), detail);
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(())
    }
}
