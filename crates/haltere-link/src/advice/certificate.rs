//! Certificates and keys, and ports without TLS.

use haltere_core::{TlsCode as T, Transport};

use super::identity::{expired, find_the_ca, trust_the_last, validity, wrong_name};
use super::{Case, lines};
use crate::tls::{self, KeyOf};

pub(super) fn advise(case: &Case<'_>, code: T) -> Vec<String> {
    match code {
        T::DepthZeroSelfSignedCert | T::SelfSignedCertInChain => trust_the_last(case),
        T::UnableToVerifyLeafSignature | T::UnableToGetIssuerCertLocally => find_the_ca(case),
        T::UnableToGetIssuerCert => lines![format!(
            "Append the root certificate to {}: the file needs the whole way up, ending with one whose subject is its own issuer.",
            case.ca()
        )],
        T::CertSignatureFailure => lines![
            format!(
                "The CA was made again under its old name: get its current certificate from the broker's machine and give that with {}.",
                case.ca()
            ),
            verify_by_hand(),
        ],
        T::CertHasExpired => expired(case),
        T::CertNotYetValid => lines![
            "Compare the clocks: `date -u` on the broker's machine and on haltere's.",
            validity(case),
        ],
        T::CertAltNameInvalid => wrong_name(case),
        T::CaMdTooWeak | T::UnsupportedSignatureAlgorithm | T::EcKeyExplicitParams => {
            match tls::key_at_fault(case.failure) {
                Some(KeyOf::Broker) => new_key(),
                Some(KeyOf::Ca) => new_ca(case),
                None => sign_again(),
            }
        }
        T::EeKeyTooSmall => new_key(),
        T::CaKeyTooSmall => new_ca(case),
        T::InvalidPurpose => lines![
            "Have a new certificate made, for a TLS server: with extendedKeyUsage=serverAuth or without that extension, signed by a CA (basicConstraints=CA:TRUE, keyUsage=keyCertSign).",
            verify_by_hand(),
        ],
        T::PathLengthExceeded => lines![
            "A CA above the broker's certificate has pathlen in its basicConstraints and may not be that far up: have the certificate signed by a CA that may, or make a new CA without pathlen.",
            verify_by_hand(),
        ],
        T::CertUntrusted | T::Unspecified => lines![
            verify_by_hand(),
            format!(
                "Old certificates (X.509 version 1, without subjectAltName) are accepted only together with the CA that signed them: give it with {}.",
                case.ca()
            ),
        ],
        T::InvalidContext => lines![format!(
            "Correct the file the message names: PEM text, a certificate in {}, and the key that belongs to it, not encrypted.",
            case.client_certificate()
        )],
        T::CertChainTooLong => lines![format!(
            "Have the broker's certificate signed by a CA nearer to the root, or give one of the CAs in between that vouches for itself with {}.",
            case.ca()
        )],
        T::ExcessiveMessageSize => lines![
            "Look into the broker's certfile: its own certificate and the few up to the root belong there, not a whole bundle of CAs. `grep -c BEGIN CERTFILE` counts them.",
            s_client(case),
        ],
        T::BadSignature => lines![
            "The broker's keyfile does not belong to its certfile, or something is in between: compare the public keys of the two (`openssl x509 -in CERT -noout -pubkey; openssl pkey -in KEY -pubout`).",
        ],
        T::UnsupportedProtocol => newer_tls(),
    }
}

/// The broker speaks older versions of TLS only.
pub(super) fn newer_tls() -> Vec<String> {
    lines![
        "Let the broker speak TLS 1.2 or 1.3: in Mosquitto, take tls_version out of that listener, and use an OpenSSL from 1.0.1 on.",
    ]
}

/// What answers does not speak TLS, or not in a way that haltere understands.
pub(super) fn not_understood(case: &Case<'_>) -> Vec<String> {
    if !tls::is_within_tls(case.failure) {
        return not_tls(case);
    }
    lines![
        "The broker, or a proxy that ends TLS in front of it, does something of TLS that haltere does not: its log says more, and docs/guide/tls.md what haltere speaks.",
        s_client(case),
    ]
}

/// A certificate's signature is of no use.
fn sign_again() -> Vec<String> {
    lines![
        "Have the certificate the message names signed again, with SHA-256 and by a CA whose key is RSA of 2048 bits or more or ECDSA on P-256: `openssl x509 -req -sha256 -in CSR -CA CA_FILE -CAkey CA_KEY -CAcreateserial -days 825 -out BROKER_CERT`",
        "How a certificate is signed, and which key it has: `openssl x509 -noout -text -in FILE`",
    ]
}

/// The broker's own key is of no use.
fn new_key() -> Vec<String> {
    lines![
        "Make a new key for the broker, and have a certificate for it signed: `openssl req -newkey rsa:2048 -nodes -keyout BROKER_KEY -out CSR -subj /CN=BROKER`",
    ]
}

/// The key of a CA is of no use, nor is anything it has signed.
fn new_ca(case: &Case<'_>) -> Vec<String> {
    lines![format!(
        "Make a new CA with another key, sign the broker's certificate with it, and give the new CA with {}: `openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -keyout CA_KEY -out CA_FILE -subj /CN=CA`",
        case.ca()
    )]
}

fn not_tls(case: &Case<'_>) -> Vec<String> {
    let plain = if case.transport() == Transport::Wss { Transport::Ws } else { Transport::Tcp };
    lines![
        format!(
            "What listens there answers, but not with TLS. Is it a port without? Then {}",
            case.try_as(plain)
        ),
        format!(
            "Or is {} another service's port? Brokers usually listen with TLS on 8883.",
            case.port()
        ),
        s_client(case),
    ]
}

/// A command that shows the handshake.
pub(super) fn s_client(case: &Case<'_>) -> String {
    format!("To see the handshake from outside: `openssl s_client -connect {}`", case.authority())
}

fn verify_by_hand() -> String {
    "What OpenSSL thinks of it: `openssl verify -verbose -purpose sslserver -CAfile CA_FILE BROKER_CERT`".to_owned()
}
