//! Where a page of a list ended.

use std::fmt;

use crate::error::Invalid;

/// Where a page of a list ended: opaque to callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {}

impl Cursor {
    /// Reads what [`Cursor`]'s `Display` wrote; otherwise the field `cursor` is invalid.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        todo!()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
