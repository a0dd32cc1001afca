//! `DELETE /api/profile/second-factor/reset`

use super::{OPERATION, SecondFactorError};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::profile::Profiles;

impl Profiles {
    /// Notes that the user has seen that an administrator removed their second factor.
    pub async fn dismiss_second_factor_reset(&self, ctx: &Ctx) -> Result<(), SecondFactorError> {
        self.authorize_own_factor(ctx).await?;
        let mut tx = self.store.write().await.context(OPERATION)?;
        if tx.second_factors().forget_reset(ctx.user()).await.context(OPERATION)? {
            self.commit_factor(ctx, tx, "reset seen").await?;
        }
        Ok(())
    }
}
