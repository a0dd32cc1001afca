//! The broker's alerts; most of them are about the client certificate.

use haltere_core::{Alpn, TlsAlert as A};

use super::certificate::show_handshake;
use super::{Advice, Case};
use crate::tls;

pub(super) fn advise(case: &Case<'_>, alert: A) -> Vec<Advice> {
    let ours = case.spec.tls.cert.is_some();
    let settings = case.client_certificate();
    match alert {
        A::CertificateRequired | A::NoCertificate => {
            vec![Advice::GiveClientCertificate { settings }, Advice::DoNotRequire]
        }
        A::HandshakeFailure if tls::names_nothing_in_common(case.failure) => {
            vec![
                Advice::OfferCommonTls,
                Advice::PerhapsPsk,
                Advice::PerhapsKeyKind,
                show_handshake(case),
            ]
        }
        A::HandshakeFailure if !ours => {
            vec![Advice::ProbablyWantsCertificate { settings }, Advice::ElseLog]
        }
        A::HandshakeFailure => vec![Advice::LookAtClientCertificate { settings }],
        A::InsufficientSecurity => vec![Advice::UsualCiphers],
        A::UnknownCa | A::DecryptError => {
            vec![Advice::ClientCaUnknown { settings }, Advice::VerifyClient]
        }
        A::CertificateExpired => vec![Advice::RenewClientCertificate { settings }],
        A::CertificateRevoked => vec![Advice::ClientCertificateRevoked],
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateUnknown
        | A::AccessDenied
        | A::CertificateUnobtainable
        | A::BadCertificateStatusResponse
        | A::BadCertificateHashValue => {
            vec![Advice::ClientCertificateKind { settings }, Advice::VerifyClientUse]
        }
        A::UnrecognizedName => {
            let (authority, name) = (case.authority(), case.tls_host().to_string());
            let setting = case.server_name();
            vec![if case.spec.tls.server_name.is_some() {
                Advice::OtherServerName { authority, name, setting }
            } else {
                Advice::OtherHostName { authority, name, setting }
            }]
        }
        A::NoApplicationProtocol => no_application_protocol(case),
        A::UnknownPskIdentity => vec![Advice::OnlyPsk],
        A::InternalError => vec![Advice::BrokerFailedHandshake, show_handshake(case)],
        A::ProtocolVersion => vec![Advice::NewerTls],
        // The rest are about the protocol itself.
        A::UnexpectedMessage
        | A::BadRecordMac
        | A::DecryptionFailed
        | A::RecordOverflow
        | A::DecompressionFailure
        | A::IllegalParameter
        | A::DecodeError
        | A::ExportRestriction
        | A::InappropriateFallback
        | A::UserCancelled
        | A::NoRenegotiation
        | A::MissingExtension
        | A::UnsupportedExtension => vec![Advice::HandshakeNotUnderstood, show_handshake(case)],
    }
}

fn no_application_protocol(case: &Case<'_>) -> Vec<Advice> {
    let asked = case.spec.tls.alpn.as_ref().map(Alpn::protocols).unwrap_or_default();
    let setting = case.alpn();
    let name = match asked {
        [] => Advice::GiveAlpn { setting },
        asked => Advice::OtherAlpn { setting, protocols: asked.join(", ") },
    };
    vec![name, Advice::MqttOnlyPort]
}
