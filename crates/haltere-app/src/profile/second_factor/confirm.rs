//! `PUT /api/profile/second-factor`

use haltere_core::Secret;
use haltere_store::{SecondFactorRecord, WriteTx};

use super::{OPERATION, SecondFactorError};
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::now::now;
use crate::profile::Profiles;
use crate::second_factor::{find_step, generate_recovery_codes, one_time_password, open};
use crate::tasks::to_completion;

impl Profiles {
    /// Confirms the second factor with a first code; the recovery codes. From here on it is asked for, and the user's other
    /// sessions have ended.
    pub async fn confirm_second_factor(
        &self,
        ctx: &Ctx,
        code: Secret<String>,
    ) -> Result<Vec<Secret<String>>, SecondFactorError> {
        self.authorize_own_factor(ctx).await?;
        let (profiles, ctx) = (self.clone(), ctx.clone());
        let job = async move { profiles.store_confirmed(&ctx, &code).await };
        to_completion(&self.tasks, job).await
    }

    async fn store_confirmed(
        &self,
        ctx: &Ctx,
        code: &Secret<String>,
    ) -> Result<Vec<Secret<String>>, SecondFactorError> {
        let throttle = &self.sessions.throttle;
        let counted = throttle.count(&Self::attempt(ctx), self.clock.steady())?;
        let confirmed = self.try_confirm(ctx, code).await;
        if !matches!(confirmed, Err(SecondFactorError::WrongCode)) {
            throttle.refund(&counted, self.clock.steady());
        }
        let tx = confirmed?;
        let (tx, codes) = with_recovery_codes(ctx, tx).await?;
        self.finish_factor(ctx, tx, "set up").await?;
        Ok(codes)
    }

    async fn try_confirm(
        &self,
        ctx: &Ctx,
        code: &Secret<String>,
    ) -> Result<Box<dyn WriteTx>, SecondFactorError> {
        let mut tx = self.store.write().await.context(OPERATION)?;
        let record = tx.second_factors().find(ctx.user()).await.context(OPERATION)?;
        let record = record.ok_or(SecondFactorError::NotSetUp)?;
        if record.confirmed_at.is_some() {
            return Err(SecondFactorError::AlreadySetUp);
        }
        let secret = open(&self.fleet.vault, &record).context(OPERATION)?;
        let now = now(&*self.clock);
        let step = one_time_password(code)
            .and_then(|digits| find_step(&secret, &digits, now, record.last_step))
            .ok_or(SecondFactorError::WrongCode)?;
        let confirmed = SecondFactorRecord { confirmed_at: Some(now), last_step: step, ..record };
        tx.second_factors().put(&confirmed).await.context(OPERATION)?;
        Ok(tx)
    }
}

/// Replaces the caller's recovery codes in `tx`.
pub(super) async fn with_recovery_codes(
    ctx: &Ctx,
    mut tx: Box<dyn WriteTx>,
) -> Result<(Box<dyn WriteTx>, Vec<Secret<String>>), Internal> {
    let codes = generate_recovery_codes();
    tx.second_factors().set_recovery_codes(ctx.user(), &codes.ids).await.context(OPERATION)?;
    Ok((tx, codes.texts))
}
