//! Whether haltere is well, and which one it is.

pub(crate) mod healthz;
pub(crate) mod readyz;
pub(crate) mod status_check;
pub(crate) mod tasks;
pub(crate) mod version;
