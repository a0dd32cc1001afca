//! Why TLS settings can't be used.

pub use haltere_core::{FileContent, MaterialFault};

/// TLS settings that can't be used. Prints as "field: reason"; never quotes the data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MaterialError {
    /// The field at fault: `ca`, `cert` or `key`.
    pub field: &'static str,
    /// What is wrong with it; completes "`field`: …".
    pub reason: MaterialFault,
}

impl MaterialError {
    pub(super) fn new(field: &'static str, reason: MaterialFault) -> Self {
        Self { field, reason }
    }
}
