//! Memory for the bodies of requests.

use haltere_core::Quota;
use haltere_core::quota::{Bounds, QuotaExceeded};

use crate::error::ApiError;

/// The largest ordinary body, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// The memory that decompression takes in addition to its output, in bytes.
pub(crate) const WINDOW: usize = 48 * 1024;

/// The budget for the bodies of all requests, of which one user or one address gets a quarter. Whatever is
/// configured, a body of the largest size fits, compressed or not.
pub(crate) fn budget(bytes: usize) -> Quota {
    let each = (bytes / 4).max(MAX_BODY + WINDOW);
    Quota::new(Bounds { all: bytes.max(2 * each), user: each, network: each })
}

/// The error when a budget is used up.
pub(crate) fn exhausted(reached: QuotaExceeded) -> ApiError {
    let (is_own, message) = match reached {
        QuotaExceeded::User => (true, "Your requests under way take all the memory one user gets"),
        QuotaExceeded::Network => {
            (true, "Requests under way from your address take all the memory one address gets")
        }
        QuotaExceeded::All => (false, "Requests under way take all the memory there is for them"),
    };
    ApiError::limited("server.max_body_memory", is_own, message, 1)
}
