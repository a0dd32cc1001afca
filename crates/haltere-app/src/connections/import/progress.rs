//! The progress of an import.

use std::any::Any;
use std::sync::Arc;

use tokio::sync::watch;

/// The progress of an import. Only the latest value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    pub stage: ImportStage,
    pub done: usize,
    pub total: usize,
}

/// The stages of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStage {
    /// Each entry is validated; certificates and keys take a while.
    Checking,
    Storing,
}

impl ImportStage {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Storing => "storing",
        }
    }
}

impl ImportProgress {
    /// A sender and a receiver of progress.
    pub fn channel() -> (Reporter, watch::Receiver<Self>) {
        let start = Self { stage: ImportStage::Checking, done: 0, total: 0 };
        let (sender, receiver) = watch::channel(start);
        (Reporter { sender: Arc::new(sender), _held: None }, receiver)
    }
}

/// Sends progress. The import has ended when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Reporter {
    sender: Arc<watch::Sender<ImportProgress>>,
    _held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Reporter {
    /// Holds `guard` until the import has ended, which may be after its client has disconnected.
    #[must_use]
    pub fn holding(self, guard: impl Any + Send + Sync) -> Self {
        Self { _held: Some(Arc::new(guard)), ..self }
    }

    pub(super) fn report(&self, stage: ImportStage, done: usize, total: usize) {
        self.sender.send_replace(ImportProgress { stage, done, total });
    }
}
