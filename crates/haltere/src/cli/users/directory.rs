//! Users, wherever they are.

use haltere_app::users::{NewUser, UserChange};
use haltere_core::{Secret, Timestamp, UserName};

/// The users of a haltere: in the data folder, or at the remote one.
pub(super) trait UserDirectory {
    /// All users, by name.
    async fn list(&self) -> anyhow::Result<Vec<ListedUser>>;

    async fn add(&self, new: NewUser) -> anyhow::Result<()>;

    async fn change(&self, name: &UserName, change: UserChange) -> anyhow::Result<()>;

    async fn invite(&self, name: &UserName) -> anyhow::Result<Invitation>;

    async fn end_sessions(&self, name: &UserName) -> anyhow::Result<()>;

    async fn reset_second_factor(&self, name: &UserName) -> anyhow::Result<()>;

    /// Lets a user log in with a password even where local login is off, or not any more.
    async fn set_break_glass(&self, name: &UserName, is_excepted: bool) -> anyhow::Result<()>;

    async fn remove(&self, name: &UserName) -> anyhow::Result<()>;
}

/// A user as a list shows them.
#[expect(clippy::struct_excessive_bools, reason = "each is a word in the list")]
pub(super) struct ListedUser {
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) disabled: bool,
    pub(super) must_change_password: bool,
    pub(super) has_password: bool,
    pub(super) has_second_factor: bool,
    pub(super) invited: bool,
    /// Whether they may log in with a password even where local login is off. A remote haltere does not say it.
    pub(super) is_excepted: bool,
}

/// What sets a password, once.
pub(super) struct Invitation {
    pub(super) token: Secret<String>,
    pub(super) expires_at: Timestamp,
}
