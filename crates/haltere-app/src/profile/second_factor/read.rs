//! What a profile says of the second factor.

use haltere_store::{ReadTx, SecondFactorReset, UserRecord};

use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::profile::Profiles;
use crate::second_factor::{concerns, is_required};

/// The second factor of a user with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSecondFactor {
    /// Whether there is one.
    pub enabled: bool,
    pub recovery_codes_left: u64,
    /// Whether it is required of the caller.
    pub required: bool,
    /// That an administrator has removed it, until the user dismisses that.
    pub reset: Option<SecondFactorReset>,
}

impl Profiles {
    pub(in crate::profile) async fn second_factor_of(
        &self,
        read: &mut dyn ReadTx,
        ctx: &Ctx,
        user: &UserRecord,
    ) -> Result<Option<OwnSecondFactor>, Internal> {
        const OPERATION: &str = "look a second factor up";
        if user.password_hash.is_none() {
            return Ok(None);
        }
        let required_for = self.sessions.settings.second_factor_for;
        let required = is_required(read, user, required_for).await.context(OPERATION)?
            && concerns(read, user, ctx.session()).await.context(OPERATION)?;
        let factors = read.second_factors();
        Ok(Some(OwnSecondFactor {
            enabled: user.has_second_factor,
            recovery_codes_left: factors
                .recovery_codes_left(&user.name)
                .await
                .context(OPERATION)?,
            required,
            reset: factors.reset_of(&user.name).await.context(OPERATION)?,
        }))
    }
}
