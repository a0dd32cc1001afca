//! Runs one link per wanted connection.
//!
//! The supervisor is a reconciler: it gets the list of all wanted links, compares it with the running
//! ones, and starts, changes and ends links to match. It takes no list of changes, so that there is only
//! one code path, which every change exercises.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use haltere_core::{
    Clock, ConnectionId, ConnectionStatus, Intent, LinkState, Revision, RoundtripTopic,
    StatusChange, TlsSettings,
};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::attempt_trace::ProbeEvent;
use crate::chain_store::PresentedChain;
use crate::link::{Link, LinkAssignment};
use crate::probe::{self, ProbeReport};
use crate::recorded_history::RecordedHistory;
use crate::shared::LinkShared;
use crate::status_table::{
    ChangePosition, LatestChanges, StatusObserver, StatusVersion, UnrecordedChanges,
};
use crate::{HttpClient, LinkConfig, LinkHandle, LinkSpec, command};

/// Keeps one link per wanted connection. A clone is another handle to the same links.
#[derive(Clone)]
pub struct Supervisor {
    shared: Arc<LinkShared>,
    table: Arc<Mutex<LinkTable>>,
}

/// The running links.
#[derive(Default)]
struct LinkTable {
    links: HashMap<ConnectionId, Handle>,
    /// The first list has been reconciled. Links that are added later are added by operators.
    started: bool,
    closed: bool,
}

struct Handle {
    spec: Arc<LinkSpec>,
    /// Dropping it ends the link.
    assignment: watch::Sender<LinkAssignment>,
    /// Set once it was requested.
    commands: Option<LinkHandle>,
}

impl Supervisor {
    /// Creates a supervisor without links, which reports changes of their statuses to `on_change`. Must be
    /// called within a tokio runtime.
    pub fn new(config: LinkConfig, clock: Arc<dyn Clock>, on_change: StatusObserver) -> Self {
        let shared = Arc::new(LinkShared::new(config, clock, on_change));
        Self { shared, table: Arc::default() }
    }

    /// Restores the histories that an earlier run has recorded. Must be called before the first
    /// [`Supervisor::reconcile`]; histories of connections that its list does not contain are dropped.
    pub fn restore_histories(&self, histories: HashMap<ConnectionId, RecordedHistory>) {
        self.shared.statuses.restore(histories);
    }

    /// Starts links that are missing, ends those that are not in `wanted`, and hands changed specs to
    /// running links. Idempotent; costs one comparison per link.
    ///
    /// When it returns, every wanted connection has a status.
    pub fn reconcile(&self, wanted: &[Arc<LinkSpec>]) {
        let mut table = self.table();
        if table.closed {
            return;
        }
        let ids: HashSet<_> = wanted.iter().map(|spec| &spec.id).collect();
        table.links.retain(|id, _| {
            let keep = ids.contains(id);
            if !keep {
                self.shared.statuses.unregister(id);
            }
            keep
        });
        let spread = self.spread(&table, wanted.len());
        for spec in wanted {
            if let Some(handle) = table.links.get_mut(&spec.id) {
                handle.update_spec(spec);
            } else {
                let handle = self.start(spec, spread);
                table.links.insert(spec.id.clone(), handle);
            }
        }
        if !table.started {
            self.shared.statuses.discard_restored();
        }
        table.started = true;
    }

    fn table(&self) -> MutexGuard<'_, LinkTable> {
        self.table.lock()
    }

    /// The time over which the first dials are spread: at most what the dial rate limit needs for them. `None` after the
    /// first reconcile, and for one link.
    fn spread(&self, table: &LinkTable, links: usize) -> Option<Duration> {
        let config = &self.shared.config;
        let links = u32::try_from(links).unwrap_or(u32::MAX);
        let needed = (Duration::from_secs(1) / config.dials_per_second.get()).saturating_mul(links);
        (!table.started && links > 1).then(|| needed.min(config.spread_start))
    }

    fn start(&self, spec: &Arc<LinkSpec>, spread: Option<Duration>) -> Handle {
        let state = match spec.intent {
            Intent::Connected => LinkState::Connecting { attempt: 1, last_failure: None },
            Intent::Disconnected => LinkState::Idle,
        };
        let token = self.shared.statuses.register(&spec.id, spec.revision, state);
        let delay = spread.map(|spread| spread.mul_f64(rand::random()));
        let (assignment, changed) =
            watch::channel(LinkAssignment { spec: Arc::clone(spec), commands: Mutex::default() });
        let link = Link::new(Arc::clone(&self.shared), Arc::clone(spec), token, changed, delay);
        self.shared.tasks.spawn(link.run());
        Handle { spec: Arc::clone(spec), assignment, commands: None }
    }

    /// The status of the link of connection `id`; `None` if there is no link.
    pub fn status(&self, id: &ConnectionId) -> Option<Arc<ConnectionStatus>> {
        self.shared.statuses.status(id)
    }

    /// The version of all statuses: equal as long as none changes, and no link is added or removed.
    pub fn status_version(&self) -> StatusVersion {
        self.shared.statuses.version()
    }

    /// The statuses of these links, in the order of `ids`; `None` for an id without a link.
    pub fn statuses_of(&self, ids: &[&ConnectionId]) -> Vec<Option<Arc<ConnectionStatus>>> {
        self.shared.statuses.statuses_of(ids)
    }

    /// The changes of a link's status, newest first: one for each change of being connected, of
    /// being idle and of the failure's code, but none for a retry. Bounded, in memory.
    pub fn history(&self, id: &ConnectionId) -> Vec<StatusChange> {
        self.shared.statuses.history(id)
    }

    /// The first `limit` changes of these links that are wanted and come `after` a position. Bounded, in memory.
    pub fn latest_changes(
        &self,
        ids: &[&ConnectionId],
        limit: usize,
        after: Option<&ChangePosition>,
        is_wanted: &dyn Fn(&StatusChange) -> bool,
    ) -> LatestChanges {
        self.shared.statuses.latest_changes(ids, limit, after, is_wanted)
    }

    /// Takes unrecorded changes: the newest `per_link` of each link, and of no further link once
    /// there are `in_all`. For one caller, which returns what it fails to write.
    pub fn take_unrecorded(&self, in_all: usize, per_link: usize) -> Vec<UnrecordedChanges> {
        self.shared.statuses.take_unrecorded(in_all, per_link)
    }

    /// Returns changes that could not be recorded. The next [`Supervisor::take_unrecorded`] takes them
    /// again, as far as they are still kept.
    pub fn return_unrecorded(&self, taken: Vec<UnrecordedChanges>) {
        self.shared.statuses.return_unrecorded(taken);
    }

    /// Whether there are unrecorded changes.
    pub fn has_unrecorded(&self) -> bool {
        self.shared.statuses.has_unrecorded()
    }

    /// Waits until the link's status is of `revision` or a later one and its first attempt has ended
    /// ([`ConnectionStatus::is_outcome`]). Returns `None` if `timeout` has passed or there is no link.
    pub async fn first_outcome(
        &self,
        id: &ConnectionId,
        revision: Revision,
        timeout: Duration,
    ) -> Option<Arc<ConnectionStatus>> {
        let outcome = self.shared.statuses.first_outcome(id, revision);
        tokio::time::timeout(timeout, outcome).await.ok().flatten()
    }

    /// A handle to send commands through the link of connection `id`; `None` if there is no link. It outlives the
    /// link, and then answers [`CommandError::NotConnected`](crate::CommandError::NotConnected). Nothing outside tests
    /// calls it yet.
    pub fn link(&self, id: &ConnectionId) -> Option<LinkHandle> {
        let mut table = self.table();
        let handle = table.links.get_mut(id)?;
        let link = handle.commands.get_or_insert_with(|| {
            let (link, queue) = command::channel();
            handle
                .assignment
                .send_modify(|assignment| *assignment.commands.get_mut() = Some(queue));
            link
        });
        Some(link.clone())
    }

    /// How many links there are.
    pub fn link_count(&self) -> usize {
        self.table().links.len()
    }

    /// How often a link or a probe has panicked; links go on with their back-off. Any number but zero is
    /// a bug.
    pub fn panic_count(&self) -> u64 {
        self.shared.panics.load(Ordering::Relaxed)
    }

    /// Dials once, in the same way as a link, and stores nothing. With `roundtrip`, also publishes a message to
    /// that topic, and waits until the broker sends it back. Calls `observe` at each stage, a
    /// bounded number of times; it must not block. Dropping the future closes the connection.
    pub async fn probe(
        &self,
        spec: &LinkSpec,
        roundtrip: Option<&RoundtripTopic>,
        mut observe: impl FnMut(ProbeEvent) + Send,
    ) -> ProbeReport {
        probe::probe(&self.shared, spec, roundtrip, &mut observe).await
    }

    /// A client for HTTP, which dials as links do, and trusts the roots that `tls` says.
    pub fn http_client(&self, tls: TlsSettings) -> HttpClient {
        HttpClient::new(Arc::clone(&self.shared), tls)
    }

    /// The certificates that the broker of connection `id` presented last, accepted or refused; `None`
    /// if it has presented none since the connection was last pointed at it.
    pub fn presented_chain(&self, id: &ConnectionId) -> Option<PresentedChain> {
        // Parsed without the table's lock, so that no link waits for the parser.
        let chain = self.shared.statuses.presented_chain(id)?;
        Some(chain.read())
    }

    /// For each certificate of [`Self::presented_chain`], which of `others` failed because of a chain that contains
    /// it, too; at most `limit` each.
    pub fn refused_elsewhere(
        &self,
        id: &ConnectionId,
        others: &[&ConnectionId],
        limit: usize,
    ) -> Vec<Vec<ConnectionId>> {
        let Some(own) = self.shared.statuses.presented_chain(id) else { return Vec::new() };
        let mut found = vec![Vec::new(); own.shared_with(&own).count()];
        let chains = self.shared.statuses.presented_chains(others);
        for (other, chain) in chains.iter().filter(|(_, chain)| chain.is_refused()) {
            for (links, is_shared) in found.iter_mut().zip(own.shared_with(chain)) {
                if is_shared && links.len() < limit {
                    links.push((*other).clone());
                }
            }
        }
        found
    }

    /// How often the egress policy has denied an address, to links and probes.
    pub fn egress_denied_count(&self) -> u64 {
        self.shared.egress.denied_count()
    }

    /// Ends all links with a DISCONNECT, within at most `limit`. No links are started afterwards.
    pub async fn shutdown(&self, limit: Duration) {
        let links = {
            let mut table = self.table();
            table.closed = true;
            std::mem::take(&mut table.links)
        };
        drop(links);
        self.shared.tasks.close();
        if timeout(limit, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!(links = self.shared.tasks.len(), "links did not end in time");
        }
    }
}

impl Handle {
    /// Hands over the spec if it has changed. The same `Arc` costs a comparison of pointers.
    fn update_spec(&mut self, spec: &Arc<LinkSpec>) {
        let same = Arc::ptr_eq(&self.spec, spec)
            || (self.spec.revision == spec.revision && self.spec.tls == spec.tls);
        if !same {
            self.spec = Arc::clone(spec);
            self.assignment.send_modify(|assignment| assignment.spec = Arc::clone(spec));
        }
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{BrokerUrl, Timestamp};

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
        Supervisor::new(LinkConfig::default(), Arc::new(Epoch), Box::new(|_| ()))
    }

    /// The spec of an idle link, which needs no broker.
    fn spec(id: &str, revision: u64) -> Arc<LinkSpec> {
        let url = BrokerUrl::parse("mqtt://127.0.0.1").expect("valid");
        let spec = LinkSpec::new(ConnectionId::parse(id).expect("valid"), url, id);
        let revision = Revision(revision);
        Arc::new(LinkSpec { revision, intent: Intent::Disconnected, ..spec })
    }

    #[tokio::test]
    async fn links_follow_the_wanted_list() {
        let supervisor = supervisor();
        let (a, b) = (spec("a", 1), spec("b", 1));
        let forever = Duration::from_hours(1);
        supervisor.reconcile(&[Arc::clone(&a), Arc::clone(&b)]);
        assert_eq!(supervisor.link_count(), 2);
        let unknown = ConnectionId::parse("unknown").expect("valid");
        let statuses = supervisor.statuses_of(&[&b.id, &unknown, &a.id]);
        let known: Vec<_> = statuses.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, true]);
        let status = supervisor.first_outcome(&a.id, a.revision, forever).await.expect("idle");
        assert_eq!(status.state, LinkState::Idle);

        // The same list again, then an edit and a removal.
        supervisor.reconcile(&[Arc::clone(&a), b]);
        assert_eq!(supervisor.link_count(), 2);
        let edited = spec("a", 2);
        supervisor.reconcile(&[Arc::clone(&edited)]);
        let status = supervisor.first_outcome(&a.id, edited.revision, forever).await;
        assert_eq!(status.expect("idle").revision, Revision(2));
        assert_eq!(supervisor.link_count(), 1);
        assert_eq!(supervisor.status(&spec("b", 1).id), None);

        supervisor.shutdown(haltere_testkit::wait::DEADLINE).await;
        supervisor.reconcile(&[a]);
        assert_eq!(supervisor.link_count(), 0, "it has shut down");
        assert_eq!(supervisor.panic_count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_an_outcome_ends_at_the_timeout() {
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
        let spread = |links| supervisor.spread(&supervisor.table(), links);
        assert_eq!(spread(1), None);
        assert_eq!(spread(10), Some(Duration::from_millis(50)));
        assert_eq!(spread(100_000), Some(Duration::from_secs(5)));
        supervisor.reconcile(&[]);
        assert_eq!(spread(1_000), None, "later links are added by operators");
    }

    #[test]
    fn debug_output_contains_no_secret() {
        let mut spec = Arc::unwrap_or_clone(spec("a", 1));
        spec.password = Some(Arc::new("hunter2".into()));
        assert!(!format!("{spec:?}").contains("hunter2"));
    }
}
