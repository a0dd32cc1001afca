//! A group as others may see it.

use std::collections::BTreeSet;

use haltere_core::{AuditChanges, GroupName, LabelSelector, Role, Timestamp, UserName};
use haltere_store::{GroupMember, GroupReads, GroupRecord, StoreError};

/// A group, as others may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Unique.
    pub name: GroupName,
    pub description: Option<String>,
    /// What its members may do with its connections.
    pub role: Role,
    /// By name.
    pub members: Vec<GroupMember>,
    /// Ids, sorted.
    pub connections: Vec<String>,
    /// In addition to `connections`, those with these labels; with no term, none.
    pub label: LabelSelector,
    /// Whether its members see only its connections.
    pub narrows: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// That a user is a member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub group: GroupName,
    /// The name in the audit trail.
    pub added_by: String,
}

impl Group {
    /// All of them, by name.
    pub(super) async fn all(groups: &mut dyn GroupReads) -> Result<Vec<Self>, StoreError> {
        Ok(groups.list().await?.into_iter().map(Self::from).collect())
    }
}

impl Membership {
    /// Those of a user, by the name of the group.
    pub(crate) async fn all_of(
        groups: &mut dyn GroupReads,
        user: &UserName,
    ) -> Result<Vec<Self>, StoreError> {
        let mut memberships = Vec::new();
        for name in groups.of_user(user).await? {
            let Some(group) = groups.find(&name).await? else { continue };
            let member = group.members.into_iter().find(|member| member.user == *user);
            memberships
                .extend(member.map(|member| Self { group: group.name, added_by: member.added_by }));
        }
        Ok(memberships)
    }
}

impl From<GroupRecord> for Group {
    fn from(group: GroupRecord) -> Self {
        let GroupRecord {
            name,
            description,
            role,
            label,
            narrows,
            members,
            connections,
            created_at,
            updated_at,
        } = group;
        Self {
            name,
            description,
            role,
            members,
            connections,
            label,
            narrows,
            created_at,
            updated_at,
        }
    }
}

/// The field of a change in the audit trail that names connections.
pub(crate) const CONNECTIONS: &str = "connections";

/// What the audit trail says of a change. `None` is a group that is not there.
pub(super) fn audit_changes(
    before: Option<&GroupRecord>,
    after: Option<&GroupRecord>,
) -> AuditChanges {
    let mut changes = AuditChanges::none();
    let mut add = |field, text: &dyn Fn(&GroupRecord) -> Option<String>| {
        let (before, after) = (before.and_then(text), after.and_then(text));
        changes.add(field, before.as_deref(), after.as_deref());
    };
    add("description", &|group| group.description.clone());
    add("role", &|group| Some(group.role.as_str().to_owned()));
    add("label", &|group| Some(group.label.to_string()).filter(|text| !text.is_empty()));
    add("narrows", &|group| Some(group.narrows.to_string()));
    let members = |group: &GroupRecord| -> BTreeSet<String> {
        group.members.iter().map(|member| member.user.as_str().to_owned()).collect()
    };
    let connections =
        |group: &GroupRecord| -> BTreeSet<String> { group.connections.iter().cloned().collect() };
    let (before_users, after_users) =
        (before.map(members).unwrap_or_default(), after.map(members).unwrap_or_default());
    add_list(&mut changes, "users", &before_users, &after_users);
    let (before, after) =
        (before.map(connections).unwrap_or_default(), after.map(connections).unwrap_or_default());
    add_list(&mut changes, CONNECTIONS, &before, &after);
    changes
}

/// The longest list that is shown as a whole, in bytes. Of longer ones, only what differs is shown, after an ellipsis.
const WHOLE: usize = 200;

fn add_list(
    changes: &mut AuditChanges,
    field: &str,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) {
    let joined = |list: Vec<&str>| (!list.is_empty()).then(|| list.join(", "));
    let whole = |list: &BTreeSet<String>| joined(list.iter().map(String::as_str).collect());
    let (old, new) = (whole(before), whole(after));
    let is_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > WHOLE);
    if old == new {
        return;
    }
    if !is_long(&old) && !is_long(&new) {
        return changes.add(field, old.as_deref(), new.as_deref());
    }
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let mut list: Vec<&str> = one.difference(other).map(String::as_str).collect();
        if !one.is_disjoint(other) {
            list.insert(0, "…");
        }
        joined(list)
    };
    changes.add(field, only(before, after).as_deref(), only(after, before).as_deref());
}

#[cfg(test)]
mod tests {
    use haltere_core::ChangedValues;

    use super::*;

    #[test]
    fn of_long_lists_only_the_difference_is_shown() {
        let list = |range: std::ops::Range<u32>| -> BTreeSet<String> {
            range.map(|n| format!("connection-{n:04}")).collect()
        };
        let shown = |before: &BTreeSet<String>, after: &BTreeSet<String>| {
            let mut changes = AuditChanges::none();
            add_list(&mut changes, "connections", before, after);
            let change = changes.iter().next().cloned();
            change.map(|change| match change.values {
                ChangedValues::Shown { before, after } => {
                    (before.unwrap_or_default(), after.unwrap_or_default())
                }
                ChangedValues::Withheld(_) => panic!("withheld"),
            })
        };
        let text = |text: &str| text.to_owned();
        assert_eq!(shown(&list(0..1), &list(0..1)), None);
        let short = (text("connection-0000"), text("connection-0000, connection-0001"));
        assert_eq!(shown(&list(0..1), &list(0..2)), Some(short));
        let long = (text("…, connection-0000"), text("…, connection-0500"));
        assert_eq!(shown(&list(0..500), &list(1..501)), Some(long));
    }
}
