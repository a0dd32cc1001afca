//! TLS to brokers.
//!
//! [`TlsClients`] turns what an operator gave (a [`haltere_core::TlsSettings`]) into a shared
//! [`TlsClient`]; [`TlsClient::connect`] does the handshake over any stream and returns the broker's
//! identity, or the failure with the code of Node's `tls` module.
//!
//! webpki verifies brokers' certificates. `mosquitto-tls(7)` leads to certificates that webpki refuses
//! on principle (X.509 v1, no subject alternative name, a CA used as server), so for connections with a
//! CA of their own a second set of rules follows; see `legacy`.

mod alert;
mod armor;
mod certificate;
mod client;
mod content;
mod der;
mod facts;
mod failure;
mod foreign;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod legacy;
mod material_error;
mod names;
mod p521;
mod parsed_settings;
mod path;
mod pem;
mod progress;
mod provider;
mod refusal;
mod settings_key;
mod signature;
mod strength;
#[cfg(test)]
mod tests;
mod tidy;
mod trust;
mod unusable;
mod verifier;

pub(crate) use alert::names_nothing_in_common;
pub use client::{Handshake, HandshakeFailure, TlsClient, TlsClients};
pub(crate) use facts::issuer_of;
pub use facts::{CertificateFacts, certificate_facts, certificates_in, day};
pub use failure::classify_io;
pub(crate) use failure::{io_fault, is_within_tls};
pub use foreign::is_foreign;
pub use material_error::{FileContent, MaterialError, MaterialFault};
pub use parsed_settings::read_identity;
pub use provider::provider;
pub(crate) use strength::{KeyOf, key_at_fault};
pub use tidy::{
    Cleaned, Impurity, check_material, check_stored, normalize_key, tidy, tidy_ca, tidy_cert,
    tidy_key, two_keys,
};
