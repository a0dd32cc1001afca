//! Texts of connections as callers see them, each written once for all callers that see the same.
//!
//! A connection's texts are kept with its [`Entry`](super::Entry), one for each selection of fields, and dropped with it: so
//! no text outlives an edit or a deletion. A text also belongs to one status, and is written again when it changes.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use haltere_core::ConnectionStatus;
use parking_lot::Mutex;
use zeroize::Zeroize as _;

/// The default of [`TextMemory`], in bytes: ten thousand connections for three kinds of callers.
const LIMIT: usize = 24 << 20;

/// What a kept text needs in addition to its bytes: its struct, and what the allocator adds.
const OVERHEAD: usize = size_of::<ViewText>() + 4 * size_of::<usize>();

/// What a view shows of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fields {
    pub secrets: bool,
    pub certificates: bool,
}

/// The text of a view. Overwritten when dropped, if there are secrets in it.
pub struct ViewText {
    status: Option<Arc<ConnectionStatus>>,
    text: Box<[u8]>,
    is_secret: bool,
    /// Counts it, if it is kept.
    memory: Option<Arc<TextMemory>>,
}

/// The texts of one entry, by [`Fields::index`].
#[derive(Default)]
pub(super) struct Texts(Mutex<[Option<Arc<ViewText>>; Fields::COUNT]>);

/// How much memory all kept texts use. Beyond the limit, texts are written for each caller.
pub(crate) struct TextMemory {
    limit: usize,
    held: AtomicUsize,
    refused: AtomicU64,
}

impl Fields {
    /// How many selections there are.
    pub const COUNT: usize = 4;

    /// A number below [`Fields::COUNT`].
    pub fn index(self) -> usize {
        2 * usize::from(self.secrets) + usize::from(self.certificates)
    }
}

impl Texts {
    pub(super) fn get(
        &self,
        fields: Fields,
        status: Option<&Arc<ConnectionStatus>>,
    ) -> Option<Arc<ViewText>> {
        let texts = self.0.lock();
        let text = texts[fields.index()].as_ref()?;
        is_same(text.status.as_ref(), status).then(|| Arc::clone(text))
    }

    /// Keeps a text, which replaces an older one, unless it is not counted.
    pub(super) fn keep(&self, fields: Fields, text: ViewText) -> Arc<ViewText> {
        let is_kept = text.memory.is_some();
        let text = Arc::new(text);
        let kept = is_kept.then(|| Arc::clone(&text));
        let older = std::mem::replace(&mut self.0.lock()[fields.index()], kept);
        // Not under the lock: it may have to be overwritten.
        drop(older);
        text
    }
}

/// Statuses are never changed, only replaced. The text keeps its own alive, so equal addresses mean that it is the same.
fn is_same(one: Option<&Arc<ConnectionStatus>>, other: Option<&Arc<ConnectionStatus>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

impl ViewText {
    /// The text of a view with this status.
    pub(super) fn new(
        status: Option<Arc<ConnectionStatus>>,
        is_secret: bool,
        mut written: Vec<u8>,
        memory: &Arc<TextMemory>,
    ) -> Self {
        // Of exactly its size, without moving it, which would leave a copy.
        let text: Box<[u8]> = written.as_slice().into();
        if is_secret {
            written.zeroize();
        }
        let memory = memory.reserve(text.len() + OVERHEAD).then(|| Arc::clone(memory));
        Self { status, text, is_secret, memory }
    }

    /// Whether there are passwords or private keys in it.
    pub fn is_secret(&self) -> bool {
        self.is_secret
    }
}

impl Deref for ViewText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.text
    }
}

impl Drop for ViewText {
    fn drop(&mut self) {
        if self.is_secret {
            self.text.zeroize();
        }
        if let Some(memory) = &self.memory {
            memory.release(self.text.len() + OVERHEAD);
        }
    }
}

impl TextMemory {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, held: AtomicUsize::new(0), refused: AtomicU64::new(0) }
    }

    /// How many texts could not be kept.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn reserve(&self, bytes: usize) -> bool {
        let fits = self.held.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.limit;
        if !fits {
            self.release(bytes);
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        fits
    }

    fn release(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Default for TextMemory {
    fn default() -> Self {
        Self::new(LIMIT)
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Texts can contain secrets.
        f.write_str("Texts")
    }
}

#[cfg(test)]
mod tests;
