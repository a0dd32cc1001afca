//! `POST /api/profile/second-factor`

use haltere_core::{Secret, UserName};
use haltere_store::SecondFactorRecord;

use super::{OPERATION, SecondFactorError};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::profile::Profiles;
use crate::second_factor::{generate_secret, seal, secret_text, uri};
use crate::tasks::to_completion;

/// What an app for one-time passwords needs to know. Not shown again.
#[derive(Debug)]
pub struct SecondFactorSetup {
    /// In base32, to type it in.
    pub secret: Secret<String>,
    /// `otpauth://…`, for a QR code.
    pub uri: Secret<String>,
}

impl Profiles {
    /// Begins to set up a second factor, in place of an earlier attempt. It counts once a code has confirmed it.
    pub async fn begin_second_factor(
        &self,
        ctx: &Ctx,
        password: Secret<String>,
    ) -> Result<SecondFactorSetup, SecondFactorError> {
        self.authorize_own_factor(ctx).await?;
        let (profiles, ctx) = (self.clone(), ctx.clone());
        let job = async move { profiles.store_unconfirmed(&ctx, password).await };
        to_completion(&self.tasks, job).await
    }

    async fn store_unconfirmed(
        &self,
        ctx: &Ctx,
        password: Secret<String>,
    ) -> Result<SecondFactorSetup, SecondFactorError> {
        let verified =
            self.sessions.verify_password(&Self::attempt(ctx), ctx.user().as_str(), password).await;
        let user: UserName = match verified {
            Ok(verified) => verified.user.name,
            Err(refusal) => return Err(self.refuse_factor(ctx, refusal).await),
        };
        let secret = generate_secret();
        let mut tx = self.store.write().await.context(OPERATION)?;
        let known = tx.second_factors().find(&user).await.context(OPERATION)?;
        if known.is_some_and(|known| known.confirmed_at.is_some()) {
            return Err(SecondFactorError::AlreadySetUp);
        }
        let record = SecondFactorRecord {
            secret: seal(&self.fleet.vault, &user, &secret),
            user: user.clone(),
            confirmed_at: None,
            last_step: 0,
        };
        tx.second_factors().put(&record).await.context(OPERATION)?;
        self.commit_factor(ctx, tx, "begun").await?;
        let secret = secret_text(&secret);
        Ok(SecondFactorSetup { uri: uri(&user, &secret), secret })
    }
}
