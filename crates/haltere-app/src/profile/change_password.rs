//! `PUT /api/profile`

use std::time::Duration;

use haltere_core::quota::QuotaExceeded;
use haltere_core::{AuditAction, AuditEntry, AuditOutcome, Secret};
use haltere_store::UserRecord;

use super::Profiles;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, FieldFault, Internal, Invalid, NotAllowed};
use crate::now::now;
use crate::policy::{Action, Resource};
use crate::sessions::{LoginAttempt, PasswordRefusal, Throttled};
use crate::tasks::to_completion;
use crate::users::{PasswordCheck, check_password, is_same_password};

const OPERATION: &str = "change one's own password";

/// Why the password is still the old one.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("the old password is wrong")]
    WrongPassword,
    /// Too many wrong old passwords.
    #[error("too many wrong passwords, try again in {} s", .retry_after.as_secs())]
    Throttled {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
        /// Whose failures they were: the user's or those from the address.
        of: QuotaExceeded,
    },
    /// Too many passwords are waiting to be verified.
    #[error("too many passwords are waiting to be verified")]
    TooManyChecks(QuotaExceeded),
    /// The new password breaks the rules; the field is `password`.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The user was removed in the meantime.
    #[error("the user does not exist any more")]
    Gone,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Profiles {
    /// Changes the caller's own password. All of their other sessions end, this one stays.
    pub async fn change_password(
        &self,
        ctx: &Ctx,
        old: Secret<String>,
        new: Secret<String>,
    ) -> Result<(), ChangePasswordError> {
        let name = ctx.user();
        self.authorizer
            .authorize(ctx, Action::ChangeOwnPassword, Resource::User(name.as_str()))
            .await?;
        let attempt = LoginAttempt::new(name.as_str(), ctx.origin.address);
        let profiles = self.clone();
        let ctx = ctx.clone();
        to_completion(&self.tasks, async move {
            let user = profiles.verify_old(&ctx, &attempt, &old).await?;
            check_password(ctx.user(), &new)?;
            if is_same_password(&old, &new) {
                return Err(Invalid::of("password", &FieldFault::SamePassword).into());
            }
            let hash = profiles.hash(&attempt, new).await?;
            if profiles.store_password(&ctx, user, &hash).await? {
                return Ok(());
            }
            // A login may have renewed the hash of the same password.
            let user = profiles.verify_old(&ctx, &attempt, &old).await?;
            let is_stored = profiles.store_password(&ctx, user, &hash).await?;
            if is_stored { Ok(()) } else { Err(ChangePasswordError::WrongPassword) }
        })
        .await
    }

    async fn verify_old(
        &self,
        ctx: &Ctx,
        attempt: &LoginAttempt,
        old: &Secret<String>,
    ) -> Result<UserRecord, ChangePasswordError> {
        match self.sessions.verify_password(attempt, ctx.user().as_str(), old.clone()).await {
            Ok(verified) => Ok(verified.user),
            Err(refusal) => Err(self.refuse(ctx, refusal).await),
        }
    }

    async fn hash(
        &self,
        attempt: &LoginAttempt,
        new: Secret<String>,
    ) -> Result<String, ChangePasswordError> {
        let (account, address) = (attempt.account(), attempt.network());
        let check = PasswordCheck { account, address, is_known: true };
        let permit = self.sessions.passwords.acquire(check).await;
        Ok(permit.map_err(ChangePasswordError::TooManyChecks)?.hash(new).await?)
    }

    /// Stores the hash of the new password, unless that of the old one is another by now.
    async fn store_password(
        &self,
        ctx: &Ctx,
        verified: UserRecord,
        hash: &str,
    ) -> Result<bool, ChangePasswordError> {
        let name = verified.name.clone();
        let mut tx = self.store.write().await.context(OPERATION)?;
        let user = tx.users().find(&name).await.context(OPERATION)?;
        let mut user = user.ok_or(ChangePasswordError::Gone)?;
        // It was changed while the new one was hashed.
        if user.password_hash != verified.password_hash {
            return Ok(false);
        }
        user.password_hash = Some(hash.to_owned());
        user.initial_password = false;
        user.must_change_password = false;
        user.invitation = None;
        user.updated_at = now(&*self.clock);
        tx.users().update(&user).await.context(OPERATION)?;
        tx.sessions().delete_of(&name, ctx.session()).await.context(OPERATION)?;
        let action = AuditAction::UserPassword;
        let entry = audit::done(user.updated_at, ctx, action, name.as_str(), "own");
        let audited = self.audit.account_entry(&name, "", entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        // The other sessions have ended when the answer arrives. Should this fail, the reconciler
        // does it within a second.
        self.sessions.check_or_log().await;
        Ok(true)
    }

    async fn refuse(&self, ctx: &Ctx, refusal: PasswordRefusal) -> ChangePasswordError {
        match refusal {
            PasswordRefusal::Wrong => {
                let (at, name) = (now(&*self.clock), ctx.user().as_str());
                let entry =
                    audit::done(at, ctx, AuditAction::UserPassword, name, "wrong old password");
                let entry = AuditEntry { outcome: AuditOutcome::Denied, ..entry };
                match self.audit.append_failed_login(entry).await.context(OPERATION) {
                    Ok(()) => ChangePasswordError::WrongPassword,
                    Err(error) => error.into(),
                }
            }
            PasswordRefusal::Throttled(Throttled { retry_after, of, .. }) => {
                ChangePasswordError::Throttled { retry_after, of }
            }
            PasswordRefusal::TooManyChecks(reached) => ChangePasswordError::TooManyChecks(reached),
            PasswordRefusal::Internal(error) => error.into(),
        }
    }
}
