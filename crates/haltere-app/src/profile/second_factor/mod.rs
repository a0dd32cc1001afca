//! One's own second factor: `/api/profile/second-factor`.

mod begin;
mod confirm;
mod dismiss_reset;
mod read;
mod recovery_codes;
mod remove;

use std::time::Duration;

use haltere_core::quota::QuotaExceeded;
use haltere_core::{AuditAction, Secret};
use haltere_store::WriteTx;

use super::Profiles;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::now::now;
use crate::policy::{Action, Resource};
use crate::second_factor::{CodeCheck, check};
use crate::sessions::{LoginAttempt, PasswordRefusal, Throttled};

pub use begin::SecondFactorSetup;
pub use read::OwnSecondFactor;

const OPERATION: &str = "change one's own second factor";

/// Why the second factor is as before.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("the password is wrong")]
    WrongPassword,
    /// It is wrong, was used, or has expired.
    #[error("the code is wrong")]
    WrongCode,
    /// Too many wrong passwords and codes.
    #[error("too many wrong passwords and codes, try again in {} s", .retry_after.as_secs())]
    Throttled {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
        /// Whose failures they were: the user's or those from the address.
        of: QuotaExceeded,
    },
    /// Too many passwords are waiting to be verified.
    #[error("too many passwords are waiting to be verified")]
    TooManyChecks(QuotaExceeded),
    #[error("there is a second factor already")]
    AlreadySetUp,
    /// There is none, or its setup was not begun.
    #[error("there is no second factor")]
    NotSetUp,
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl From<Throttled> for SecondFactorError {
    fn from(Throttled { retry_after, of, .. }: Throttled) -> Self {
        Self::Throttled { retry_after, of }
    }
}

impl Profiles {
    async fn authorize_own_factor(&self, ctx: &Ctx) -> Result<(), NotAllowed> {
        let resource = Resource::User(ctx.user().as_str());
        self.authorizer.authorize(ctx, Action::ChangeOwnSecondFactor, resource).await
    }

    fn attempt(ctx: &Ctx) -> LoginAttempt {
        LoginAttempt::new(ctx.user().as_str(), ctx.origin.address)
    }

    /// Begins a change by a user who gives the password and a code, which is used up in it. Wrong ones count as they do at a
    /// login.
    async fn begin_with_code(
        &self,
        ctx: &Ctx,
        password: Secret<String>,
        code: &Secret<String>,
    ) -> Result<Box<dyn WriteTx>, SecondFactorError> {
        let (attempt, name) = (Self::attempt(ctx), ctx.user());
        let verified = self.sessions.verify_counted(&attempt, name.as_str(), password).await;
        let counted = match verified {
            Ok((_, counted)) => counted,
            Err(refusal) => return Err(self.refuse_factor(ctx, refusal).await),
        };
        let checked = self.check_code(ctx, code).await;
        let (throttle, steady) = (&self.sessions.throttle, self.clock.steady());
        match checked {
            Ok((tx, CodeCheck::Right(_))) => {
                throttle.succeeded(&counted, steady);
                Ok(tx)
            }
            Ok((_, CodeCheck::NotSetUp)) => {
                throttle.refund(&counted, steady);
                Err(SecondFactorError::NotSetUp)
            }
            Ok((tx, CodeCheck::Missing | CodeCheck::Wrong)) => {
                // The entry has a transaction of its own.
                drop(tx);
                self.audit_wrong(ctx, "wrong code").await?;
                Err(SecondFactorError::WrongCode)
            }
            Err(error) => {
                throttle.refund(&counted, steady);
                Err(error.into())
            }
        }
    }

    async fn check_code(
        &self,
        ctx: &Ctx,
        code: &Secret<String>,
    ) -> Result<(Box<dyn WriteTx>, CodeCheck), Internal> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let (vault, now) = (&self.fleet.vault, now(&*self.clock));
        let checked = check(&mut *tx, vault, ctx.user(), Some(code), now).await?;
        Ok((tx, checked))
    }

    /// Ends the user's other sessions, audits what was done in `tx`, and commits it.
    async fn finish_factor(
        &self,
        ctx: &Ctx,
        mut tx: Box<dyn WriteTx>,
        detail: &'static str,
    ) -> Result<(), Internal> {
        tx.sessions().delete_of(ctx.user(), ctx.session()).await.context(OPERATION)?;
        self.commit_factor(ctx, tx, detail).await?;
        // The other sessions have ended, and this one may do everything again, when the answer arrives. Should this fail, the
        // reconciler does it within a second.
        self.sessions.check_or_log().await;
        Ok(())
    }

    async fn commit_factor(
        &self,
        ctx: &Ctx,
        mut tx: Box<dyn WriteTx>,
        detail: &'static str,
    ) -> Result<(), Internal> {
        let (at, name) = (now(&*self.clock), ctx.user());
        let entry = audit::done(at, ctx, AuditAction::UserSecondFactor, name.as_str(), detail);
        let audited = self.audit.account_entry(name, detail, entry);
        audited.write(&mut *tx).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        audited.committed();
        Ok(())
    }

    async fn audit_wrong(&self, ctx: &Ctx, why: &str) -> Result<(), Internal> {
        let (at, name) = (now(&*self.clock), ctx.user());
        let entry = audit::denied(at, ctx, AuditAction::UserSecondFactor, name.as_str(), why);
        self.audit.append_failed_login(entry).await.context(OPERATION)
    }

    async fn refuse_factor(&self, ctx: &Ctx, refusal: PasswordRefusal) -> SecondFactorError {
        match refusal {
            PasswordRefusal::Wrong => match self.audit_wrong(ctx, "wrong password").await {
                Ok(()) => SecondFactorError::WrongPassword,
                Err(error) => error.into(),
            },
            PasswordRefusal::Throttled(throttled) => throttled.into(),
            PasswordRefusal::TooManyChecks(reached) => SecondFactorError::TooManyChecks(reached),
            PasswordRefusal::Internal(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests;
