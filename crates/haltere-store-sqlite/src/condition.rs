//! Whether the disk takes what is written, and whether what is stored can be relied on.

use std::error::Error as _;

use haltere_core::StorageTrouble;
use haltere_store::{ChangeCounters, StoreError};
use parking_lot::Mutex;

/// How the disk was last seen. Says in the log when that changes, and only then: a disk that is full
/// fails every change, and the log may lie on it.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    trouble: Mutex<Option<StorageTrouble>>,
    /// The latest counters that were read. They never go back.
    latest: Mutex<Option<ChangeCounters>>,
}

impl Condition {
    pub(crate) fn trouble(&self) -> Option<StorageTrouble> {
        *self.lock()
    }

    /// A write has failed. That it works again is for a probe to say: while a disk is nearly full,
    /// some writes still fit.
    pub(crate) fn failed(&self, error: &StoreError) {
        let Some(trouble) = error.trouble() else { return };
        let mut known = self.lock();
        if known.is_none_or(|known| weight(trouble) > weight(known)) {
            let cause = error.source().map(ToString::to_string);
            let advice = advice(trouble);
            tracing::error!(cause, "nothing can be stored: {trouble}; reads go on{advice}");
            *known = Some(trouble);
        }
    }

    /// A read has failed. Only what it says of the database itself counts: a disk that gives nothing may well
    /// take something.
    pub(crate) fn failed_to_read(&self, error: &StoreError) {
        if matches!(error, StoreError::Damaged(_) | StoreError::Replaced) {
            self.failed(error);
        }
    }

    /// Refuses a change where it would not last, or make things worse.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.trouble() {
            Some(StorageTrouble::Damaged) => Err(StoreError::Damaged("found before".into())),
            _ => Ok(()),
        }
    }

    /// The least that a read which begins now has to find.
    pub(crate) fn latest(&self) -> Option<ChangeCounters> {
        *self.latest.lock()
    }

    /// A read that had to find at least `least` has found `found`. [`StoreError::Damaged`] when that is older.
    pub(crate) fn found(
        &self,
        least: Option<ChangeCounters>,
        found: ChangeCounters,
    ) -> Result<(), StoreError> {
        let is_older = |least: ChangeCounters| {
            found.connections < least.connections
                || found.sessions < least.sessions
                || found.plugins < least.plugins
        };
        if least.is_some_and(is_older) {
            return Err(StoreError::Damaged("what is stored was replaced by an older copy".into()));
        }
        let mut latest = self.latest.lock();
        let raise = |known: ChangeCounters| ChangeCounters {
            connections: known.connections.max(found.connections),
            sessions: known.sessions.max(found.sessions),
            plugins: known.plugins.max(found.plugins),
        };
        *latest = Some(latest.map_or(found, raise));
        Ok(())
    }

    /// A probe was written.
    pub(crate) fn is_well(&self) {
        if self.lock().take().is_some() {
            tracing::info!("changes can be stored again");
        }
    }

    fn lock(&self) -> parking_lot::MutexGuard<'_, Option<StorageTrouble>> {
        self.trouble.lock()
    }
}

/// Which of two troubles is reported: the one with the larger weight. An I/O error is often the beginning of a
/// more specific one.
const fn weight(trouble: StorageTrouble) -> u8 {
    match trouble {
        StorageTrouble::Failing => 0,
        StorageTrouble::Full | StorageTrouble::ReadOnly => 1,
        StorageTrouble::Damaged => 2,
        StorageTrouble::Replaced => 3,
    }
}

/// What the operator has to do if waiting does not help.
const fn advice(trouble: StorageTrouble) -> &'static str {
    match trouble {
        StorageTrouble::Damaged => "; stop haltere and restore a backup",
        StorageTrouble::Replaced => {
            "; stop haltere, put the files it was started with back or restore a backup, and start it"
        }
        StorageTrouble::Full | StorageTrouble::ReadOnly | StorageTrouble::Failing => "",
    }
}
