//! Which connections a stream is about.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use haltere_app::connections::{Entry, Listing};
use haltere_core::LabelSelector;

/// What a stream with `label` selects, and what its client knows of it: for such a client, a connection that no longer
/// has the labels is gone.
///
/// Without a selector nothing is remembered, and every connection is selected.
pub(super) struct Selection {
    labels: LabelSelector,
    /// Whether the client has a connection, by the hash of its id: a stream may be about ten thousand of them.
    known: HashMap<u64, bool>,
    /// Whether the client may have connections that are not in `known`, from before it came back.
    may_have_others: bool,
    hasher: RandomState,
}

impl Selection {
    /// What about a client is remembered takes about this many bytes per connection.
    pub(super) const ENTRY: usize = 2 * size_of::<(u64, bool)>();

    pub(super) fn new(labels: LabelSelector) -> Self {
        let (known, hasher) = (HashMap::new(), RandomState::new());
        Self { labels, known, may_have_others: true, hasher }
    }

    pub(super) fn labels(&self) -> &LabelSelector {
        &self.labels
    }

    /// The client is about to get all of `listing`, and nothing else is left.
    pub(super) fn reset(&mut self, listing: Option<&Listing>) {
        self.known.clear();
        self.may_have_others = false;
        if self.labels.is_empty() {
            return;
        }
        for entry in listing.iter().flat_map(|listing| &*listing.entries) {
            self.known.insert(self.hasher.hash_one(entry.id()), true);
        }
    }

    /// Whether a connection that is there is one of the client's from now on.
    pub(super) fn takes(&mut self, entry: &Entry) -> bool {
        if self.labels.is_empty() {
            return true;
        }
        let is_selected = self.labels.matches(entry.labels());
        if is_selected {
            self.known.insert(self.hasher.hash_one(entry.id()), true);
        }
        is_selected
    }

    /// Whether a connection that is gone or not selected has to be removed from the client's. It is not one of them from
    /// now on.
    pub(super) fn removes(&mut self, id: &str) -> bool {
        if self.labels.is_empty() {
            return true;
        }
        let hash = self.hasher.hash_one(id);
        if self.may_have_others {
            return self.known.insert(hash, false).unwrap_or(true);
        }
        self.known.remove(&hash).unwrap_or(false)
    }
}
