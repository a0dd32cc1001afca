//! `/api/plugins`

pub(crate) mod list;
pub(crate) mod switch;
mod switched;
