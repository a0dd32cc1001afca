//! A certificate on its way out.

use haltere_link::tls::CertificateFacts;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// A certificate that a peer presented. Its content is not trusted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Certificate)]
pub(crate) struct WireCertificate<'a> {
    subject: &'a str,
    issuer: &'a str,
    /// The host names and addresses it is valid for.
    names: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    not_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    not_after: Option<String>,
    /// SHA-256, as `openssl x509 -fingerprint -sha256` prints it.
    fingerprint: &'a str,
    pem: &'a str,
}

impl<'a> From<&'a CertificateFacts> for WireCertificate<'a> {
    fn from(facts: &'a CertificateFacts) -> Self {
        let CertificateFacts {
            subject,
            issuer,
            names,
            not_before,
            not_after,
            sha256_fingerprint,
            pem,
        } = facts;
        Self {
            subject,
            issuer,
            names,
            not_before: not_before.map(time::rfc3339),
            not_after: not_after.map(time::rfc3339),
            fingerprint: sha256_fingerprint,
            pem,
        }
    }
}
