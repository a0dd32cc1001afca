//! Second factors of users: time-based one-time passwords (TOTP), and codes for the day on which the device is lost.

use async_trait::async_trait;
use haltere_core::{Timestamp, UserName};

use crate::{Sealed, StoreError};

/// A row of `second_factors`. Goes with the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactorRecord {
    /// Of each user there is one at most.
    pub user: UserName,
    /// What codes are computed from.
    pub secret: Sealed,
    /// When the user gave the first code; until then, no code is asked for.
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was accepted; only later ones are.
    pub last_step: i64,
}

/// Names a recovery code without being it: the SHA-256 of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryCodeId(pub [u8; 32]);

/// A row of `second_factor_resets`: what a user is to see of a reset. Goes with the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactorReset {
    pub user: UserName,
    pub at: Timestamp,
    /// The administrator, as in the audit trail.
    pub by: String,
}

/// Looking up second factors.
#[async_trait]
pub trait SecondFactorReads: Send {
    /// All of them, confirmed or not, by user.
    async fn list(&mut self) -> Result<Vec<SecondFactorRecord>, StoreError>;

    /// The one of a user, confirmed or not.
    async fn find(&mut self, user: &UserName) -> Result<Option<SecondFactorRecord>, StoreError>;

    /// How many recovery codes a user has left.
    async fn recovery_codes_left(&mut self, user: &UserName) -> Result<u64, StoreError>;

    /// What a user has not dismissed yet.
    async fn reset_of(&mut self, user: &UserName) -> Result<Option<SecondFactorReset>, StoreError>;
}

/// Changing second factors.
#[async_trait]
pub trait SecondFactorWrites: SecondFactorReads {
    /// Stores the one of a user, who is there, in place of an earlier one. Recovery codes stay.
    async fn put(&mut self, record: &SecondFactorRecord) -> Result<(), StoreError>;

    /// Notes that the code of `step` was accepted; `false`, and nothing changes, if that one or a later one was before.
    async fn accept_step(&mut self, user: &UserName, step: i64) -> Result<bool, StoreError>;

    /// Replaces the recovery codes of a user who has a second factor.
    async fn set_recovery_codes(
        &mut self,
        user: &UserName,
        codes: &[RecoveryCodeId],
    ) -> Result<(), StoreError>;

    /// Removes a recovery code; whether it was one of the user's.
    async fn use_recovery_code(
        &mut self,
        user: &UserName,
        code: &RecoveryCodeId,
    ) -> Result<bool, StoreError>;

    /// Removes the one of a user with its recovery codes; whether there was one.
    async fn delete(&mut self, user: &UserName) -> Result<bool, StoreError>;

    /// Notes what the user, who is there, is to see of a reset, in place of an earlier one.
    async fn note_reset(&mut self, reset: &SecondFactorReset) -> Result<(), StoreError>;

    /// The user has seen it; whether there was something to see.
    async fn forget_reset(&mut self, user: &UserName) -> Result<bool, StoreError>;
}
