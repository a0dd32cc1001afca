//! What the writers know: the model that haltere is compared with.

use std::collections::BTreeMap;

use e2e::Client;
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;

/// What all writers know together.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Known>);

/// What is known of everything that can be written.
#[derive(Default)]
pub(super) struct Known {
    /// By id. A connection belongs to one writer, which writes one thing after the other.
    pub(super) connections: BTreeMap<String, Subject>,
    /// Sessions whose login was answered, and not their logout.
    pub(super) sessions: Vec<(Client, Expected)>,
    /// The requests of answered logins and logouts since the last comparison.
    pub(super) answered: Vec<Entry>,
    /// Logins whose answer never came: each may have made a session whose cookie was lost.
    pub(super) logins_under_way: usize,
    /// Likewise logouts.
    pub(super) logouts_under_way: usize,
}

/// An entry of the audit trail: its action and the request's id.
pub(super) type Entry = (&'static str, String);

/// One thing that is written to.
#[derive(Default)]
pub(super) struct Subject {
    /// As of the last answer, or the last comparison. `None`: it is not there.
    pub(super) is: Option<Value>,
    /// Under way, and for ever when the answer never came: what was being done, and what it would
    /// have made of it.
    pub(super) under_way: Option<(&'static str, Option<Value>)>,
    /// What was answered since the last comparison, in order.
    pub(super) answered: Vec<Entry>,
}

/// Whether a session should be valid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Its login was answered.
    Valid,
    /// Its logout was answered.
    Ended,
    /// Its logout was sent, and the answer never came.
    Either,
}

impl Ledger {
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock()
    }

    /// What a connection is, as far as its writer knows.
    pub(super) fn connection(&self, id: &str) -> Option<Value> {
        self.known().connections.get(id).and_then(|subject| subject.is.clone())
    }

    /// A request is about to be sent that makes `after` of a connection.
    pub(super) fn sent(&self, id: &str, action: &'static str, after: Option<Value>) {
        let mut known = self.known();
        known.connections.entry(id.to_owned()).or_default().under_way = Some((action, after));
    }

    /// It was acknowledged.
    pub(super) fn acknowledged(&self, id: &str, request: &str) {
        let mut known = self.known();
        let subject = known.connections.get_mut(id).expect("it was sent");
        let (action, after) = subject.under_way.take().expect("it was sent");
        subject.is = after;
        subject.answered.push((action, request.to_owned()));
    }
}
