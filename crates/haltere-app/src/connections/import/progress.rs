//! How far an import is.

use std::any::Any;
use std::sync::Arc;

use tokio::sync::watch;

/// How far an import is, for whoever waits for it. Only the newest is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// What is being done.
    pub stage: ImportStage,
    /// With how many entries that is done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
}

/// The stages of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStage {
    /// Each entry is judged; certificates and keys take a while.
    Checking,
    /// New connections are being stored.
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
    /// A place to tell progress to, and one to follow it from.
    pub fn channel() -> (Reporter, watch::Receiver<Self>) {
        let start = Self { stage: ImportStage::Checking, done: 0, total: 0 };
        let (sender, receiver) = watch::channel(start);
        (Reporter { sender: Arc::new(sender), _held: None }, receiver)
    }
}

/// Where progress is told; nobody has to listen. When the last one is dropped, the import has ended.
#[derive(Debug, Clone)]
pub struct Reporter {
    sender: Arc<watch::Sender<ImportProgress>>,
    _held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Reporter {
    /// Holds `guard` until the import has ended. That is later than the end of whoever asked for it:
    /// an import goes on when a client has hung up.
    #[must_use]
    pub fn holding(self, guard: impl Any + Send + Sync) -> Self {
        Self { _held: Some(Arc::new(guard)), ..self }
    }

    pub(super) fn tell(&self, stage: ImportStage, done: usize, total: usize) {
        self.sender.send_replace(ImportProgress { stage, done, total });
    }
}
