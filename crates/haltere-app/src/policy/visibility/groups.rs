//! What groups give their members.

use std::collections::{BTreeMap, BTreeSet};

use haltere_core::{LabelSelector, Labels, Roles};

use super::super::action::Action;

/// The roles that groups give a member. The user's own roles don't count for connections.
///
/// What a [`ConnectionScope`] selects by labels is looked up when it is computed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct GroupRoles {
    /// On any connection at all.
    any: Roles,
    /// By the id of each connection.
    each: BTreeMap<Box<str>, Roles>,
}

/// Which connections are meant: those in a list, and those with some labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionScope {
    pub ids: BTreeSet<Box<str>>,
    /// Without a term, none.
    pub label: LabelSelector,
}

impl ConnectionScope {
    /// Whether a connection with this id and these labels is meant.
    pub fn contains(&self, id: &str, labels: &Labels) -> bool {
        self.ids.contains(id) || (!self.label.is_empty() && self.label.matches(labels))
    }
}

impl GroupRoles {
    /// Of these connections, only those in one of the scopes, with the roles of each scope they are in.
    pub fn of<'a>(
        scopes: &[(&ConnectionScope, Roles)],
        connections: impl IntoIterator<Item = (&'a str, &'a Labels)>,
    ) -> Self {
        let any = scopes.iter().fold(Roles::default(), |any, (_, roles)| any.and(*roles));
        let roles_on = |id: &str, labels: &Labels| {
            let of = scopes.iter().filter(|(scope, _)| scope.contains(id, labels));
            of.map(|(_, roles)| *roles).reduce(Roles::and)
        };
        let each = connections.into_iter();
        let each = each.filter_map(|(id, labels)| Some((id.into(), roles_on(id, labels)?)));
        Self { any, each: each.collect() }
    }

    /// The roles on one connection; `None` if it is none of theirs.
    pub(super) fn on(&self, id: &str) -> Option<Roles> {
        self.each.get(id).copied()
    }

    /// Whether `action` may be done to one connection.
    pub(super) fn allow(&self, action: Action, id: &str) -> bool {
        self.on(id).is_some_and(|roles| action.is_allowed_to(roles))
    }

    /// The roles on any connection at all.
    pub(super) fn on_any(&self) -> Roles {
        self.any
    }

    /// Whether a user who had `before` may see or do less with `later`, of what there still is. `None` is what no group
    /// concerns: the user's own roles, which may be less than those of groups.
    pub(crate) fn loses(
        before: Option<&Self>,
        later: Option<&Self>,
        still_exists: impl Fn(&str) -> bool,
    ) -> bool {
        match (before, later) {
            (Some(before), Some(later)) => before.loses_by(later, still_exists),
            (before, later) => before.is_some() || later.is_some(),
        }
    }

    fn loses_by(&self, later: &Self, still_exists: impl Fn(&str) -> bool) -> bool {
        let mut each = self.each.iter();
        let is_lost = each.any(|(id, roles)| {
            let now = later.on(id).unwrap_or_default();
            !now.includes(*roles) && still_exists(id)
        });
        is_lost || !later.any.includes(self.any)
    }
}
