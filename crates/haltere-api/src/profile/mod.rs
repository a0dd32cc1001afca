//! `/api/profile`

pub(crate) mod get;
pub(crate) mod patch;
mod preferences;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod update;
