//! `POST /api/profile/second-factor/recovery-codes`

use haltere_core::Secret;

use super::SecondFactorError;
use super::confirm::with_recovery_codes;
use crate::ctx::Ctx;
use crate::profile::Profiles;
use crate::tasks::to_completion;

impl Profiles {
    /// Replaces the recovery codes; the new ones. The user's other sessions end.
    pub async fn renew_recovery_codes(
        &self,
        ctx: &Ctx,
        password: Secret<String>,
        code: Secret<String>,
    ) -> Result<Vec<Secret<String>>, SecondFactorError> {
        self.authorize_own_factor(ctx).await?;
        let (profiles, ctx) = (self.clone(), ctx.clone());
        to_completion(&self.tasks, async move {
            let tx = profiles.begin_with_code(&ctx, password, &code).await?;
            let (tx, codes) = with_recovery_codes(&ctx, tx).await?;
            profiles.finish_factor(&ctx, tx, "new recovery codes").await?;
            Ok(codes)
        })
        .await
    }
}
