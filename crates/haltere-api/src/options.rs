//! What can be configured about the HTTP side.

/// What can be configured about the HTTP side. [`ApiOptions::default`] fits plain HTTP on loopback.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ApiOptions {
    /// Every request comes over TLS, ours or that of a proxy in front: cookies get the prefix
    /// `__Host-` and are never sent in the clear, and browsers are told to insist on TLS.
    pub secure: bool,
}

impl ApiOptions {
    /// Says whether every request comes over TLS.
    #[must_use]
    pub fn secure(self, secure: bool) -> Self {
        Self { secure, ..self }
    }
}
