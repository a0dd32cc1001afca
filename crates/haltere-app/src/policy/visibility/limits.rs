//! What limits a token to some connections.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use haltere_core::{LabelSelector, Labels};

/// Which connections a token is limited to: those with some ids, with some labels, or both.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Limits {
    ids: Option<BTreeSet<Box<str>>>,
    labels: Option<LabelsOfConnections>,
}

/// The labels that connections must have when it is asked. Which have them may change while a stream is open.
struct LabelsOfConnections {
    selector: LabelSelector,
    source: Arc<dyn LabelsById>,
}

/// Knows the labels of connections.
pub trait LabelsById: Send + Sync {
    /// Whether there is a connection with this id, and its labels are known and match.
    fn matches(&self, id: &str, selector: &LabelSelector) -> bool;
}

/// A connection would not be one of those that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.field(), self.reason())]
pub enum OutsideScope {
    Id,
    Labels(LabelSelector),
}

impl Limits {
    pub(super) fn to_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        Self { ids: Some(ids.into_iter().map(Box::from).collect()), labels: None }
    }

    pub(super) fn to_labels<'a>(
        selector: LabelSelector,
        ids: Option<impl IntoIterator<Item = &'a str>>,
        source: Arc<dyn LabelsById>,
    ) -> Self {
        let ids = ids.map(|ids| ids.into_iter().map(Box::from).collect());
        Self { ids, labels: Some(LabelsOfConnections { selector, source }) }
    }

    /// Whether a connection with this id is one of those.
    pub(super) fn cover(&self, id: &str) -> bool {
        let has_labels = |it: &LabelsOfConnections| it.source.matches(id, &it.selector);
        self.has_id(id) && self.labels.as_ref().is_none_or(has_labels)
    }

    /// Whether it may be one of those, whatever its labels are.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(id))
    }

    pub(super) fn check_stored(&self, id: &str, labels: &Labels) -> Result<(), OutsideScope> {
        if !self.has_id(id) {
            return Err(OutsideScope::Id);
        }
        match self.selector().filter(|selector| !selector.matches(labels)) {
            Some(selector) => Err(OutsideScope::Labels(selector.clone())),
            None => Ok(()),
        }
    }

    pub(super) fn selector(&self) -> Option<&LabelSelector> {
        self.labels.as_ref().map(|it| &it.selector)
    }
}

impl OutsideScope {
    /// The field that is wrong, as it is called on the wire.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Labels(_) => "labels",
        }
    }

    /// What is wrong with it; completes "`<field>`: …".
    pub fn reason(&self) -> String {
        match self {
            Self::Id => "must be one of the ids that the token is limited to".to_owned(),
            Self::Labels(selector) => {
                format!("must match {selector}, which the token is limited to")
            }
        }
    }
}

impl fmt::Debug for LabelsOfConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { selector, source: _ } = self;
        f.debug_struct("LabelsOfConnections").field("selector", selector).finish_non_exhaustive()
    }
}

/// All of a server have the same source.
impl PartialEq for LabelsOfConnections {
    fn eq(&self, other: &Self) -> bool {
        self.selector == other.selector
    }
}

impl Eq for LabelsOfConnections {}

impl Hash for LabelsOfConnections {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.selector.hash(state);
    }
}
