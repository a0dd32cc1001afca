//! How the refusal of a quota reads.

use haltere_core::quota::QuotaExceeded;

use crate::error::ApiError;

/// The limits of a quota, each as the name of its setting and the message when it is reached.
pub(crate) struct QuotaLimits {
    /// What one user may hold.
    pub(crate) user: (&'static str, &'static str),
    /// What one address may hold.
    pub(crate) network: (&'static str, &'static str),
    /// What all callers together may hold.
    pub(crate) all: (&'static str, &'static str),
    /// Seconds after which a retry makes sense.
    pub(crate) retry_after: u32,
}

impl QuotaLimits {
    /// 429 if the caller's own limit is reached, 503 if that of all.
    pub(crate) fn refusal(&self, reached: QuotaExceeded) -> ApiError {
        let ((limit, message), is_own) = match reached {
            QuotaExceeded::User => (self.user, true),
            QuotaExceeded::Network => (self.network, true),
            QuotaExceeded::All => (self.all, false),
        };
        ApiError::limited(limit, is_own, message, self.retry_after)
    }
}
