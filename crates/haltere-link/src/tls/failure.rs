//! What went wrong in TLS, in the codes of Node and OpenSSL.

use std::io;

use haltere_core::LinkFailure;

/// Finds a TLS failure inside an I/O error; `None` when there is none.
///
/// Under TLS 1.3 a broker's verdict on our client certificate arrives only after the handshake,
/// as an alert in place of the CONNACK: reads (and failed writes) after the handshake have to be
/// asked, too.
pub fn classify_io(_error: &io::Error) -> Option<LinkFailure> {
    None
}
