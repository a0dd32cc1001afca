//! Verifies the broker's certificate and its proof of the key.

use std::ops::RangeInclusive;

use haltere_core::{Host, Timestamp};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key,
};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerMisbehaved, SignatureScheme};
use rustls_pki_types::{CertificateDer, IpAddr, ServerName, SubjectPublicKeyInfoDer, UnixTime};

use super::certificate::Certificate;
use super::der;
use super::legacy;
use super::path::Path;
use super::progress::{self, Reached};
use super::refusal::Case;
use super::signature::{Key, RSA_PSS_PSS, Scheme};
use super::trust::Trust;

/// Checks brokers' certificates for the connections that share its settings.
#[derive(Debug)]
pub(super) struct Verifier {
    /// `None`: any certificate is accepted, as long as the broker has its key.
    trust: Option<Trust>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(trust: Option<Trust>, provider: &CryptoProvider) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        Self { trust, algorithms }
    }

    #[cfg(test)]
    pub(super) fn shares_roots_with(&self, other: &Self) -> bool {
        let roots =
            |verifier: &Self| verifier.trust.as_ref().map(|it| std::sync::Arc::as_ptr(&it.roots));
        roots(self).is_some() && roots(self) == roots(other)
    }

    /// Whether a chain that was accepted owes this to the rules for old certificates.
    pub(super) fn is_legacy(
        &self,
        chain: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> bool {
        let (Some(trust), Some((leaf, others))) = (&self.trust, chain.split_first()) else {
            return false;
        };
        trust.is_supplied() && self.verify_by_webpki(trust, leaf, others, server_name, now).is_err()
    }

    fn verify_by_webpki(
        &self,
        trust: &Trust,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(leaf)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, &trust.roots, others, now, algorithms)?;
        verify_server_name(&parsed, server_name)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        progress::record(Reached::Certificate);
        let Some(trust) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        let verdict = self.verify_by_webpki(trust, leaf, others, server_name, now);
        let presented: Vec<_> = std::iter::once(leaf)
            .chain(others)
            .map(|der| CertificateDer::from(der.as_ref()))
            .collect();
        let case = Case {
            presented: &presented,
            trust,
            host: &host(server_name),
            now: timestamp(now),
            algorithms: &self.algorithms,
        };
        let error = match verdict {
            // webpki does not check whether a root has expired or is a CA at all, knows no key usage, and
            // leaves the leaf's key to the handshake. OpenSSL, and so every other client of this broker,
            // checks all of it.
            Ok(()) => {
                let path = Path::walk(&presented, trust, case.now);
                let path = path.filter(|_| trust.is_supplied());
                let fault = path
                    .and_then(|path| case.time_refusal(&path).or_else(|| case.use_refusal(&path)))
                    .or_else(|| case.leaf_key_refusal());
                return fault.map_or_else(
                    || Ok(ServerCertVerified::assertion()),
                    |fault| Err(fault.into()),
                );
            }
            Err(Error::InvalidCertificate(error)) => error,
            Err(error) => return Err(error),
        };
        if legacy::concerns(&error, &presented, case.host)
            && legacy::accepts(&presented, trust, case.host, case.now, case.algorithms)
        {
            return Ok(ServerCertVerified::assertion());
        }
        Err(case.explain(&error).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if proves_unusually(message, leaf, signed) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let key_info = public_key_info(leaf)?;
        let key_algorithm = der::public_key_algorithm(&key_info);
        let certificate = Certificate::parse(leaf).ok_or(CertificateError::BadEncoding)?;
        // TLS 1.2 names hash and kind of key, not the curve: that comes from the key itself.
        let algorithm = self
            .algorithms
            .mapping
            .iter()
            .find(|(scheme, _)| *scheme == signed.scheme)
            .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?
            .1
            .iter()
            .find(|algorithm| Some(algorithm.public_key_alg_id().as_ref()) == key_algorithm)
            .ok_or(PeerMisbehaved::SignedKxWithWrongAlgorithm)?;
        algorithm
            .verify_signature(certificate.public_key(), message, signed.signature())
            .map_err(|_| CertificateError::BadSignature)?;
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if proves_unusually(message, leaf, signed) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let key_info = public_key_info(leaf)?;
        verify_tls13_signature_with_raw_key(message, &key_info, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // Last: what rustls knows comes first.
        [self.algorithms.supported_schemes(), RSA_PSS_PSS.to_vec()].concat()
    }
}

/// Whether the handshake was signed by an RSA key that aws-lc-rs does not support: of an uncommon size, or
/// for RSA-PSS alone. Its size was checked before, unless any certificate is accepted.
fn proves_unusually(
    message: &[u8],
    leaf: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> bool {
    let certificate = Certificate::parse(leaf);
    let Some(key) = certificate.as_ref().and_then(Certificate::key) else { return false };
    let fits = match &key {
        Key::Rsa(key) => {
            !USUAL_RSA_BITS.contains(&key.bits()) && !RSA_PSS_PSS.contains(&signed.scheme)
        }
        Key::RsaPss(..) => RSA_PSS_PSS.contains(&signed.scheme),
        _ => false,
    };
    fits && Scheme::of_handshake(signed.scheme)
        .is_some_and(|scheme| scheme.verifies(&key, message, signed.signature()))
}

/// The sizes that aws-lc-rs supports.
const USUAL_RSA_BITS: RangeInclusive<u64> = 2_048..=8_192;

/// The key is read by ourselves, because webpki reads no certificate of version 1.
fn public_key_info<'a>(leaf: &'a CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'a>, Error> {
    let certificate = Certificate::parse(leaf).ok_or(CertificateError::BadEncoding)?;
    Ok(certificate.public_key_info().into())
}

/// The host as rustls calls it; `None` when it can't be in any certificate.
pub(super) fn server_name(host: &Host) -> Option<ServerName<'static>> {
    match host {
        Host::Name(name) => ServerName::try_from(name.clone()).ok(),
        Host::V4(address) => Some(ServerName::IpAddress(std::net::IpAddr::V4(*address).into())),
        Host::V6(address) => Some(ServerName::IpAddress(std::net::IpAddr::V6(*address).into())),
    }
}

fn host(server_name: &ServerName<'_>) -> Host {
    match server_name {
        ServerName::IpAddress(IpAddr::V4(address)) => Host::V4((*address).into()),
        ServerName::IpAddress(IpAddr::V6(address)) => Host::V6((*address).into()),
        name => Host::Name(name.to_str().into_owned()),
    }
}

fn timestamp(at: UnixTime) -> Timestamp {
    let seconds = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
