//! What has to hold for groups.

use haltere_core::text::{TextError, check_visible};
use haltere_core::{GroupName, UserName};
use haltere_store::{GroupReads, WriteTx};

use super::GroupError;
use crate::error::{ErrorContext, FieldFault, Internal, Invalid};
use crate::users::admins_who_see_all;

/// The most groups there are. All of them are kept in memory.
pub const MAX_GROUPS: usize = 1_000;
/// The most members of a group.
pub const MAX_MEMBERS: usize = 1_000;
/// The most connections in the list of a group. Labels can select more.
pub const MAX_CONNECTIONS: usize = 1_000;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 1_000;

/// There has to be capacity for one more.
pub(super) async fn check_count(groups: &mut dyn GroupReads) -> Result<(), GroupError> {
    let groups = groups.list().await.context("count groups")?;
    if groups.len() < MAX_GROUPS { Ok(()) } else { Err(GroupError::TooMany) }
}

/// The name of a new group.
pub(super) fn check_name(name: &GroupName) -> Result<(), Invalid> {
    name.check_new().map_err(|why| Invalid::of("name", &why))
}

/// A new description. It may have several lines.
pub(super) fn check_description(description: Option<&str>) -> Result<(), Invalid> {
    let Some(text) = description.filter(|text| !text.is_empty()) else { return Ok(()) };
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(Invalid::of("description", &FieldFault::TooLong { max: MAX_DESCRIPTION }));
    }
    if text.contains(|letter: char| letter != '\n' && letter.is_control()) {
        return Err(Invalid::of("description", &TextError::ControlCharacter));
    }
    check_visible(text).map_err(|why| Invalid::of("description", &why))
}

/// Checks that a change leaves an administrator who sees all connections. Made before the change, and asked after it.
pub(super) struct LastAdminRule {
    before: Vec<UserName>,
    local_login: bool,
}

impl LastAdminRule {
    pub(super) async fn before(tx: &mut dyn WriteTx, local_login: bool) -> Result<Self, Internal> {
        Ok(Self { before: admins_who_see_all(tx, local_login).await?, local_login })
    }

    pub(super) async fn check_after(self, tx: &mut dyn WriteTx) -> Result<(), GroupError> {
        // Without one before, the change is not what takes the last one away.
        if self.before.is_empty() || !admins_who_see_all(tx, self.local_login).await?.is_empty() {
            return Ok(());
        }
        Err(GroupError::LastAdmin)
    }
}
