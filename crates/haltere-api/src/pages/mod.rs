//! Pages rendered on the server: they work without JavaScript, on a phone, and in both themes.

pub(crate) mod layout;
pub(crate) mod not_found;
pub(crate) mod overview;
pub(crate) mod stylesheet;
