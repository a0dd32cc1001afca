//! Whether the disk takes what is written.

use std::error::Error as _;
use std::sync::{Mutex, PoisonError};

use haltere_core::StorageTrouble;
use haltere_store::StoreError;

/// How the disk was last seen. Says in the log when that changes, and only then: a disk that is full
/// fails every change, and the log may lie on it.
#[derive(Debug, Default)]
pub(crate) struct Condition(Mutex<Option<StorageTrouble>>);

impl Condition {
    pub(crate) fn trouble(&self) -> Option<StorageTrouble> {
        *self.lock()
    }

    /// A write has failed. That it works again is for a probe to say: while a disk is nearly full,
    /// some writes still fit.
    pub(crate) fn failed(&self, error: &StoreError) {
        let Some(trouble) = error.trouble() else { return };
        let mut known = self.lock();
        // An I/O error is often how a more telling trouble begins, and never its end.
        if known.is_none_or(|known| known == StorageTrouble::Failing && known != trouble) {
            let cause = error.source().map(ToString::to_string);
            tracing::error!(cause, "nothing can be stored: {trouble}; reads go on");
            *known = Some(trouble);
        }
    }

    /// A probe was written.
    pub(crate) fn is_well(&self) {
        if self.lock().take().is_some() {
            tracing::info!("changes can be stored again");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<StorageTrouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
