//! Certificates made the way `mosquitto-tls(7)` says.
//!
//! With OpenSSL 3 that page yields X.509 **v1** certificates without alternative names, and
//! the common `openssl req -x509` a CA that is then used as a server's certificate. webpki refuses
//! both on principle. `mosquitto_pub --cafile` accepts them, so many fleets use them, and haltere accepts
//! them where `mosquitto_pub` does, under three conditions:
//!
//! - the operator has given this connection its own CA; the system's roots never vouch for these;
//! - webpki has refused for one of those reasons, and for no other (see [`concerns`]);
//! - dates, uses, names and signatures hold, all the way up to a root the operator gave.

use haltere_core::{Host, Timestamp};
use rustls::CertificateError;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls_pki_types::CertificateDer;

use super::certificate::Certificate;
use super::names;
use super::path::{End, Path};
use super::strength;
use super::trust::Trust;

/// Whether webpki refused `leaf` for one of the reasons these rules are for. That it knows no algorithm for
/// a signature is one; an RSA key of an uncommon size makes it call the signature bad.
pub(super) fn concerns(
    error: &CertificateError,
    presented: &[CertificateDer<'_>],
    host: &Host,
) -> bool {
    let Some(leaf) = presented.first().and_then(|leaf| Certificate::parse(leaf)) else {
        return false;
    };
    match error {
        CertificateError::BadEncoding => begins_before_1970(presented),
        // webpki's own words for these two don't come through rustls as types.
        CertificateError::Other(_) => !leaf.is_v3() || leaf.claims_to_be_ca(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            !names::has_dns_names(&leaf) || names::has_address_as_dns_name(&leaf, host)
        }
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => true,
        _ => false,
    }
}

/// Whether one of them has a validity that begins before 1970, which webpki can't read.
pub(super) fn begins_before_1970(presented: &[CertificateDer<'_>]) -> bool {
    let begins = presented.iter().filter_map(|der| Certificate::parse(der));
    begins.into_iter().any(|certificate| certificate.not_before() < Timestamp::UNIX_EPOCH)
}

/// Whether `mosquitto_pub --cafile` would take the chain for `host`.
pub(super) fn accepts(
    presented: &[CertificateDer<'_>],
    trust: &Trust,
    host: &Host,
    now: Timestamp,
    algorithms: &WebPkiSupportedAlgorithms,
) -> bool {
    let Some(path) = Path::walk(presented, trust, now) else { return false };
    let Some(leaf) = path.certificates().next() else { return false };
    trust.is_supplied()
        && path.end == End::Trusted
        && path.certificates().all(|c| c.is_valid_at(now) && !c.has_rules_we_do_not_apply())
        && leaf.may_serve_tls()
        && issuers_may_sign(&path)
        && path_lengths_hold(&path)
        && strength::of_path(&path).is_none()
        && signatures_hold(&path, algorithms)
        && names::belongs_to(leaf, host)
}

/// Whether all certificates above the leaf are CAs.
pub(super) fn issuers_may_sign(path: &Path<'_>) -> bool {
    path.certificates().skip(1).all(Certificate::may_sign_certificates)
}

/// Whether the path length constraints of all CAs hold.
pub(super) fn path_lengths_hold(path: &Path<'_>) -> bool {
    path.certificates().skip(1).zip(0..).all(|(issuer, authorities_below)| {
        issuer.path_length().is_none_or(|allowed| authorities_below <= allowed)
    })
}

/// Whether each certificate was signed by the one above it. The root needs no signature: it is
/// trusted because the operator gave it.
pub(super) fn signatures_hold(path: &Path<'_>, algorithms: &WebPkiSupportedAlgorithms) -> bool {
    path.certificates()
        .zip(path.certificates().skip(1))
        .all(|(certificate, issuer)| certificate.is_signed_by(issuer, algorithms))
}
