//! The administrator of a new installation.

use haltere_core::{AuditAction, Role, Secret, UserName};
use haltere_store::UserRecord;

use super::{NewUser, UserError, Users};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

/// The password of the first administrator.
#[derive(Debug)]
pub enum FirstPassword {
    /// The operator chose it.
    Given(Secret<String>),
    /// It was generated, and is in the log: profiles say so until it is changed.
    Generated(Secret<String>),
}

const OPERATION: &str = "make the first administrator";

impl Users {
    /// Whether there is no user yet, so that a first administrator is needed.
    pub async fn is_empty(&self) -> Result<bool, UserError> {
        let mut read = self.store.read().await.context(OPERATION)?;
        Ok(read.users().list().await.context(OPERATION)?.is_empty())
    }

    /// Adds an administrator when there is no user at all yet; whether one was added. Safe when two
    /// processes try at once.
    pub async fn ensure_first_admin(
        &self,
        ctx: &Ctx,
        name: &UserName,
        password: FirstPassword,
    ) -> Result<bool, UserError> {
        ctx.authorize(Action::CreateUser)?;
        // Hashing takes long, and is needed only once in the life of an installation.
        if !self.is_empty().await? {
            return Ok(false);
        }
        let (password, generated) = match password {
            FirstPassword::Given(password) => (password, false),
            FirstPassword::Generated(password) => (password, true),
        };
        let new = NewUser::new(name, password, Role::Admin);
        let prepared = self.prepare(ctx, new).await?;
        let record = UserRecord { initial_password: generated, ..prepared };
        let mut tx = self.store.write().await.context(OPERATION)?;
        if !tx.users().list().await.context(OPERATION)?.is_empty() {
            return Ok(false);
        }
        tx.users().insert(&record).await.context(OPERATION)?;
        let detail = "first start: admin";
        let (at, name) = (record.created_at, record.name.as_str());
        let entry = audit::done(at, ctx, AuditAction::UserCreate, name, detail);
        tx.audit().append(&entry).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(true)
    }
}
