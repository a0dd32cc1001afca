//! Single sign-on: what the login page may offer, and logins at a provider or by a proxy.

pub(crate) mod back_channel;
pub(crate) mod callback;
pub(crate) mod header;
pub(crate) mod offer;
mod reason;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod test;
mod trusted_headers;

pub use trusted_headers::{HeaderNameError, TrustedHeaders};

pub(crate) use trusted_headers::HeaderUser;

#[cfg(test)]
mod header_tests;
#[cfg(test)]
mod tests;
