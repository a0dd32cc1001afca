//! What pages rendered on the server share. They work without JavaScript, on a phone, and in both themes.

pub(crate) mod layout;
pub(crate) mod stylesheet;
