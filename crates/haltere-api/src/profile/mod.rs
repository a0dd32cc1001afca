//! `/api/profile`

pub(crate) mod get;
pub(crate) mod update;
