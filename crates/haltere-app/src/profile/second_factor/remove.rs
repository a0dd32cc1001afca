//! `DELETE /api/profile/second-factor`

use haltere_core::Secret;

use super::{OPERATION, SecondFactorError};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::profile::Profiles;
use crate::tasks::to_completion;

impl Profiles {
    /// Removes the second factor with its recovery codes. The user's other sessions end. Where one is required, the user has
    /// to set up another one before anything else.
    pub async fn remove_second_factor(
        &self,
        ctx: &Ctx,
        password: Secret<String>,
        code: Secret<String>,
    ) -> Result<(), SecondFactorError> {
        self.authorize_own_factor(ctx).await?;
        let (profiles, ctx) = (self.clone(), ctx.clone());
        to_completion(&self.tasks, async move {
            let mut tx = profiles.begin_with_code(&ctx, password, &code).await?;
            tx.second_factors().delete(ctx.user()).await.context(OPERATION)?;
            Ok(profiles.finish_factor(&ctx, tx, "removed").await?)
        })
        .await
    }
}
