//! The status of all links, for everyone to read.
//!
//! Links write, the rest of haltere reads, and nobody waits for anybody: a reader takes an `Arc`, a
//! follower is told *that* a link has changed and reads how it is by then.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use haltere_core::{
    BrokerFacts, Clock, ConnectionId, ConnectionStatus, FailureCode, HistoryState, LinkState,
    Revision, Since, StatusChange, Timestamp,
};
use tokio::sync::Notify;

use crate::past::{Past, Resumption, shared};
use crate::presented::Kept;

/// How many statuses are looked up before the board is left to others for a moment.
const AT_ONCE: usize = 256;

/// The status of all links.
pub(crate) struct Board {
    clock: Arc<dyn Clock>,
    /// How many lines of history are kept per link.
    history: usize,
    inner: Mutex<Inner>,
    /// Told whenever an id is added to `changed`, or the board is closed.
    news: Notify,
}

#[derive(Default)]
struct Inner {
    places: HashMap<ConnectionId, Place>,
    /// Links whose status changed since the follower last asked. Bounded by the number of links.
    changed: HashSet<ConnectionId>,
    /// Links with lines of history that are not recorded. Bounded like that.
    unrecorded: HashSet<ConnectionId>,
    /// What was recorded of links before haltere started, until they get their place.
    past: HashMap<ConnectionId, Past>,
    /// Counts the places ever given, to tell a link from its successor of the same id.
    given: u64,
    closed: bool,
}

struct Place {
    ticket: Ticket,
    status: Arc<ConnectionStatus>,
    /// Newest last.
    history: VecDeque<StatusChange>,
    /// How many of the newest lines are not recorded.
    unrecorded: usize,
    /// Since haltere started, no attempt has come to an end.
    resumption: Option<Resumption>,
    /// Made when somebody waits for an outcome, which is rare; a `watch` per link would be dear.
    waiters: Option<Arc<Notify>>,
    /// The certificates the broker last presented.
    presented: Option<Arc<Kept>>,
}

/// Lines of a link's history that are to be recorded.
#[derive(Debug)]
pub struct Unrecorded {
    /// The connection.
    pub connection: ConnectionId,
    /// The oldest first.
    pub lines: Vec<StatusChange>,
    /// Whose lines they are, should another link of this id follow.
    ticket: Ticket,
}

/// The right to write the status of one link. Void once the place was given up or given anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

impl Board {
    /// Empty.
    pub(crate) fn new(clock: Arc<dyn Clock>, history: usize) -> Self {
        Self { clock, history, inner: Mutex::default(), news: Notify::new() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here leaves the board half written when it panics.
        self.inner.lock()
    }

    /// Gives a new link its place.
    pub(crate) fn give(&self, id: &ConnectionId, revision: Revision, state: LinkState) -> Ticket {
        let now = self.clock.now();
        let mut inner = self.inner();
        inner.given += 1;
        let ticket = Ticket(inner.given);
        let since = Since::Exactly(now);
        let mut place = Place {
            ticket,
            status: Arc::new(ConnectionStatus { revision, state, since, broker: None }),
            history: VecDeque::new(),
            unrecorded: 0,
            resumption: None,
            waiters: None,
            presented: None,
        };
        match inner.past.remove(id) {
            Some(past) => place.resume(past, now, self.history),
            None => place.remember(now, self.history),
        }
        let is_news = place.unrecorded > 0;
        inner.places.insert(id.clone(), place);
        inner.changed.insert(id.clone());
        if is_news {
            inner.unrecorded.insert(id.clone());
        }
        drop(inner);
        self.news.notify_one();
        ticket
    }

    /// Takes a link's place away; it has no status from now on.
    pub(crate) fn take_back(&self, id: &ConnectionId) {
        let mut inner = self.inner();
        inner.past.remove(id);
        inner.unrecorded.remove(id);
        let Some(place) = inner.places.remove(id) else { return };
        inner.changed.insert(id.clone());
        drop(inner);
        place.wake();
        self.news.notify_one();
    }

    /// Writes how a link is. Without effect when the ticket is void.
    pub(crate) fn write(
        &self,
        id: &ConnectionId,
        ticket: Ticket,
        revision: Revision,
        state: LinkState,
        broker: Option<Arc<BrokerFacts>>,
    ) {
        let now = self.clock.now();
        let mut inner = self.inner();
        let Some(place) = inner.places.get_mut(id).filter(|place| place.ticket == ticket) else {
            return;
        };
        let since = Since::Exactly(now);
        let mut status = ConnectionStatus { revision, state, since, broker };
        // What was before is not known before an attempt has come to an end, or an operator has decided.
        let is_waited_for = place.resumption.is_some() && !status.is_outcome();
        let notable = if is_waited_for {
            false
        } else if let Some(resumption) = place.resumption.take() {
            status.since = resumption.since(&status, now);
            true
        } else {
            gist(&status) != gist(&place.status)
        };
        if !notable {
            status.since = place.status.since;
            if status == *place.status {
                return;
            }
        }
        place.status = Arc::new(status);
        if notable {
            place.remember(now, self.history);
        }
        place.wake();
        inner.changed.insert(id.clone());
        if notable {
            inner.unrecorded.insert(id.clone());
        }
        drop(inner);
        self.news.notify_one();
    }

    /// Notes which certificates the broker has presented; `None` forgets those of another broker.
    /// Without effect when the ticket is void.
    pub(crate) fn present(&self, id: &ConnectionId, ticket: Ticket, presented: Option<Kept>) {
        let mut inner = self.inner();
        if let Some(place) = inner.places.get_mut(id).filter(|place| place.ticket == ticket) {
            place.presented = presented.map(Arc::new);
        }
    }

    /// Which certificates the broker of a link has presented last.
    pub(crate) fn presented(&self, id: &ConnectionId) -> Option<Arc<Kept>> {
        self.inner().places.get(id)?.presented.clone()
    }

    /// How a link is.
    pub(crate) fn status(&self, id: &ConnectionId) -> Option<Arc<ConnectionStatus>> {
        self.inner().places.get(id).map(|place| Arc::clone(&place.status))
    }

    /// How all links are.
    pub(crate) fn statuses(&self) -> HashMap<ConnectionId, Arc<ConnectionStatus>> {
        let inner = self.inner();
        inner.places.iter().map(|(id, place)| (id.clone(), Arc::clone(&place.status))).collect()
    }

    /// How these links are, in this order.
    pub(crate) fn statuses_of(&self, ids: &[&ConnectionId]) -> Vec<Option<Arc<ConnectionStatus>>> {
        let mut statuses = Vec::with_capacity(ids.len());
        // Links that have something to say get their turn in between.
        for ids in ids.chunks(AT_ONCE) {
            let inner = self.inner();
            let status = |id: &&ConnectionId| Some(Arc::clone(&inner.places.get(*id)?.status));
            statuses.extend(ids.iter().map(status));
        }
        statuses
    }

    /// A link's history, newest first.
    pub(crate) fn history(&self, id: &ConnectionId) -> Vec<StatusChange> {
        let inner = self.inner();
        inner
            .places
            .get(id)
            .map_or_else(Vec::new, |place| place.history.iter().rev().cloned().collect())
    }

    /// Notes what was recorded of links that have no place yet.
    pub(crate) fn recall(&self, past: HashMap<ConnectionId, Past>) {
        self.inner().past = past;
    }

    /// Forgets what was recorded of links that did not get a place.
    pub(crate) fn forget_past(&self) {
        self.inner().past = HashMap::new();
    }

    /// What is not recorded of the histories of some links: of each the newest `per_link` lines, and of no more
    /// links once there are `in_all`. It counts as recorded from then on.
    pub(crate) fn take_unrecorded(&self, in_all: usize, per_link: usize) -> Vec<Unrecorded> {
        let mut inner = self.inner();
        let Inner { places, unrecorded, .. } = &mut *inner;
        let (mut taken, mut lines) = (Vec::new(), 0);
        while lines < in_all
            && let Some(id) = unrecorded.iter().next().cloned()
        {
            unrecorded.remove(&id);
            let Some(place) = places.get_mut(&id) else { continue };
            let news = std::mem::take(&mut place.unrecorded).min(per_link);
            lines += news;
            let news = place.history.range(place.history.len() - news..).cloned().collect();
            taken.push(Unrecorded { connection: id, ticket: place.ticket, lines: news });
        }
        taken
    }

    /// What was taken could not be recorded after all: it is taken again with what has come since.
    pub(crate) fn give_back(&self, taken: Vec<Unrecorded>) {
        let mut inner = self.inner();
        for Unrecorded { connection: id, ticket, lines } in taken {
            let place = inner.places.get_mut(&id).filter(|place| place.ticket == ticket);
            let Some(place) = place else { continue };
            place.unrecorded = (place.unrecorded + lines.len()).min(place.history.len());
            inner.unrecorded.insert(id);
        }
    }

    /// Whether there are lines of history that are not recorded.
    pub(crate) fn has_unrecorded(&self) -> bool {
        !self.inner().unrecorded.is_empty()
    }

    /// Waits for the outcome of a link's first attempt at `revision` or a later one; `None` when it
    /// has no place, or loses it.
    pub(crate) async fn first_outcome(
        &self,
        id: &ConnectionId,
        revision: Revision,
    ) -> Option<Arc<ConnectionStatus>> {
        loop {
            let waiters = {
                let mut inner = self.inner();
                let place = inner.places.get_mut(id)?;
                let status = &place.status;
                if status.revision >= revision && status.is_outcome() {
                    return Some(Arc::clone(status));
                }
                let waiters = Arc::clone(place.waiters.get_or_insert_default());
                // Made while the lock is held, so that no change slips through in between.
                waiters.notified_owned()
            };
            waiters.await;
        }
    }

    /// Waits for changes; `None` once the board is closed and all have been told.
    pub(crate) async fn changes(&self) -> Option<Vec<ConnectionId>> {
        loop {
            {
                let mut inner = self.inner();
                if !inner.changed.is_empty() {
                    return Some(inner.changed.drain().collect());
                }
                if inner.closed {
                    // Passed on, in case somebody asks again.
                    self.news.notify_one();
                    return None;
                }
            }
            self.news.notified().await;
        }
    }

    /// Nothing changes any more.
    pub(crate) fn close(&self) {
        self.inner().closed = true;
        self.news.notify_one();
    }
}

impl Place {
    fn wake(&self) {
        if let Some(waiters) = &self.waiters {
            waiters.notify_waiters();
        }
    }

    /// Notes how the link is in its history.
    fn remember(&mut self, at: Timestamp, limit: usize) {
        let ConnectionStatus { state, since, .. } = &*self.status;
        let failure = self.status.failure().map(|failure| shared(&self.history, failure));
        self.push(StatusChange { at, since: *since, state: state.into(), failure }, limit);
    }

    fn push(&mut self, line: StatusChange, limit: usize) {
        self.history.push_back(line);
        self.unrecorded += 1;
        self.keep(limit);
    }

    fn keep(&mut self, limit: usize) {
        let over = self.history.len().saturating_sub(limit.max(1));
        self.history.drain(..over);
        self.unrecorded = self.unrecorded.min(self.history.len());
    }

    /// Goes on where haltere has left the link, and says from when on nobody looked.
    fn resume(&mut self, past: Past, now: Timestamp, limit: usize) {
        let resumption = past.resumption(self.status.revision, now);
        let Past { lines, until, was_edited: _ } = past;
        let last = lines.back().map(|line| (line.state, line.since));
        self.history = lines;
        self.keep(limit);
        let is_idle = matches!(self.status.state, LinkState::Idle);
        if let Some((HistoryState::Idle, since)) = last
            && is_idle
        {
            // An order, not an observation: nobody had to look for it to hold.
            self.set_since(since);
            return;
        }
        if !matches!(last, Some((HistoryState::Unobserved, _))) {
            let at = until.min(now);
            let (since, state) = (Since::Exactly(at), HistoryState::Unobserved);
            self.push(StatusChange { at, since, state, failure: None }, limit);
        }
        if is_idle {
            self.set_since(Since::AtLeast(now));
            self.remember(now, limit);
        } else {
            self.resumption = Some(resumption);
        }
    }

    fn set_since(&mut self, since: Since) {
        self.status = Arc::new(ConnectionStatus { since, ..(*self.status).clone() });
    }
}

/// What has to change to make a change worth a line of history: being up, being idle, the failure.
fn gist(status: &ConnectionStatus) -> (bool, bool, Option<&FailureCode>) {
    let idle = matches!(status.state, LinkState::Idle);
    (status.connected(), idle, status.failure().map(|failure| &failure.code))
}

#[cfg(test)]
mod tests;
