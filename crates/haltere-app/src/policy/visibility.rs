//! Which connections a principal may see, and which roles it has on each.

mod groups;
mod limits;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use haltere_core::{LabelSelector, Labels, Roles};

pub use groups::{ConnectionScope, GroupRoles};
pub use limits::{LabelsById, OutsideScope};

use super::action::Action;
use limits::Limits;

/// Which connections a principal may see, and which roles it has on each. Computed once per request, and asked by
/// everything that returns or changes connections. One that is hidden is treated as one that does not exist.
///
/// It covers what the groups of the user give and the token is not barred from, both. An administrator who sees haltere as
/// the user does sees no more than their own groups give, either.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Visibility {
    /// What the groups of the user give as of now; what outlives a request asks again when connections or groups change.
    /// `None` if no group concerns the user: all connections, with the user's own roles.
    groups: Option<Arc<GroupRoles>>,
    /// What a token is limited to. `None` if nothing limits it.
    limits: Option<Arc<Limits>>,
    /// What the groups of an administrator give who sees haltere as the user. `None` if there is none, or if no group
    /// concerns them.
    viewer: Option<Arc<GroupRoles>>,
}

impl Visibility {
    /// All connections, with the principal's own roles.
    pub const ALL: Self = Self { groups: None, limits: None, viewer: None };

    /// Only the connections with these ids.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        Self::limited(Limits::to_ids(ids))
    }

    /// Only the connections with the labels that `selector` selects, and, if there are `ids`, one of these.
    pub fn labelled<'a>(
        selector: LabelSelector,
        ids: Option<impl IntoIterator<Item = &'a str>>,
        source: Arc<dyn LabelsById>,
    ) -> Self {
        Self::limited(Limits::to_labels(selector, ids, source))
    }

    fn limited(limits: Limits) -> Self {
        Self { limits: Some(Arc::new(limits)), ..Self::ALL }
    }

    /// The same for a user whose groups give this.
    pub(crate) fn set_groups(&mut self, groups: Option<Arc<GroupRoles>>) {
        self.groups = groups;
    }

    /// The same for an administrator who sees haltere as the user, and whose groups give this.
    pub(super) fn set_viewer(&mut self, groups: Option<Arc<GroupRoles>>) {
        self.viewer = groups;
    }

    /// The roles on one connection of a principal whose own roles are `own`; `None` if it has nothing to do with the
    /// connection.
    pub fn roles_on(&self, id: &str, own: Roles) -> Option<Roles> {
        (self.is_within_limits(id) && self.viewer_sees(id)).then_some(())?;
        match &self.groups {
            None => Some(own),
            Some(groups) => groups.on(id),
        }
    }

    /// The roles on any connection at all, and on new ones, of a principal whose own roles are `own`.
    pub fn roles_on_any(&self, own: Roles) -> Roles {
        self.groups.as_ref().map_or(own, |groups| groups.on_any())
    }

    /// Whether it may be seen, if the principal may see any.
    pub fn covers(&self, id: &str) -> bool {
        self.allows(Action::ListConnections, id)
    }

    /// Whether `action` may be done to it, if the principal may do it to any.
    pub fn allows(&self, action: Action, id: &str) -> bool {
        let allowed_by = |groups: &Arc<GroupRoles>| groups.allow(action, id);
        self.is_within_limits(id)
            && self.groups.as_ref().is_none_or(allowed_by)
            && self.viewer_may(action, id)
    }

    /// Whether an administrator who sees haltere as the user may do it to this connection themselves, if there is one.
    pub(super) fn viewer_may(&self, action: Action, id: &str) -> bool {
        self.viewer.as_ref().is_none_or(|groups| groups.allow(action, id))
    }

    /// The same for any connection at all.
    pub(super) fn viewer_may_on_any(&self, action: Action) -> bool {
        self.viewer.as_ref().is_none_or(|groups| action.is_allowed_to(groups.on_any()))
    }

    fn viewer_sees(&self, id: &str) -> bool {
        self.viewer.as_ref().is_none_or(|groups| groups.on(id).is_some())
    }

    /// Whether it may be seen, or may have been: its labels may be others now, or it may be gone.
    pub(crate) fn may_have_covered(&self, id: &str) -> bool {
        self.limits.as_ref().is_none_or(|limits| limits.has_id(id))
            && self.groups.as_ref().is_none_or(|groups| groups.on(id).is_some())
            && self.viewer_sees(id)
    }

    /// Checks that a connection with this id and these labels, once it is stored, is within the limits of the token.
    pub(crate) fn check_stored(&self, id: &str, labels: &Labels) -> Result<(), OutsideScope> {
        self.limits.as_ref().map_or(Ok(()), |limits| limits.check_stored(id, labels))
    }

    /// The labels that connections have to have to be within the limits of the token.
    pub fn selector(&self) -> Option<&LabelSelector> {
        self.limits.as_ref()?.selector()
    }

    /// Whether nothing is hidden.
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }

    /// Whether groups say what may be seen and done.
    pub fn is_by_groups(&self) -> bool {
        self.groups.is_some()
    }

    /// Whether something limits the token.
    pub fn is_limited(&self) -> bool {
        self.limits.is_some()
    }

    /// Distinguishes it from others; 0 if nothing is hidden.
    pub(crate) fn fingerprint(&self) -> u64 {
        if self.is_all() {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish().max(1)
    }

    fn is_within_limits(&self, id: &str) -> bool {
        self.limits.as_ref().is_none_or(|limits| limits.cover(id))
    }
}
