//! Single sign-on: whose users are known to the provider, which sessions began with it, and who may log in without it.

use async_trait::async_trait;
use haltere_core::{SessionId, Timestamp, UserName};

use crate::StoreError;

/// A row of `identities`: the user of haltere who is this user of the provider. Goes with the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    /// Of each user there is one at most.
    pub user: UserName,
    /// Unique together with `subject`.
    pub issuer: String,
    /// The user's permanent id at the issuer (`sub`).
    pub subject: String,
}

/// A row of `signed_on_sessions`: a session that began with single sign-on. Goes with the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedOnRecord {
    pub session: SessionId,
    pub issuer: String,
    pub subject: String,
    /// The session at the issuer, if it has said which.
    pub provider_session: Option<String>,
}

/// Looking up single sign-on.
#[async_trait]
pub trait SignOnReads: Send {
    /// The user of haltere who is `subject` at `issuer`.
    async fn find_user(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<UserName>, StoreError>;

    /// Who a user of haltere is.
    async fn identity_of(&mut self, user: &UserName) -> Result<Option<IdentityRecord>, StoreError>;

    /// Whether single sign-on has disabled a user for lack of a role.
    async fn lacks_role(&mut self, user: &UserName) -> Result<bool, StoreError>;

    /// How a session began; `None` if not with single sign-on.
    async fn session(&mut self, id: &SessionId) -> Result<Option<SignedOnRecord>, StoreError>;

    /// The sessions of `subject`, or only those that belong to `provider_session`, or those that fit both; of those of which
    /// the session at the issuer is not known, `subject` says enough. Those of a subject alone have begun at `begun_by` or
    /// before.
    async fn sessions(
        &mut self,
        issuer: &str,
        subject: Option<&str>,
        provider_session: Option<&str>,
        begun_by: Timestamp,
    ) -> Result<Vec<(SessionId, UserName)>, StoreError>;

    /// The users who may log in with their password even where local login is off, by name.
    async fn break_glass(&mut self) -> Result<Vec<UserName>, StoreError>;
}

/// Changing single sign-on.
#[async_trait]
pub trait SignOnWrites: SignOnReads {
    /// Notes who a user is, in place of what was known.
    async fn set_identity(&mut self, record: &IdentityRecord) -> Result<(), StoreError>;

    /// Notes whether single sign-on has disabled a user for lack of a role. Nothing if the user has no identity.
    async fn set_lacks_role(&mut self, user: &UserName, lacks: bool) -> Result<(), StoreError>;

    /// Notes how a session began. The session is there.
    async fn insert_session(&mut self, record: &SignedOnRecord) -> Result<(), StoreError>;

    /// Says whether a user, who is there, may log in with their password even where local login is off; whether that is
    /// a change.
    async fn set_break_glass(&mut self, user: &UserName, may: bool) -> Result<bool, StoreError>;
}
