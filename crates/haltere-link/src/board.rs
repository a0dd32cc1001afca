//! The status of all links, for everyone to read.
//!
//! Links write, the rest of haltere reads, and nobody waits for anybody: a reader takes an `Arc`, a
//! follower is told *that* a link has changed and reads how it is by then.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use haltere_core::{
    BrokerFacts, Clock, ConnectionId, ConnectionStatus, LinkFailure, LinkState, Revision, Timestamp,
};
use tokio::sync::Notify;

use crate::presented::Kept;

/// Among how many failures before it a new one is looked for in a link's history.
const RECENT: usize = 8;

/// How many statuses are looked up before the board is left to others for a moment.
const AT_ONCE: usize = 256;

/// One line of a link's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// When.
    pub at: Timestamp,
    /// `idle`, `connecting`, `online` or `waiting`.
    pub state: &'static str,
    /// Why it is not up, if it failed.
    pub failure: Option<Arc<LinkFailure>>,
}

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
    /// Counts the places ever given, to tell a link from its successor of the same id.
    given: u64,
    closed: bool,
}

struct Place {
    ticket: Ticket,
    status: Arc<ConnectionStatus>,
    /// Newest last.
    history: VecDeque<StatusChange>,
    /// Made when somebody waits for an outcome, which is rare; a `watch` per link would be dear.
    waiters: Option<Arc<Notify>>,
    /// The certificates the broker last presented.
    presented: Option<Arc<Kept>>,
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
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a new link its place.
    pub(crate) fn give(&self, id: &ConnectionId, revision: Revision, state: LinkState) -> Ticket {
        let now = self.clock.now();
        let status = Arc::new(ConnectionStatus { revision, state, changed_at: now, broker: None });
        let mut inner = self.inner();
        inner.given += 1;
        let ticket = Ticket(inner.given);
        let mut place = Place {
            ticket,
            status: Arc::clone(&status),
            history: VecDeque::new(),
            waiters: None,
            presented: None,
        };
        place.remember(&status, self.history);
        inner.places.insert(id.clone(), place);
        inner.changed.insert(id.clone());
        drop(inner);
        self.news.notify_one();
        ticket
    }

    /// Takes a link's place away; it has no status from now on.
    pub(crate) fn take_back(&self, id: &ConnectionId) {
        let mut inner = self.inner();
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
        let mut status = ConnectionStatus { revision, state, changed_at: now, broker };
        let notable = gist(&status) != gist(&place.status);
        if !notable {
            status.changed_at = place.status.changed_at;
            if status == *place.status {
                return;
            }
        }
        place.status = Arc::new(status);
        if notable {
            let status = Arc::clone(&place.status);
            place.remember(&status, self.history);
        }
        place.wake();
        inner.changed.insert(id.clone());
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

    fn remember(&mut self, status: &ConnectionStatus, limit: usize) {
        while self.history.len() >= limit.max(1) {
            self.history.pop_front();
        }
        self.history.push_back(StatusChange {
            at: status.changed_at,
            state: status.state.as_str(),
            failure: status.failure().map(|failure| self.shared(failure)),
        });
    }

    /// The same failure from one of the lines before, if there is one: a broker that comes and goes for
    /// days fails in the same few ways, and a line should not cost what its words do.
    fn shared(&self, failure: &Arc<LinkFailure>) -> Arc<LinkFailure> {
        let told = self.history.iter().rev().filter_map(|line| line.failure.as_ref());
        Arc::clone(told.take(RECENT).find(|told| *told == failure).unwrap_or(failure))
    }
}

/// What has to change to make a change worth a line of history: being up, being idle, the failure.
fn gist(status: &ConnectionStatus) -> (bool, bool, Option<&Cow<'static, str>>) {
    let idle = matches!(status.state, LinkState::Idle);
    (status.connected(), idle, status.failure().map(|failure| &failure.code))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::failure;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn steady(&self) -> Duration {
            Duration::ZERO
        }
    }

    fn board() -> Board {
        Board::new(Arc::new(Noon), 3)
    }

    fn id(text: &str) -> ConnectionId {
        ConnectionId::parse(text).expect("valid")
    }

    fn connecting() -> LinkState {
        LinkState::Connecting { attempt: 1, last_failure: None }
    }

    fn waiting(why: &str, attempt: u32) -> LinkState {
        let failure = Arc::new(failure::unknown_name(why));
        LinkState::Waiting { failure, attempt, until: Timestamp::UNIX_EPOCH }
    }

    fn online() -> LinkState {
        LinkState::Online { since: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn the_history_of_a_link_that_flaps_is_bounded_and_its_lines_share_their_words() {
        let board = Board::new(Arc::new(Noon), 10);
        let ticket = board.give(&id("a"), Revision::FIRST, connecting());
        for flap in 0..100 {
            for state in [online(), waiting(if flap % 2 == 0 { "here" } else { "there" }, 1)] {
                board.write(&id("a"), ticket, Revision::FIRST, state, None);
            }
        }
        let history = board.history(&id("a"));
        assert_eq!(history.len(), 10);
        let failures: Vec<_> = history.iter().filter_map(|line| line.failure.clone()).collect();
        let words: HashSet<_> = failures.iter().map(Arc::as_ptr).collect();
        assert_eq!((failures.len(), words.len()), (5, 2), "each way to fail is kept once");
    }

    #[tokio::test]
    async fn changes_are_told_once_per_link() {
        let board = board();
        let (a, b) = (id("a"), id("b"));
        let ticket = board.give(&a, Revision::FIRST, connecting());
        board.give(&b, Revision::FIRST, connecting());
        board.write(&a, ticket, Revision::FIRST, online(), None);
        let mut changed = board.changes().await.expect("open");
        changed.sort();
        assert_eq!(changed, [a.clone(), b]);

        board.write(&a, ticket, Revision::FIRST, online(), None);
        board.take_back(&id("unknown"));
        board.close();
        assert_eq!(board.changes().await, None, "what changes nothing is not told");
        assert_eq!(board.changes().await, None);
    }

    #[tokio::test]
    async fn retries_make_no_history_and_it_is_bounded() {
        let board = board();
        let a = id("a");
        let ticket = board.give(&a, Revision::FIRST, connecting());
        let write = |state| board.write(&a, ticket, Revision::FIRST, state, None);
        for attempt in 1..9 {
            write(waiting("x", attempt));
        }
        let states = || board.history(&a).iter().map(|line| line.state).collect::<Vec<_>>();
        assert_eq!(states(), ["waiting", "connecting"]);
        write(online());
        write(waiting("x", 1));
        assert_eq!(states(), ["waiting", "online", "waiting"]);
    }

    #[tokio::test]
    async fn a_void_ticket_writes_nothing() {
        let board = board();
        let a = id("a");
        let old = board.give(&a, Revision::FIRST, connecting());
        board.take_back(&a);
        board.write(&a, old, Revision::FIRST, online(), None);
        assert_eq!(board.status(&a), None);
        board.give(&a, Revision::FIRST, connecting());
        board.write(&a, old, Revision::FIRST, online(), None);
        assert!(!board.status(&a).expect("has a place").connected());
    }

    #[tokio::test]
    async fn an_outcome_is_waited_for() {
        let board = Arc::new(board());
        let a = id("a");
        let second = Revision::FIRST.next();
        let ticket = board.give(&a, Revision::FIRST, connecting());
        let waiter = tokio::spawn({
            let (board, a) = (Arc::clone(&board), a.clone());
            async move { board.first_outcome(&a, second).await }
        });
        // Its own revision has an outcome, but not yet the one that is asked for.
        board.write(&a, ticket, Revision::FIRST, waiting("x", 1), None);
        tokio::task::yield_now().await;
        board.write(&a, ticket, second, connecting(), None);
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        board.write(&a, ticket, second, online(), None);
        assert!(waiter.await.expect("no panic").expect("has a place").connected());

        let third = tokio::time::timeout(
            Duration::from_secs(9),
            futures_util::future::join(board.first_outcome(&a, second.next()), async {
                board.take_back(&a);
            }),
        );
        assert_eq!(third.await.expect("in time").0, None, "the place was lost");
        assert_eq!(board.first_outcome(&a, second).await, None, "there is no place");
    }
}
