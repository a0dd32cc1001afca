//! Memberships that come with a login with single sign-on.

use haltere_core::{AuditAction, AuditEntry, GroupName, Timestamp, UserName};
use haltere_store::{GroupMember, GroupRecord, WriteTx};

use super::group::audit_changes;
use super::rules::MAX_MEMBERS;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::users::admins_who_see_all;

const OPERATION: &str = "update the groups of a user who comes by single sign-on";

/// Why a user did not become a member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAdded {
    #[error("there is no such group")]
    Unknown,
    #[error("the group has as many members as it can have")]
    Full,
    #[error("the last administrator can't be in a group that hides connections")]
    LastAdmin,
}

/// What has become of the memberships of a user.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// Whether something was stored.
    pub(crate) has_changed: bool,
    /// The groups that the user should be in, and is not.
    pub(crate) not_added: Vec<(GroupName, NotAdded)>,
}

/// Makes the user of `ctx` a member of the groups `wanted`, and of no others, as far as memberships came with a login: those
/// that an administrator has given stay. Audited, in `tx`.
pub(crate) async fn follow_sign_on(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    now: Timestamp,
    wanted: &[GroupName],
    local_login: bool,
) -> Result<Followed, Internal> {
    let user = ctx.user();
    let mut followed = Followed::default();
    let current = tx.groups().of_user(user).await.context(OPERATION)?;
    for name in current.iter().filter(|name| !wanted.contains(name)) {
        let Some(former) = tx.groups().find(name).await.context(OPERATION)? else { continue };
        let mut group = former.clone();
        group.members.retain(|member| member.user != *user || !member.by_sign_on);
        if group.members != former.members {
            store(tx, ctx, now, &former, group).await?;
            followed.has_changed = true;
        }
    }
    for name in wanted.iter().filter(|name| !current.contains(name)) {
        let found = tx.groups().find(name).await.context(OPERATION)?;
        match with_member(tx, user, found, local_login).await? {
            Ok((former, group)) => {
                store(tx, ctx, now, &former, group).await?;
                followed.has_changed = true;
            }
            Err(why) => followed.not_added.push((name.clone(), why)),
        }
    }
    Ok(followed)
}

/// The group as it is, and with `user`.
async fn with_member(
    tx: &mut dyn WriteTx,
    user: &UserName,
    found: Option<GroupRecord>,
    local_login: bool,
) -> Result<Result<(GroupRecord, GroupRecord), NotAdded>, Internal> {
    let Some(former) = found else { return Ok(Err(NotAdded::Unknown)) };
    if former.members.len() >= MAX_MEMBERS {
        return Ok(Err(NotAdded::Full));
    }
    if former.narrows && admins_who_see_all(tx, local_login).await? == [user.clone()] {
        return Ok(Err(NotAdded::LastAdmin));
    }
    let mut group = former.clone();
    let added_by = user.as_str().to_owned();
    group.members.push(GroupMember { user: user.clone(), added_by, by_sign_on: true });
    group.members.sort_unstable_by(|one, other| one.user.cmp(&other.user));
    Ok(Ok((former, group)))
}

async fn store(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    now: Timestamp,
    former: &GroupRecord,
    group: GroupRecord,
) -> Result<(), Internal> {
    let group = GroupRecord { updated_at: now, ..group };
    tx.groups().update(&group).await.context(OPERATION)?;
    let (action, name) = (AuditAction::GroupUpdate, group.name.as_str());
    let entry = audit::done(now, ctx, action, name, "single sign-on: users");
    let changes = audit_changes(Some(former), Some(&group));
    tx.audit().append(&AuditEntry { changes, ..entry }).await.context(OPERATION)
}
