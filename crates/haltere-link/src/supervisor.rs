//! Runs one link per wanted connection.
//!
//! A reconciler: it is handed what should be, compares it with what is, and moves the second towards
//! the first. It takes no news of *what* changed, so that there is one way, and it is always the tested one.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use haltere_core::{
    Clock, ConnectionId, ConnectionStatus, Intent, LinkState, Revision, StatusChange,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::board::Unrecorded;
use crate::fleet::Fleet;
use crate::link::Link;
use crate::past::Past;
use crate::presented::PresentedChain;
use crate::probe::{self, ProbeEvent, ProbeReport};
use crate::{LinkConfig, LinkSpec};

/// How long ending all links may take.
const SHUTDOWN: Duration = Duration::from_secs(2);
/// Changes are told this long after those before them, at least: a broker that says something else
/// about itself with every packet must not keep everybody busy who follows.
const BREATH: Duration = Duration::from_millis(20);

/// Keeps one link per wanted connection. Cloning gives another handle to the same links.
#[derive(Clone)]
pub struct Supervisor {
    fleet: Arc<Fleet>,
    roster: Arc<Mutex<Roster>>,
}

/// Whom we have told what.
#[derive(Default)]
struct Roster {
    links: HashMap<ConnectionId, Handle>,
    /// The first list has been seen: what comes later comes from an operator, not from a start.
    started: bool,
    closed: bool,
}

struct Handle {
    spec: Arc<LinkSpec>,
    /// Dropping it ends the link.
    orders: watch::Sender<Arc<LinkSpec>>,
}

impl Supervisor {
    /// No links yet. To be called within a tokio runtime.
    pub fn new(config: LinkConfig, clock: Arc<dyn Clock>) -> Self {
        Self { fleet: Arc::new(Fleet::new(config, clock)), roster: Arc::default() }
    }

    /// Lets links go on where haltere has left them. To be called before the first list; of those that are
    /// not in it, nothing is remembered.
    pub fn recall(&self, past: HashMap<ConnectionId, Past>) {
        self.fleet.board.recall(past);
    }

    /// Moves what is towards what should be: starts links that are missing, ends those that are not
    /// in `wanted`, hands changed specs to running links. Idempotent; costs one comparison per link.
    ///
    /// When it returns, every wanted connection has a status.
    pub fn reconcile(&self, wanted: &[Arc<LinkSpec>]) {
        let mut roster = self.roster();
        if roster.closed {
            return;
        }
        let ids: HashSet<_> = wanted.iter().map(|spec| &spec.id).collect();
        roster.links.retain(|id, _| {
            let keep = ids.contains(id);
            if !keep {
                self.fleet.board.take_back(id);
            }
            keep
        });
        let spread = self.spread(&roster, wanted.len());
        for spec in wanted {
            if let Some(handle) = roster.links.get_mut(&spec.id) {
                handle.tell(spec);
            } else {
                let handle = self.start(spec, spread);
                roster.links.insert(spec.id.clone(), handle);
            }
        }
        if !roster.started {
            self.fleet.board.forget_past();
        }
        roster.started = true;
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock()
    }

    /// Over how long the dials of a start are spread: no longer than the dial rate needs anyway.
    fn spread(&self, roster: &Roster, links: usize) -> Option<Duration> {
        let config = &self.fleet.means.config;
        let links = u32::try_from(links).unwrap_or(u32::MAX);
        let needed = (Duration::from_secs(1) / config.dials_per_second.get()).saturating_mul(links);
        (!roster.started && links > 1).then(|| needed.min(config.spread_start))
    }

    fn start(&self, spec: &Arc<LinkSpec>, spread: Option<Duration>) -> Handle {
        let state = match spec.intent {
            Intent::Connected => LinkState::Connecting { attempt: 1, last_failure: None },
            Intent::Disconnected => LinkState::Idle,
        };
        let ticket = self.fleet.board.give(&spec.id, spec.revision, state);
        let put_off = spread.map(|spread| spread.mul_f64(rand::random()));
        let (orders, ordered) = watch::channel(Arc::clone(spec));
        let link = Link::new(Arc::clone(&self.fleet), Arc::clone(spec), ticket, ordered, put_off);
        self.fleet.tasks.spawn(link.run());
        Handle { spec: Arc::clone(spec), orders }
    }

    /// How the link of connection `id` is; `None` when there is none.
    pub fn status(&self, id: &ConnectionId) -> Option<Arc<ConnectionStatus>> {
        self.fleet.board.status(id)
    }

    /// How all links are.
    pub fn statuses(&self) -> HashMap<ConnectionId, Arc<ConnectionStatus>> {
        self.fleet.board.statuses()
    }

    /// How these links are, in this order; `None` for one that there is not.
    pub fn statuses_of(&self, ids: &[&ConnectionId]) -> Vec<Option<Arc<ConnectionStatus>>> {
        self.fleet.board.statuses_of(ids)
    }

    /// The changes of a link's status, newest first: a line per change of being connected, of being
    /// idle and of the failure's code, not per retry. Bounded, in memory.
    pub fn history(&self, id: &ConnectionId) -> Vec<StatusChange> {
        self.fleet.board.history(id)
    }

    /// Takes what is not recorded of the histories of some links: of each the newest `per_link` lines, and of
    /// no more links once there are `in_all`. For one recorder; what it can't write it gives back.
    pub fn take_unrecorded(&self, in_all: usize, per_link: usize) -> Vec<Unrecorded> {
        self.fleet.board.take_unrecorded(in_all, per_link)
    }

    /// What was taken could not be recorded: it is taken again with the next, as far as it is kept until then.
    pub fn give_back(&self, taken: Vec<Unrecorded>) {
        self.fleet.board.give_back(taken);
    }

    /// Whether there is something to record.
    pub fn has_unrecorded(&self) -> bool {
        self.fleet.board.has_unrecorded()
    }

    /// Waits until the link speaks of `revision` or a later one and its first attempt has ended
    /// ([`ConnectionStatus::is_outcome`]). `None` when `deadline` has passed or there is no link.
    pub async fn first_outcome(
        &self,
        id: &ConnectionId,
        revision: Revision,
        deadline: Duration,
    ) -> Option<Arc<ConnectionStatus>> {
        timeout(deadline, self.fleet.board.first_outcome(id, revision)).await.ok().flatten()
    }

    /// Tells which statuses change from now on. For one consumer: two would share the changes.
    pub fn changes(&self) -> StatusChanges {
        StatusChanges { fleet: Arc::clone(&self.fleet), not_before: Instant::now() }
    }

    /// How many links there are.
    pub fn link_count(&self) -> usize {
        self.roster().links.len()
    }

    /// How often a link or a probe has panicked; links go on with their back-off. Anything but zero is a bug.
    pub fn panic_count(&self) -> u64 {
        self.fleet.panics.load(Ordering::Relaxed)
    }

    /// Dials once, on the same way the links go, and stores nothing. `observe` hears of each stage as
    /// it happens, a bounded number of times, and must not wait. Dropping the future hangs up.
    pub async fn probe(
        &self,
        spec: &LinkSpec,
        mut observe: impl FnMut(ProbeEvent) + Send,
    ) -> ProbeReport {
        probe::probe(&self.fleet, spec, &mut observe).await
    }

    /// The certificates that the broker of connection `id` presented last, whether they were
    /// accepted or not; `None` when it never got to that since the connection was last pointed at it.
    pub fn presented(&self, id: &ConnectionId) -> Option<PresentedChain> {
        // Read outside the board's lock: a link must not wait for a parser.
        let kept = self.fleet.board.presented(id)?;
        Some(kept.read())
    }

    /// How often an address was not dialled because the egress policy denies it, by links and probes.
    pub fn egress_denied_count(&self) -> u64 {
        self.fleet.means.egress.denied_count()
    }

    /// Ends all links, telling their brokers goodbye; takes at most 2 seconds. There are no new
    /// links afterwards.
    pub async fn shutdown(&self) {
        let links = {
            let mut roster = self.roster();
            roster.closed = true;
            std::mem::take(&mut roster.links)
        };
        drop(links);
        self.fleet.tasks.close();
        if timeout(SHUTDOWN, self.fleet.tasks.wait()).await.is_err() {
            tracing::warn!(links = self.fleet.tasks.len(), "links did not end in time");
        }
        self.fleet.board.close();
    }
}

impl Handle {
    /// Hands over a changed spec. The same one again costs a comparison of pointers.
    fn tell(&mut self, spec: &Arc<LinkSpec>) {
        let same = Arc::ptr_eq(&self.spec, spec)
            || (self.spec.revision == spec.revision && self.spec.tls == spec.tls);
        if !same {
            self.spec = Arc::clone(spec);
            self.orders.send_replace(Arc::clone(spec));
        }
    }
}

/// The ids of links whose status changes, as they do.
pub struct StatusChanges {
    fleet: Arc<Fleet>,
    /// Until then, changes are collected.
    not_before: Instant,
}

impl StatusChanges {
    /// The ids whose status changed since the last call, each once; waits until there is one. A link
    /// that is gone is among them, and has no status then. `None` when the supervisor has shut down.
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Vec<ConnectionId>> {
        sleep_until(self.not_before).await;
        let ids = self.fleet.board.changes().await;
        self.not_before = Instant::now() + BREATH;
        ids
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{BrokerUrl, Timestamp, TlsMaterial};

    use super::*;

    struct Epoch;

    impl Clock for Epoch {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn steady(&self) -> Duration {
            Duration::ZERO
        }
    }

    fn supervisor() -> Supervisor {
        Supervisor::new(LinkConfig::default(), Arc::new(Epoch))
    }

    /// A link that stays idle, so that these tests need no broker.
    fn spec(id: &str, revision: u64) -> Arc<LinkSpec> {
        Arc::new(LinkSpec {
            id: ConnectionId::parse(id).expect("valid"),
            revision: Revision(revision),
            url: BrokerUrl::parse("mqtt://127.0.0.1").expect("valid"),
            client_id: id.into(),
            username: None,
            password: None,
            tls: TlsMaterial::default(),
            tls_ignored: false,
            tls_off: false,
            read_sys: true,
            intent: Intent::Disconnected,
        })
    }

    #[tokio::test]
    async fn what_is_follows_what_should_be() {
        let supervisor = supervisor();
        let (a, b) = (spec("a", 1), spec("b", 1));
        let forever = Duration::from_hours(1);
        supervisor.reconcile(&[Arc::clone(&a), Arc::clone(&b)]);
        assert_eq!(supervisor.statuses().len(), 2);
        let unknown = ConnectionId::parse("unknown").expect("valid");
        let statuses = supervisor.statuses_of(&[&b.id, &unknown, &a.id]);
        let known: Vec<_> = statuses.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, true]);
        let status = supervisor.first_outcome(&a.id, a.revision, forever).await.expect("idle");
        assert_eq!(status.state, LinkState::Idle);

        // The same once more, and an edit, and an end.
        supervisor.reconcile(&[Arc::clone(&a), b]);
        assert_eq!(supervisor.link_count(), 2);
        let edited = spec("a", 2);
        supervisor.reconcile(&[Arc::clone(&edited)]);
        let status = supervisor.first_outcome(&a.id, edited.revision, forever).await;
        assert_eq!(status.expect("idle").revision, Revision(2));
        assert_eq!(supervisor.link_count(), 1);
        assert_eq!(supervisor.status(&spec("b", 1).id), None);

        supervisor.shutdown().await;
        supervisor.reconcile(&[a]);
        assert_eq!(supervisor.link_count(), 0, "it has shut down");
        assert_eq!(supervisor.panic_count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_outcome_is_not_waited_for_beyond_the_deadline() {
        let supervisor = supervisor();
        let a = spec("a", 1);
        supervisor.reconcile(std::slice::from_ref(&a));
        let later = supervisor.first_outcome(&a.id, a.revision.next(), Duration::from_secs(5));
        assert_eq!(later.await, None);
        let unknown = ConnectionId::parse("unknown").expect("valid");
        let unknown = supervisor.first_outcome(&unknown, a.revision, Duration::MAX);
        assert_eq!(unknown.await, None);
    }

    #[tokio::test]
    async fn the_first_dials_of_a_start_are_spread() {
        let supervisor = supervisor();
        let spread = |links| supervisor.spread(&supervisor.roster(), links);
        assert_eq!(spread(1), None);
        assert_eq!(spread(10), Some(Duration::from_millis(50)));
        assert_eq!(spread(100_000), Some(Duration::from_secs(5)));
        supervisor.reconcile(&[]);
        assert_eq!(spread(1_000), None, "what comes later comes from an operator");
    }

    #[tokio::test]
    async fn changes_end_with_the_supervisor() {
        let supervisor = supervisor();
        let mut changes = supervisor.changes();
        let a = spec("a", 1);
        supervisor.reconcile(std::slice::from_ref(&a));
        assert_eq!(changes.next().await, Some(vec![a.id.clone()]));
        supervisor.reconcile(&[]);
        assert_eq!(changes.next().await, Some(vec![a.id.clone()]), "it is gone");
        assert_eq!(supervisor.status(&a.id), None);
        supervisor.shutdown().await;
        assert_eq!(changes.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_change_is_told_at_once_and_a_flood_of_them_at_a_bounded_rate() {
        let supervisor = supervisor();
        let mut changes = supervisor.changes();
        let start = Instant::now();
        for revision in 1..=10 {
            supervisor.reconcile(&[spec("a", revision)]);
            assert_eq!(changes.next().await.map(|ids| ids.len()), Some(1));
            assert_eq!(start.elapsed() > Duration::ZERO, revision > 1);
        }
        assert!(start.elapsed() >= 9 * BREATH, "{:?}", start.elapsed());
    }

    #[test]
    fn a_secret_is_in_no_debug_print() {
        let mut spec = Arc::unwrap_or_clone(spec("a", 1));
        spec.password = Some(Arc::new("hunter2".into()));
        assert!(!format!("{spec:?}").contains("hunter2"));
    }
}
