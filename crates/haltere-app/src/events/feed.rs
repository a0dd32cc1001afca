//! The feed of all changes: one log, and as many readers as there are.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::log::{Change, ChangeKind, ChangeLog};
use super::position::{LogId, Position};

/// The feed of all changes. Writers don't wait for readers, and nothing is queued for a reader.
pub(crate) struct ChangeFeed {
    id: LogId,
    log: Mutex<ChangeLog>,
    /// The number of the newest change.
    latest: watch::Sender<u64>,
}

/// Why a reader has missed changes. It has to read the full state to be up to date again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Its position is not of this log: haltere was restarted, or has never issued it.
    Restarted,
    /// More has changed than is kept.
    Overrun,
    /// It may see other connections than before, or others than when its position was issued.
    Visibility,
}

/// A batch of changes for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Changes were missed: the full state has to be read. Then `changes` is empty, because that state
    /// contains everything up to `position`.
    pub gap: Option<Gap>,
    /// The oldest first; each thing once.
    pub changes: Vec<Change>,
    /// The position of the reader after this batch.
    pub position: Position,
}

impl ChangeFeed {
    /// Creates an empty feed. `id` is another one than that of any earlier feed.
    pub(crate) fn new(id: LogId) -> Self {
        let log = Mutex::new(ChangeLog::new(ChangeKind::capacity));
        Self { id, log, latest: watch::Sender::new(0) }
    }

    /// Adds a change, and wakes the readers. What has changed must be visible already.
    pub(crate) fn push(&self, change: Change) {
        self.extend([change]);
    }

    /// Adds changes as one: no reader gets some of them without the others.
    pub(crate) fn extend(&self, changes: impl IntoIterator<Item = Change>) {
        let mut log = self.log.lock();
        for change in changes {
            log.push(change);
        }
        // Under the lock, so that the number only grows.
        self.latest.send_replace(log.latest());
    }

    /// A reader of what changes from now on, or after a position.
    pub(crate) fn reader(self: &Arc<Self>, after: Option<Position>) -> ChangeReader {
        let mut latest = self.latest.subscribe();
        let now = *latest.borrow_and_update();
        let (sequence, gap) = match after {
            None => (now, None),
            Some(Position { log, sequence, .. }) if log == self.id && sequence <= now => {
                (sequence, None)
            }
            Some(_) => (now, Some(Gap::Restarted)),
        };
        ChangeReader { feed: Arc::clone(self), sequence, gap, latest }
    }
}

/// Reads a feed at its own pace.
pub(crate) struct ChangeReader {
    feed: Arc<ChangeFeed>,
    /// Up to where it has read.
    sequence: u64,
    gap: Option<Gap>,
    latest: watch::Receiver<u64>,
}

impl ChangeReader {
    /// Its position.
    pub(super) fn position(&self) -> Position {
        Position { log: self.feed.id, sequence: self.sequence, visibility: 0 }
    }

    /// Waits for changes of the `wanted` kinds. Cancel-safe.
    pub(super) async fn next(&mut self, wanted: impl Fn(ChangeKind) -> bool) -> Batch {
        loop {
            if let Some(batch) = self.read(&wanted) {
                return batch;
            }
            self.latest.changed().await.expect("the reader keeps the feed, and with it the sender");
        }
    }

    /// What has changed since the last read, if anything of the `wanted` kinds has.
    pub(super) fn read(&mut self, wanted: impl Fn(ChangeKind) -> bool) -> Option<Batch> {
        let (read, latest) = {
            let log = self.feed.log.lock();
            (log.read(self.sequence, wanted), log.latest())
        };
        self.sequence = latest;
        let (gap, changes) = match (self.gap.take(), read) {
            (None, Ok(changes)) if changes.is_empty() => return None,
            (None, Ok(changes)) => (None, changes),
            (None, Err(_)) => (Some(Gap::Overrun), Vec::new()),
            (gap @ Some(_), _) => (gap, Vec::new()),
        };
        Some(Batch { gap, changes, position: self.position() })
    }
}

#[cfg(test)]
mod tests;
