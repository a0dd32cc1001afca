//! Where the files of the console come from.

use std::borrow::Cow;
use std::fmt;

use axum::body::Bytes;

/// The files of the console, by their path inside its folder: `index.html`, `assets/index-4f0c.js`, and
/// for the latter perhaps `assets/index-4f0c.js.br` and `.gz`. The default has none. Cheap to copy.
#[derive(Clone, Copy)]
pub struct ConsoleFiles(fn(&str) -> Option<Cow<'static, [u8]>>);

impl ConsoleFiles {
    /// Asks `find` for each file, each time: during development they change under us.
    pub const fn new(find: fn(&str) -> Option<Cow<'static, [u8]>>) -> Self {
        Self(find)
    }

    pub(super) fn get(self, path: &str) -> Option<Bytes> {
        Some(match (self.0)(path)? {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        })
    }
}

impl Default for ConsoleFiles {
    fn default() -> Self {
        Self::new(|_| None)
    }
}

impl fmt::Debug for ConsoleFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsoleFiles")
    }
}
