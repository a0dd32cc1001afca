//! `/api/profile`

pub(crate) mod get;
pub(crate) mod sessions;
pub(crate) mod update;
