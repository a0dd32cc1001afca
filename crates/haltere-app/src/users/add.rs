//! `POST /api/user-management/users`, `haltere users add`

use haltere_core::{AuditAction, AuditEntry, Roles, Secret, UserName};
use haltere_store::{StoreError, UserRecord};

use super::audited::{audit_changes, role_names};
use super::{User, UserError, Users, check_password, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, Invalid};
use crate::now::now;
use crate::policy::Action;

const OPERATION: &str = "add a user";

/// A user that is to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: UserName,
    /// `None` for a user who can't log in before they have set one by an invitation.
    pub password: Option<Secret<String>>,
    pub roles: Roles,
    pub disabled: bool,
    pub must_change_password: bool,
}

impl NewUser {
    /// One with this name, password and roles.
    pub fn new(
        name: &UserName,
        password: impl Into<Secret<String>>,
        roles: impl Into<Roles>,
    ) -> Self {
        Self {
            name: name.clone(),
            password: Some(password.into()),
            roles: roles.into(),
            disabled: false,
            must_change_password: false,
        }
    }
}

impl Users {
    /// Adds a user; all users.
    pub async fn add(&self, ctx: &Ctx, new: NewUser) -> Result<Vec<User>, UserError> {
        ctx.authorize(Action::CreateUser)?;
        let (users, job_ctx, name) = (self.clone(), ctx.clone(), new.name.clone());
        let all = self.to_completion(async move { users.store_new(&job_ctx, new).await }).await?;
        Ok(User::of_change(ctx, all, &name))
    }

    async fn store_new(&self, ctx: &Ctx, new: NewUser) -> Result<Vec<User>, UserError> {
        let name = Self::check_new(&new)?;
        {
            // Known before the slow part.
            let mut read = self.store.read().await.context(OPERATION)?;
            rules::check_count(read.users()).await?;
            if names::is_taken(read.users(), &name).await.context(OPERATION)? {
                return Err(UserError::Exists);
            }
        }
        let record = self.prepare(ctx, new).await?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        rules::check_count(tx.users()).await?;
        if names::is_taken(tx.users(), &record.name).await.context(OPERATION)? {
            return Err(UserError::Exists);
        }
        self.count_change(ctx)?;
        tx.users().insert(&record).await.map_err(|error| match error {
            StoreError::Taken(_) => UserError::Exists,
            error => Internal::new(OPERATION, error).into(),
        })?;
        let detail = role_names(record.roles);
        let (at, name) = (record.created_at, record.name.as_str());
        let entry = audit::done(at, ctx, AuditAction::UserCreate, name, detail);
        let entry = AuditEntry { changes: audit_changes(None, Some(&record)), ..entry };
        tx.audit().append(&entry).await.context(OPERATION)?;
        let all = User::all(tx.users()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(all)
    }

    /// Says why a new user could not be added, as far as it has nothing to do with those who are there; its name in
    /// the form in which it is kept.
    pub fn check_new(new: &NewUser) -> Result<UserName, Invalid> {
        let name = names::new(&new.name)?;
        rules::check_name(&name)?;
        rules::check_roles(new.roles)?;
        if let Some(password) = &new.password {
            check_password(&name, password)?;
        }
        Ok(name)
    }

    /// Checks what was given and does the slow part, before there is a transaction others wait for.
    pub(super) async fn prepare(&self, ctx: &Ctx, new: NewUser) -> Result<UserRecord, UserError> {
        let name = Self::check_new(&new)?;
        let NewUser { name: _, password, roles, disabled, must_change_password } = new;
        let password_hash = match password {
            Some(password) => Some(self.hash(ctx, password).await?),
            None => None,
        };
        let now = now(&*self.clock);
        Ok(UserRecord {
            name,
            password_hash,
            initial_password: false,
            roles,
            disabled,
            must_change_password,
            last_login_at: None,
            invitation: None,
            has_second_factor: false,
            created_at: now,
            updated_at: now,
        })
    }
}
