//! Users and their password hashes.

use async_trait::async_trait;
use haltere_core::{Roles, Timestamp, UserName};

use crate::StoreError;

/// A row of `users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Unique.
    pub name: UserName,
    /// Argon2id in PHC string form.
    pub password_hash: String,
    /// Whether the password is the one that the first start generated.
    pub initial_password: bool,
    /// At least one.
    pub roles: Roles,
    pub created_at: Timestamp,
    /// When password or roles last changed.
    pub updated_at: Timestamp,
}

/// Looking up users.
#[async_trait]
pub trait UserReads: Send {
    /// All users, by name.
    async fn list(&mut self) -> Result<Vec<UserRecord>, StoreError>;

    /// The user with this name.
    async fn find(&mut self, name: &UserName) -> Result<Option<UserRecord>, StoreError>;
}

/// Changing users.
#[async_trait]
pub trait UserWrites: UserReads {
    /// Adds a user; [`StoreError::Taken`] when the name is in use.
    async fn insert(&mut self, record: &UserRecord) -> Result<(), StoreError>;

    /// Replaces all but name and `created_at`; [`StoreError::NotFound`] when there is no such user.
    async fn update(&mut self, record: &UserRecord) -> Result<(), StoreError>;

    /// Removes a user (and, through [`crate::SessionWrites::delete_of`], nothing else); whether there was one.
    async fn delete(&mut self, name: &UserName) -> Result<bool, StoreError>;
}
