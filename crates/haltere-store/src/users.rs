//! Users and their password hashes.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haltere_core::{Roles, Timestamp, UserName};

use crate::StoreError;

/// A row of `users`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct UserRecord {
    /// Unique.
    pub name: UserName,
    /// Argon2id in PHC string form; `None` for a user who has no password yet.
    pub password_hash: Option<String>,
    /// Whether the password is the one that the first start generated.
    pub initial_password: bool,
    /// At least one.
    pub roles: Roles,
    /// Whether the user can't log in for now.
    pub disabled: bool,
    /// Whether the user may do nothing but change the password.
    pub must_change_password: bool,
    /// Not part of an update: see [`UserWrites::set_last_login`].
    pub last_login_at: Option<Timestamp>,
    pub invitation: Option<Invitation>,
    /// Whether a code is asked for at a login. Neither part of an update nor of an insert: see [`crate::second_factors`].
    pub has_second_factor: bool,
    pub created_at: Timestamp,
    /// When an administrator, or the user, last changed something.
    pub updated_at: Timestamp,
}

/// A link by which a user can set a password, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub expires_at: Timestamp,
}

/// Names an invitation without being its token: the SHA-256 of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationId(pub [u8; 32]);

/// Looking up users.
#[async_trait]
pub trait UserReads: Send {
    /// All users, by name.
    async fn list(&mut self) -> Result<Vec<UserRecord>, StoreError>;

    /// The user with this name.
    async fn find(&mut self, name: &UserName) -> Result<Option<UserRecord>, StoreError>;

    /// The user with this invitation, expired or not.
    async fn find_invited(&mut self, id: &InvitationId) -> Result<Option<UserRecord>, StoreError>;

    /// How a user wants to see the console: values by name.
    async fn preferences(
        &mut self,
        user: &UserName,
    ) -> Result<BTreeMap<String, String>, StoreError>;
}

/// Changing users.
#[async_trait]
pub trait UserWrites: UserReads {
    /// Adds a user; [`StoreError::Taken`] when the name is in use.
    async fn insert(&mut self, record: &UserRecord) -> Result<(), StoreError>;

    /// Replaces all but name, `created_at`, `last_login_at` and the second factor; [`StoreError::NotFound`] when there is no such user.
    async fn update(&mut self, record: &UserRecord) -> Result<(), StoreError>;

    /// Notes a login, if there is such a user. Does not move [`crate::ChangeCounters::sessions`].
    async fn set_last_login(&mut self, name: &UserName, at: Timestamp) -> Result<(), StoreError>;

    /// Sets, or removes, one of the preferences of a user, who has to exist. Does not move
    /// [`crate::ChangeCounters::sessions`].
    async fn set_preference(
        &mut self,
        user: &UserName,
        name: &str,
        value: Option<&str>,
    ) -> Result<(), StoreError>;

    /// Removes a user, their preferences and their memberships in groups; whether there was one. Sessions and tokens are the task of the caller.
    async fn delete(&mut self, name: &UserName) -> Result<bool, StoreError>;
}
