//! A bounded log of events that keeps, of everything, only the newest.

use std::fmt;
use std::str::FromStr;

use haltere_core::ConnectionId;

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
    /// haltere was restarted since.
    Restarted,
    /// More changed than is kept.
    Overrun,
}

/// What a subscriber gets at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Events are missing before these.
    pub gap: Option<Gap>,
    /// Oldest first; of each connection only the newest.
    pub events: Vec<(EventId, Event)>,
    /// Where the subscriber stands now: what to resume after.
    pub position: EventId,
}

/// Reads events at its own pace. Nothing is queued for it.
#[derive(Debug)]
pub struct Subscriber {}

impl Subscriber {
    /// Where it stands.
    pub fn position(&self) -> EventId {
        todo!()
    }

    /// Waits for news; `None` once haltere shuts down. Cancel-safe.
    pub async fn next(&mut self) -> Option<Batch> {
        todo!()
    }
}
