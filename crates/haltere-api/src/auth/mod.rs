//! Logging in and out.

pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod validate_session;
