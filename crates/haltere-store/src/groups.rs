//! Groups of users, and the connections that they are about.

use async_trait::async_trait;
use haltere_core::{GroupName, LabelSelector, Role, Roles, Timestamp, UserName};

use crate::StoreError;

/// A row of `user_groups`, with its members and connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    /// Unique.
    pub name: GroupName,
    pub description: Option<String>,
    /// What its members may do with its connections.
    pub role: Role,
    /// In addition to `connections`, those with these labels; with no term, none.
    pub label: LabelSelector,
    /// Whether its members see only its connections. Not so for a group that was never about any; a group whose last
    /// connection is deleted goes on narrowing.
    pub narrows: bool,
    /// By name.
    pub members: Vec<GroupMember>,
    /// Ids, sorted.
    pub connections: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    pub user: UserName,
    /// Who made the user a member: the name in the audit trail.
    pub added_by: String,
    /// Whether the membership came with a login with single sign-on, so that a later one may take it away.
    pub by_sign_on: bool,
}

/// Looking up groups.
#[async_trait]
pub trait GroupReads: Send {
    /// All groups, by name.
    async fn list(&mut self) -> Result<Vec<GroupRecord>, StoreError>;

    /// The group with this name.
    async fn find(&mut self, name: &GroupName) -> Result<Option<GroupRecord>, StoreError>;

    /// The names of the groups with this member.
    async fn of_user(&mut self, user: &UserName) -> Result<Vec<GroupName>, StoreError>;

    /// The roles that groups give this user on their connections: those of groups that narrow what members see.
    async fn roles_of(&mut self, user: &UserName) -> Result<Roles, StoreError>;

    /// The names of the groups in whose list this connection is.
    async fn of_connection(&mut self, id: &str) -> Result<Vec<GroupName>, StoreError>;
}

/// Changing groups. Each change moves [`crate::ChangeCounters::sessions`]. Members and connections go with their user and
/// connection, in the same transaction.
#[async_trait]
pub trait GroupWrites: GroupReads {
    /// Adds a group; [`StoreError::Taken`] when the name is in use. Its members and connections have to exist.
    async fn insert(&mut self, record: &GroupRecord) -> Result<(), StoreError>;

    /// Replaces all but name and `created_at`; [`StoreError::NotFound`] when there is no such group.
    async fn update(&mut self, record: &GroupRecord) -> Result<(), StoreError>;

    /// Adds connections to a group, if there is such a group; they have to exist.
    async fn add_connections(&mut self, name: &GroupName, ids: &[&str]) -> Result<(), StoreError>;

    /// Removes a group; whether there was one.
    async fn delete(&mut self, name: &GroupName) -> Result<bool, StoreError>;
}
