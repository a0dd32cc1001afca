//! `PUT /api/user-management/users/{userName}`, `haltere users passwd`

use haltere_core::{AuditAction, AuditChanges, AuditEntry, Role, Roles, Secret, UserName};

use super::audited::{audit_changes, role_names};
use super::{User, UserError, Users, check_password, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::now::now;
use crate::policy::Action;

/// What to change about a user; the rest stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    pub password: Option<Secret<String>>,
    pub roles: Option<Roles>,
    pub disabled: Option<bool>,
    pub must_change_password: Option<bool>,
}

const OPERATION: &str = "change a user";

impl Users {
    /// Changes a user; all users. If anything changes, all sessions of the user end. The last administrator stays one,
    /// and is not disabled.
    pub async fn change(
        &self,
        ctx: &Ctx,
        name: &UserName,
        change: UserChange,
    ) -> Result<Vec<User>, UserError> {
        ctx.authorize(Action::UpdateUser)?;
        let (users, job_ctx, found) = (self.clone(), ctx.clone(), name.clone());
        let job = async move { users.store_change(&job_ctx, &found, change).await };
        Ok(User::of_change(ctx, self.to_completion(job).await?, name))
    }

    /// Gives a user a new password and ends all of their sessions.
    pub async fn set_password(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: Secret<String>,
    ) -> Result<Vec<User>, UserError> {
        let change = UserChange { password: Some(password), ..UserChange::default() };
        self.change(ctx, name, change).await
    }

    /// Replaces a user's roles and ends all of their sessions.
    pub async fn set_roles(
        &self,
        ctx: &Ctx,
        name: &UserName,
        roles: Roles,
    ) -> Result<Vec<User>, UserError> {
        let change = UserChange { roles: Some(roles), ..UserChange::default() };
        self.change(ctx, name, change).await
    }

    async fn store_change(
        &self,
        ctx: &Ctx,
        name: &UserName,
        change: UserChange,
    ) -> Result<Vec<User>, UserError> {
        let UserChange { password, roles, disabled, must_change_password } = change;
        if let Some(roles) = roles {
            rules::check_roles(roles)?;
        }
        let hash = match password {
            Some(password) => {
                // Before the slow part.
                let mut read = self.store.read().await.context(OPERATION)?;
                let user = names::find(read.users(), name.as_str()).await.context(OPERATION)?;
                drop(read);
                check_password(&user.ok_or(UserError::NotFound)?.name, &password)?;
                Some(self.hash(ctx, password).await?)
            }
            None => None,
        };
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = names::find(tx.users(), name.as_str()).await.context(OPERATION)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        rules::not_own_of_token(ctx, &user.name)?;
        rules::not_break_glass(&mut *tx, ctx, &user.name).await?;
        let mut done = Vec::new();
        let before = user.clone();
        if let Some(roles) = roles.filter(|roles| *roles != user.roles) {
            if !roles.contains(Role::Admin) {
                rules::keep_an_admin(&mut *tx, &user.name, self.local_login).await?;
            }
            user.roles = roles;
            done.push((AuditAction::UserUpdate, role_names(roles)));
        }
        if let Some(disabled) = disabled.filter(|disabled| *disabled != user.disabled) {
            if disabled {
                rules::keep_an_admin(&mut *tx, &user.name, self.local_login).await?;
            }
            user.disabled = disabled;
            // From now on it is not single sign-on that says so.
            tx.sign_ons().set_lacks_role(&user.name, false).await.context(OPERATION)?;
            let detail = if disabled { "disabled" } else { "enabled" };
            done.push((AuditAction::UserUpdate, detail.to_owned()));
        }
        if let Some(hash) = hash {
            user.password_hash = Some(hash);
            user.initial_password = false;
            user.must_change_password = false;
            user.invitation = None;
            done.push((AuditAction::UserPassword, String::new()));
        }
        if let Some(must) = must_change_password.filter(|must| *must != user.must_change_password) {
            user.must_change_password = must;
            let detail = if must { "has to change the password" } else { "may keep the password" };
            done.push((AuditAction::UserUpdate, detail.to_owned()));
        }
        if done.is_empty() {
            return Ok(User::all(tx.users()).await.context(OPERATION)?);
        }
        // Each has an entry of its own.
        for _ in &done {
            self.count_change(ctx)?;
        }
        user.updated_at = now(&*self.clock);
        tx.users().update(&user).await.context(OPERATION)?;
        tx.sessions().delete_of(&user.name, None).await.context(OPERATION)?;
        let mut changes = audit_changes(Some(&before), Some(&user));
        for (action, detail) in done {
            let entry = audit::done(user.updated_at, ctx, action, user.name.as_str(), detail);
            // All of them are shown with the first entry that is not about the password, which is never shown.
            let changes = match action {
                AuditAction::UserUpdate => std::mem::take(&mut changes),
                _ => AuditChanges::none(),
            };
            tx.audit().append(&AuditEntry { changes, ..entry }).await.context(OPERATION)?;
        }
        let all = User::all(tx.users()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        self.changed.notify_one();
        Ok(all)
    }
}
