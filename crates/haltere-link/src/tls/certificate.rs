//! A certificate of any X.509 version, parsed by our own code, with the checks that OpenSSL makes.
//!
//! The answers follow OpenSSL (`crypto/x509/v3_purp.c`), because OpenSSL is what people compare
//! us with.

use haltere_core::Timestamp;
use rustls::crypto::WebPkiSupportedAlgorithms;
use x509_parser::prelude::{
    FromDer, GeneralName, ParsedExtension, SubjectPublicKeyInfo, X509Certificate, X509Extension,
    X509Version,
};

use super::der;
use super::provider::provider;
use super::signature::{Key, Scheme, Strength, may_come_from, strength};

/// A parsed certificate.
pub(super) struct Certificate<'a> {
    der: &'a [u8],
    x509: X509Certificate<'a>,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate; `None` when it is not one, or something follows it.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let (rest, x509) = X509Certificate::from_der(der).ok()?;
        rest.is_empty().then_some(Self { der, x509 })
    }

    pub(super) fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The subject's name, as DER.
    pub(super) fn subject(&self) -> &'a [u8] {
        self.x509.tbs_certificate.subject.as_raw()
    }

    /// The issuer's name, as DER.
    pub(super) fn issuer(&self) -> &'a [u8] {
        self.x509.tbs_certificate.issuer.as_raw()
    }

    /// The `SubjectPublicKeyInfo`, as DER.
    pub(super) fn public_key_info(&self) -> &'a [u8] {
        self.x509.tbs_certificate.subject_pki.raw
    }

    /// The public key's bits alone.
    pub(super) fn public_key(&self) -> &[u8] {
        &self.x509.tbs_certificate.subject_pki.subject_public_key.data
    }

    /// Whether `public_key_info` (DER) is this certificate's key. The parameters of its algorithm are
    /// left aside: they may be written in more than one way.
    pub(super) fn holds_public_key(&self, public_key_info: &[u8]) -> bool {
        let ours = &self.x509.tbs_certificate.subject_pki;
        SubjectPublicKeyInfo::from_der(public_key_info).is_ok_and(|(_, theirs)| {
            ours.algorithm.algorithm == theirs.algorithm.algorithm
                && ours.subject_public_key.data == theirs.subject_public_key.data
        })
    }

    pub(super) fn is_v3(&self) -> bool {
        self.x509.version() == X509Version::V3
    }

    /// Whether its basic constraints say that it is a CA.
    pub(super) fn claims_to_be_ca(&self) -> bool {
        matches!(self.x509.basic_constraints(), Ok(Some(constraints)) if constraints.value.ca)
    }

    pub(super) fn not_before(&self) -> Timestamp {
        timestamp(self.x509.validity().not_before.timestamp())
    }

    pub(super) fn not_after(&self) -> Timestamp {
        timestamp(self.x509.validity().not_after.timestamp())
    }

    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before() <= now && now <= self.not_after()
    }

    /// Whether it names itself as its issuer. Says nothing about the signature: its issuer may be another of
    /// the same name.
    pub(super) fn is_self_issued(&self) -> bool {
        self.names_as_issuer(self)
    }

    /// Whether its own key made its signature, as far as we can check: otherwise a key of the right kind is
    /// enough.
    pub(super) fn is_self_signed(&self) -> bool {
        let checkable = self.signature_strength() == Strength::Accepted
            && !matches!(self.key(), None | Some(Key::EcExplicit | Key::Other(_)));
        self.is_self_issued()
            && if checkable {
                self.is_signed_by(self, &provider().signature_verification_algorithms)
            } else {
                let key = &self.x509.tbs_certificate.subject_pki.algorithm;
                may_come_from(&self.x509.signature_algorithm, key)
            }
    }

    /// Whether `issuer` matches this certificate's issuer: by name and, if both have one, by key
    /// identifier. Does not check the signature.
    pub(super) fn names_as_issuer(&self, issuer: &Certificate<'_>) -> bool {
        self.issuer() == issuer.subject()
            && match (self.authority_key_id(), issuer.subject_key_id()) {
                (Some(wanted), Some(found)) => wanted == found,
                _ => true,
            }
    }

    /// The public key; `None` when it is damaged.
    pub(super) fn key(&self) -> Option<Key<'_>> {
        Key::read(&self.x509.tbs_certificate.subject_pki)
    }

    /// Whether the algorithm of its signature can be accepted.
    pub(super) fn signature_strength(&self) -> Strength {
        strength(&self.x509.signature_algorithm)
    }

    /// Whether the key of `issuer` made this certificate's signature.
    pub(super) fn is_signed_by(
        &self,
        issuer: &Certificate<'_>,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> bool {
        // Written twice, once where the signature covers it.
        self.x509.signature_algorithm == self.x509.tbs_certificate.signature
            && (self.is_signed_as_usual_by(issuer, algorithms)
                || self.is_signed_unusually_by(issuer))
    }

    /// In one of the ways that webpki knows.
    fn is_signed_as_usual_by(
        &self,
        issuer: &Certificate<'_>,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> bool {
        let Some(signature_algorithm) = der::signature_algorithm(self.der) else { return false };
        let Some(key_algorithm) = der::public_key_algorithm(issuer.public_key_info()) else {
            return false;
        };
        algorithms
            .all
            .iter()
            .filter(|algorithm| {
                algorithm.signature_alg_id().as_ref() == signature_algorithm
                    && algorithm.public_key_alg_id().as_ref() == key_algorithm
            })
            .any(|algorithm| {
                let signed = self.x509.tbs_certificate.as_ref();
                let signature = &self.x509.signature_value.data;
                algorithm.verify_signature(issuer.public_key(), signed, signature).is_ok()
            })
    }

    /// In one of the ways that only OpenSSL supports.
    fn is_signed_unusually_by(&self, issuer: &Certificate<'_>) -> bool {
        let scheme = Scheme::of(&self.x509.signature_algorithm);
        let signed = self.x509.tbs_certificate.as_ref();
        scheme.zip(issuer.key()).is_some_and(|(scheme, key)| {
            scheme.verifies(&key, signed, &self.x509.signature_value.data)
        })
    }

    /// Whether it may sign certificates: a CA, one whose key is for this very use, or a self-signed
    /// certificate of version 1, from the days when there was no way to say so.
    pub(super) fn may_sign_certificates(&self) -> bool {
        let key_usage = match self.x509.key_usage() {
            Ok(usage) => usage.map(|usage| usage.value.key_cert_sign()),
            Err(_) => return false,
        };
        let is_ca = match self.x509.basic_constraints() {
            Ok(Some(constraints)) => constraints.value.ca,
            Ok(None) if self.x509.version() == X509Version::V1 => self.is_self_signed(),
            Ok(None) => key_usage == Some(true),
            Err(_) => return false,
        };
        key_usage != Some(false) && is_ca && self.extended_usage_allows_servers()
    }

    /// How many CA certificates may be between this one and the leaf; `None` for any number.
    pub(super) fn path_length(&self) -> Option<u32> {
        self.x509.basic_constraints().ok().flatten()?.value.path_len_constraint
    }

    /// Whether its key may be used by a TLS server.
    pub(super) fn may_serve_tls(&self) -> bool {
        let key_usage_allows = match self.x509.key_usage() {
            Ok(Some(usage)) => {
                usage.value.digital_signature()
                    || usage.value.key_encipherment()
                    || usage.value.key_agreement()
            }
            Ok(None) => true,
            Err(_) => false,
        };
        // OpenSSL asks this of servers only, not of those who sign them.
        let netscape_allows =
            self.extensions().all(|extension| match extension.parsed_extension() {
                ParsedExtension::NSCertType(kind) => kind.ssl_server(),
                _ => true,
            });
        key_usage_allows && netscape_allows && self.extended_usage_allows_servers()
    }

    fn extended_usage_allows_servers(&self) -> bool {
        match self.x509.extended_key_usage() {
            Ok(Some(usage)) => usage.value.server_auth,
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Whether it holds a rule that we don't apply ourselves: name constraints, or anything
    /// critical beyond the usual.
    pub(super) fn has_rules_we_do_not_apply(&self) -> bool {
        self.extensions().any(|extension| match extension.parsed_extension() {
            ParsedExtension::KeyUsage(_)
            | ParsedExtension::ExtendedKeyUsage(_)
            | ParsedExtension::BasicConstraints(_)
            | ParsedExtension::SubjectAlternativeName(_)
            | ParsedExtension::NSCertType(_) => false,
            ParsedExtension::NameConstraints(_) => true,
            _ => extension.critical,
        })
    }

    /// The DNS names and IP addresses among the subject alternative names.
    pub(super) fn alternative_names(&self) -> impl Iterator<Item = AlternativeName<'_>> {
        self.extensions()
            .filter_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
                _ => None,
            })
            .flatten()
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some(AlternativeName::Dns(name)),
                GeneralName::IPAddress(address) => Some(AlternativeName::Ip(address)),
                _ => None,
            })
    }

    /// The subject's first common name.
    pub(super) fn common_name(&self) -> Option<&str> {
        self.x509.subject().iter_common_name().next()?.as_str().ok()
    }

    /// The subject's name for people, unbounded.
    pub(super) fn subject_text(&self) -> String {
        self.x509.subject().to_string()
    }

    /// The issuer's name for people, unbounded.
    pub(super) fn issuer_text(&self) -> String {
        self.x509.issuer().to_string()
    }

    fn authority_key_id(&self) -> Option<&[u8]> {
        self.extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => Some(id.key_identifier.as_ref()?.0),
            _ => None,
        })
    }

    fn subject_key_id(&self) -> Option<&[u8]> {
        self.extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        })
    }

    fn extensions(&self) -> impl Iterator<Item = &X509Extension<'a>> {
        self.x509.iter_extensions()
    }
}

/// One of a certificate's alternative names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AlternativeName<'a> {
    /// A host name, maybe with a wildcard.
    Dns(&'a str),
    /// The bytes of an address, four or sixteen when the certificate is in order.
    Ip(&'a [u8]),
}

/// Certificates that never expire say 9999-12-31, which is a day more than a timestamp can hold.
fn timestamp(seconds: i64) -> Timestamp {
    let limit = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(limit)
}
