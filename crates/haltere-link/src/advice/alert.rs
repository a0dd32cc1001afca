//! The broker's alerts; most of them are about the client certificate.

use haltere_core::{Alpn, TlsAlert as A};

use super::certificate::{newer_tls, s_client};
use super::{Case, lines};
use crate::tls;

pub(super) fn advise(case: &Case<'_>, alert: A) -> Vec<String> {
    let ours = case.spec.tls.cert.is_some();
    let settings = case.client_certificate();
    match alert {
        A::CertificateRequired | A::NoCertificate => {
            lines![
                format!(
                    "Give a client certificate and its key with {settings}, signed by the CA in the broker's cafile."
                ),
                "If clients should get in without: set require_certificate false in that listener of the broker.",
            ]
        }
        A::HandshakeFailure if tls::names_nothing_in_common(case.failure) => {
            lines![
                "Let the broker offer what haltere speaks: TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305. In Mosquitto, take ciphers, ciphers_tls1.3 and tls_version out of that listener; CBC suites and key exchange by RSA are not enough.",
                "Is that listener for pre-shared keys (psk_hint, psk_file)? haltere does not speak those: give the broker a listener with certfile and keyfile.",
                "Or the broker's key is of a kind that TLS clients do not take any more: RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 are good; Ed448, DSA, P-224, secp256k1 and brainpool curves are not (`openssl x509 -noout -text -in CERTFILE`).",
                s_client(case),
            ]
        }
        A::HandshakeFailure if !ours => lines![
            format!(
                "The broker probably wants a client certificate (require_certificate true): give one with {settings}."
            ),
            "If it does not: its log says why.",
        ],
        A::HandshakeFailure => lines![format!(
            "The broker's log says why. The certificate given with {settings} is the first to look at: on the broker's machine this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`"
        ),],
        A::InsufficientSecurity => {
            lines![
                "The broker knows none of the usual cipher suites or key exchanges: look at ciphers, ciphers_tls1.3 and dhparamfile in its configuration, and its log.",
            ]
        }
        A::UnknownCa | A::DecryptError => lines![
            format!(
                "The broker's cafile (or capath) does not hold the CA that signed the certificate given with {settings}: use a certificate from the broker's CA, or add this one's CA to cafile and restart the broker."
            ),
            "On the broker's machine this has to say OK: `openssl verify -CAfile CAFILE CLIENT_CERT`",
        ],
        A::CertificateExpired => lines![format!(
            "Renew the client certificate given with {settings}; `openssl x509 -noout -dates` shows when it ended."
        ),],
        A::CertificateRevoked => {
            lines!["The client certificate is in the broker's crlfile: have a new one made.",]
        }
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateUnknown
        | A::AccessDenied
        | A::CertificateUnobtainable
        | A::BadCertificateStatusResponse
        | A::BadCertificateHashValue => lines![
            format!(
                "Look at the certificate given with {settings}: made for clients (extendedKeyUsage=clientAuth, or none), RSA of 2048 bits or more, or ECDSA, and signed with SHA-256 or better?"
            ),
            "On the broker's machine this has to say OK: `openssl verify -purpose sslclient -CAfile CAFILE CLIENT_CERT`",
        ],
        A::UnrecognizedName if case.spec.tls.server_name.is_some() => {
            lines![format!(
                "The server at {} serves other names than \"{}\": give the one it is meant to be reached by with {}, or leave that out.",
                case.authority(),
                case.tls_host(),
                case.server_name()
            )]
        }
        A::UnrecognizedName => lines![format!(
            "The server at {} serves other names than \"{}\": use the one it is meant to be reached by in the URL, or give it with {}.",
            case.authority(),
            case.tls_host(),
            case.server_name()
        ),],
        A::NoApplicationProtocol => no_application_protocol(case),
        A::UnknownPskIdentity => lines![
            "That listener is for pre-shared keys (psk_hint, psk_file), which haltere does not speak: give the broker a listener with certfile and keyfile.",
        ],
        A::InternalError => lines![
            "The broker failed during the handshake: its log says why; a keyfile it can't read is the usual cause.",
            s_client(case),
        ],
        A::ProtocolVersion => newer_tls(),
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
        | A::UnsupportedExtension => lines![
            "The broker, or a proxy that ends TLS in front of it, could not make sense of the handshake: its log says more.",
            s_client(case),
        ],
    }
}

fn no_application_protocol(case: &Case<'_>) -> Vec<String> {
    let asked = case.spec.tls.alpn.as_ref().map(Alpn::protocols).unwrap_or_default();
    let mut lines = match asked {
        [] => lines![format!(
            "The port is shared by several protocols and needs the name of one (ALPN): give the name with {}, mqtt or what its operator says (AWS IoT on port 443: x-amzn-mqtt-ca with a client certificate).",
            case.alpn()
        )],
        asked => lines![format!(
            "The server serves none of the protocols given with {} ({}): ask its operator for the name; case counts.",
            case.alpn(),
            asked.join(", ")
        )],
    };
    lines.push("Or use a port that is for MQTT alone, usually 8883.".to_owned());
    lines
}
