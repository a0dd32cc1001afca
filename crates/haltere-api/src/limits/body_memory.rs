//! Memory for the bodies of requests.

use haltere_core::Quota;
use haltere_core::quota::QuotaBounds;

use super::exceeded::QuotaLimits;

/// The largest ordinary body, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// The memory that decompression takes in addition to its output, in bytes.
pub(crate) const WINDOW: usize = 48 * 1024;

/// The budget for the bodies of all requests, of which one user or one address gets a quarter. Whatever is
/// configured, a body of the largest size fits, compressed or not.
pub(crate) fn budget(bytes: usize) -> Quota {
    let each = (bytes / 4).max(MAX_BODY + WINDOW);
    Quota::new(QuotaBounds { all: bytes.max(2 * each), user: each, network: each })
}

const LIMIT: &str = "server.max_body_memory";

/// The refusals when a budget is used up.
pub(crate) const EXHAUSTED: QuotaLimits = QuotaLimits {
    user: (LIMIT, "Your requests under way take all the memory one user gets"),
    network: (LIMIT, "Requests under way from your address take all the memory one address gets"),
    all: (LIMIT, "Requests under way take all the memory there is for them"),
    retry_after: 1,
};
