//! Certificates and keys, and ports without TLS.

use haltere_core::{TlsCode as T, Transport};

use super::identity::{expired, find_the_ca, trust_the_last, validity, wrong_name};
use super::{Advice, Case};
use crate::tls::{self, KeyOf};

pub(super) fn advise(case: &Case<'_>, code: T) -> Vec<Advice> {
    let ca = case.ca();
    match code {
        T::DepthZeroSelfSignedCert | T::SelfSignedCertInChain => trust_the_last(case),
        T::UnableToVerifyLeafSignature | T::UnableToGetIssuerCertLocally => find_the_ca(case),
        T::UnableToGetIssuerCert => vec![Advice::AppendRoot { ca }],
        T::CertSignatureFailure => vec![Advice::CaMadeAgain { ca }, Advice::VerifyByHand],
        T::CertHasExpired => expired(case),
        T::CertNotYetValid => vec![Advice::CompareClocks, validity(case)],
        T::CertAltNameInvalid => wrong_name(case),
        T::CaMdTooWeak | T::UnsupportedSignatureAlgorithm | T::EcKeyExplicitParams => {
            match tls::key_at_fault(case.failure) {
                Some(KeyOf::Broker) => vec![Advice::NewKey],
                Some(KeyOf::Ca) => vec![Advice::NewCa { ca }],
                None => vec![Advice::SignAgain, Advice::ShowSignature],
            }
        }
        T::EeKeyTooSmall => vec![Advice::NewKey],
        T::CaKeyTooSmall => vec![Advice::NewCa { ca }],
        T::InvalidPurpose => vec![Advice::ForTlsServers, Advice::VerifyByHand],
        T::PathLengthExceeded => vec![Advice::PathLength, Advice::VerifyByHand],
        T::CertUntrusted | T::Unspecified => {
            vec![Advice::VerifyByHand, Advice::OldNeedsCa { ca }]
        }
        T::InvalidContext => vec![Advice::CorrectFile { settings: case.client_certificate() }],
        T::CertChainTooLong => vec![Advice::NearerCa { ca }],
        T::ExcessiveMessageSize => vec![Advice::SmallerChain, show_handshake(case)],
        T::BadSignature => vec![Advice::KeyOfAnother],
        T::UnsupportedProtocol => vec![Advice::NewerTls],
    }
}

/// The peer does not speak TLS, or not in a way that haltere understands.
pub(super) fn not_understood(case: &Case<'_>) -> Vec<Advice> {
    if tls::is_within_tls(case.failure) {
        return vec![Advice::TlsOfAnotherKind, show_handshake(case)];
    }
    let plain = if case.transport() == Transport::Wss { Transport::Ws } else { Transport::Tcp };
    vec![
        Advice::NotTls { url: case.try_as(plain) },
        Advice::TlsPort { port: case.port() },
        show_handshake(case),
    ]
}

/// A command that shows the handshake.
pub(super) fn show_handshake(case: &Case<'_>) -> Advice {
    Advice::ShowHandshake { authority: case.authority() }
}
