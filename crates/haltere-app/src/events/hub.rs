//! A bounded log of events that keeps, of everything, only the newest.

use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use haltere_core::{ConnectionId, Roles};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::policy::{Action, allows};

/// How many things that changed are kept for subscribers that are behind.
const CAPACITY: usize = 1024;

/// Something changed. What it is like now has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// A connection was created or changed, or its status did.
    ConnectionChanged(ConnectionId),
    /// A connection is gone.
    ConnectionRemoved(ConnectionId),
    /// A plugin was switched.
    PluginsChanged,
}

/// A place in the stream: for `Last-Event-ID`. Written as `epoch-sequence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId {
    /// Another one after every start of haltere.
    pub epoch: u64,
    /// Grows with every event.
    pub sequence: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.sequence)
    }
}

/// The text is not an [`EventId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of an event")]
pub struct NoEventId;

impl FromStr for EventId {
    type Err = NoEventId;

    fn from_str(text: &str) -> Result<Self, NoEventId> {
        let (epoch, sequence) = text.split_once('-').ok_or(NoEventId)?;
        Ok(Self {
            epoch: epoch.parse().map_err(|_| NoEventId)?,
            sequence: sequence.parse().map_err(|_| NoEventId)?,
        })
    }
}

/// Why a subscriber has missed events. The full state has to be read to be up to date again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// haltere was restarted since, or never gave out such an id.
    Restarted,
    /// More changed than is kept.
    Overrun,
}

/// What a subscriber gets at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Events are missing: the full state has to be read. Then `events` is empty, because that state
    /// contains everything up to `position`.
    pub gap: Option<Gap>,
    /// Oldest first; of each connection only the newest.
    pub events: Vec<Event>,
    /// The position of the subscriber, to resume after.
    pub position: EventId,
}

/// Where events come in.
pub(crate) struct Hub {
    epoch: u64,
    log: Mutex<Log>,
    latest: watch::Sender<u64>,
}

/// Of each subject only the newest event is kept. So a reader that was away for long gets each
/// connection once, and a gap arises only when more subjects changed than there is room for.
#[derive(Default)]
struct Log {
    events: BTreeMap<u64, Event>,
    newest: HashMap<Subject, u64>,
    latest: u64,
    /// The newest event that was dropped for want of room.
    dropped: u64,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Connection(ConnectionId),
    Plugins,
}

impl Event {
    fn subject(&self) -> Subject {
        match self {
            Self::ConnectionChanged(id) | Self::ConnectionRemoved(id) => {
                Subject::Connection(id.clone())
            }
            Self::PluginsChanged => Subject::Plugins,
        }
    }

    /// The action that a user has to be allowed to see it.
    const fn needs(&self) -> Action {
        match self {
            Self::ConnectionChanged(_) | Self::ConnectionRemoved(_) => Action::ListConnections,
            Self::PluginsChanged => Action::ListPlugins,
        }
    }
}

impl Hub {
    pub(crate) fn new() -> Self {
        // Random, because two starts may fall into the same millisecond.
        let epoch = u64::from(rand::random::<u32>());
        Self { epoch, log: Mutex::default(), latest: watch::Sender::new(0) }
    }

    /// Sends an event to all subscribers.
    pub(crate) fn publish(&self, event: Event) {
        self.publish_if(event, || true);
    }

    /// Sends an event to all subscribers, if `holds`. Nothing else is sent in between, so that "changed" can't
    /// come after, and take the place of, the "removed" of the same connection.
    pub(crate) fn publish_if(&self, event: Event, holds: impl FnOnce() -> bool) {
        let mut log = self.log();
        if !holds() {
            return;
        }
        log.push(event);
        // Under the lock, so that a watcher sees growing numbers.
        self.latest.send_replace(log.latest);
    }

    /// The number of the newest event.
    pub(crate) fn sequence(&self) -> u64 {
        *self.latest.borrow()
    }

    pub(crate) fn subscribe(
        self: &Arc<Self>,
        roles: Roles,
        after: Option<EventId>,
        stopping: CancellationToken,
    ) -> Subscriber {
        let mut latest = self.latest.subscribe();
        let now = *latest.borrow_and_update();
        let (position, gap) = match after {
            None => (now, None),
            Some(id) if id.epoch != self.epoch || id.sequence > now => (now, Some(Gap::Restarted)),
            Some(id) => (id.sequence, None),
        };
        Subscriber { hub: Arc::clone(self), roles, position, gap, latest, stopping }
    }

    fn log(&self) -> parking_lot::MutexGuard<'_, Log> {
        self.log.lock()
    }
}

impl Log {
    fn push(&mut self, event: Event) {
        self.latest += 1;
        if let Some(older) = self.newest.insert(event.subject(), self.latest) {
            self.events.remove(&older);
        }
        self.events.insert(self.latest, event);
        if self.events.len() > CAPACITY
            && let Some((sequence, event)) = self.events.pop_first()
        {
            self.newest.remove(&event.subject());
            self.dropped = sequence;
        }
    }
}

/// Reads events at its own pace. Nothing is queued for it.
pub struct Subscriber {
    hub: Arc<Hub>,
    roles: Roles,
    position: u64,
    gap: Option<Gap>,
    latest: watch::Receiver<u64>,
    stopping: CancellationToken,
}

impl Subscriber {
    /// Its position.
    pub fn position(&self) -> EventId {
        self.id(self.position)
    }

    /// Waits for news; `None` once haltere shuts down. Cancel-safe.
    ///
    /// After a batch with a gap the full state has to be read.
    pub async fn next(&mut self) -> Option<Batch> {
        loop {
            if self.stopping.is_cancelled() {
                return None;
            }
            if let Some(batch) = self.read() {
                return Some(batch);
            }
            tokio::select! {
                () = self.stopping.cancelled() => return None,
                changed = self.latest.changed() => changed.ok()?,
            }
        }
    }

    /// Waits until haltere shuts down.
    pub async fn stopped(&self) {
        self.stopping.cancelled().await;
    }

    /// What has come up since it last read, if any of it may be seen.
    fn read(&mut self) -> Option<Batch> {
        let log = self.hub.log();
        let overrun = (self.position < log.dropped).then_some(Gap::Overrun);
        let gap = self.gap.take().or(overrun);
        let new = log.events.range(self.position + 1..).map(|(_, event)| event);
        let new = new.filter(|event| allows(self.roles, event.needs()));
        let events = if gap.is_some() { Vec::new() } else { new.cloned().collect() };
        let position = log.latest;
        drop(log);
        self.position = position;
        let is_news = gap.is_some() || !events.is_empty();
        is_news.then(|| Batch { gap, events, position: self.position() })
    }

    fn id(&self, sequence: u64) -> EventId {
        EventId { epoch: self.hub.epoch, sequence }
    }
}

#[cfg(test)]
mod tests;
