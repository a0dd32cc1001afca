//! Login sessions, keyed by the SHA-256 of their token.

use std::net::IpAddr;

use async_trait::async_trait;
use haltere_core::{SessionHandle, SessionId, Timestamp, UserName};

use crate::StoreError;

/// A row of `sessions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The SHA-256 of the token.
    pub id: SessionId,
    /// Unique. Has nothing to do with the token.
    pub handle: SessionHandle,
    pub user: UserName,
    pub created_at: Timestamp,
    /// When it was last used, to within the interval at which uses are written.
    pub last_used_at: Timestamp,
    /// When it ends however busy it is.
    pub expires_at: Timestamp,
    /// Where its user logged in from, as far as that is known.
    pub address: Option<IpAddr>,
    /// What its user logged in with, as that program calls itself.
    pub user_agent: Option<String>,
}

/// Looking up sessions.
#[async_trait]
pub trait SessionReads: Send {
    /// The session with this id, expired or not: the application checks that.
    async fn find(&mut self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// The session that its owner knows by this handle, expired or not.
    async fn find_by_handle(
        &mut self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionRecord>, StoreError>;

    /// Up to `limit` sessions of a user, expired or not, the one used last first.
    async fn list_of(
        &mut self,
        user: &UserName,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StoreError>;

    /// The number of sessions of each user who has any, expired or not; in no order.
    async fn count(&mut self) -> Result<Vec<(UserName, u64)>, StoreError>;

    /// When any session was last used, if there is one.
    async fn last_use(&mut self) -> Result<Option<Timestamp>, StoreError>;
}

/// Changing sessions. Deleting moves [`crate::ChangeCounters::sessions`].
#[async_trait]
pub trait SessionWrites: SessionReads {
    /// Adds a session.
    async fn insert(&mut self, record: &SessionRecord) -> Result<(), StoreError>;

    /// Moves `last_used_at` forward for each of the sessions that is still there.
    async fn touch(&mut self, used: &[(SessionId, Timestamp)]) -> Result<(), StoreError>;

    /// Moves all times of all sessions by so many milliseconds: forward, or back when negative. What would be
    /// before or after all time there is stops at its end.
    async fn shift(&mut self, millis: i64) -> Result<(), StoreError>;

    /// Ends a session; whether there was one.
    async fn delete(&mut self, id: &SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of a user but `keep`; how many.
    async fn delete_of(
        &mut self,
        user: &UserName,
        keep: Option<&SessionId>,
    ) -> Result<u64, StoreError>;

    /// Removes sessions that ended before `now` or were last used before `idle_since`; how many.
    async fn delete_expired(
        &mut self,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<u64, StoreError>;
}
