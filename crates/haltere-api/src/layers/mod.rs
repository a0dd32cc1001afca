//! What happens to every request and answer, whatever the route.

pub(crate) mod cors;
pub(crate) mod cross_origin;
pub(crate) mod failures;
pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod identity;
pub(crate) mod kept;
pub(crate) mod query_token;
