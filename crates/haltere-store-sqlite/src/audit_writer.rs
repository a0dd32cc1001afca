//! The writer of the audit trail, as it is stored and as the store remembers it.

use haltere_store::ChainHead;
use parking_lot::Mutex;

/// The current writer as this process has left it, so that an append need not read the writers: a statement less for each
/// change. It is right as long as the writer's newest entry is the same. Whatever else changes the table also appends, or
/// makes another writer the current one.
#[derive(Debug, Default)]
pub(crate) struct KnownWriter(Mutex<Option<Writer>>);

/// A writer, as it is stored.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) head: ChainHead,
    pub(crate) is_current: bool,
    pub(crate) named: Option<String>,
    pub(crate) bytes: i64,
    pub(crate) removed: ChainHead,
}

impl KnownWriter {
    /// Takes it, if it is known.
    pub(crate) fn take(&self) -> Option<Writer> {
        self.0.lock().take()
    }

    /// Remembers it.
    pub(crate) fn set(&self, writer: Writer) {
        *self.0.lock() = Some(writer);
    }
}
