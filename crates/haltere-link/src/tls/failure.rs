//! What went wrong in TLS, in the codes of Node and OpenSSL.

use std::error::Error as StdError;
use std::io;

use haltere_core::{
    Code, FailureCode, FailureMessage, IoFault, LinkFailure, NetworkCode, Reason, Stage, TlsCode,
};
use rustls::{
    AlertDescription, CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible,
};

use super::alert;
use super::progress::Reached;
use super::refusal::CertificateRefusal;
use crate::failure::{bare, of_call};

/// Finds a TLS failure inside an I/O error; `None` when there is none.
///
/// Under TLS 1.3 a broker rejects our client certificate only after the handshake, with an alert instead
/// of CONNACK, so errors of later reads and writes have to be checked as well. If a *write* fails right
/// after the handshake, read once more: the alert with the reason may be in the buffer.
pub fn classify_io(error: &io::Error) -> Option<LinkFailure> {
    find(error.get_ref()?).map(classify)
}

/// Any I/O error during a handshake that got so far.
pub(super) fn classify_handshake(error: &io::Error, reached: Reached) -> LinkFailure {
    // The one alert that is sent for reasons of all kinds.
    let broke_off = error.get_ref().and_then(|error| find(error)).is_some_and(|error| {
        matches!(error, Error::AlertReceived(AlertDescription::HandshakeFailure))
    });
    if broke_off {
        let code = alert::code(AlertDescription::HandshakeFailure);
        return failure(code, alert::broke_off(reached));
    }
    if let Some(failure) = classify_io(error) {
        return failure;
    }
    let (code, errno, message) = match error.kind() {
        io::ErrorKind::TimedOut => (NetworkCode::TimedOut, -110, Reason::TlsSilent),
        // Node reports a close in the middle of a handshake as a reset.
        _ => (NetworkCode::ConnectionReset, -104, Reason::TlsClosed),
    };
    of_call(failure(code, message), errno, "read")
}

/// The presented chain, when a refused certificate is what went wrong.
pub(super) fn refused_chain(error: &io::Error) -> Vec<rustls_pki_types::CertificateDer<'static>> {
    error
        .get_ref()
        .and_then(|error| find(error))
        .and_then(certificate_refusal)
        .map(|fault| fault.chain.clone())
        .unwrap_or_default()
}

fn find<'a>(error: &'a (dyn StdError + Send + Sync + 'static)) -> Option<&'a Error> {
    let mut error: &'a (dyn StdError + 'static) = error;
    loop {
        if let Some(found) = error.downcast_ref::<Error>() {
            return Some(found);
        }
        // An io::Error's source skips the error it wraps.
        error = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => inner,
            None => error.source()?,
        };
    }
}

fn certificate_refusal(error: &Error) -> Option<&CertificateRefusal> {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(fault))) => {
            fault.downcast_ref::<CertificateRefusal>()
        }
        _ => None,
    }
}

fn classify(error: &Error) -> LinkFailure {
    if let Some(fault) = certificate_refusal(error) {
        return failure(fault.code, fault.message.clone());
    }
    match error {
        Error::AlertReceived(alert) => failure(alert::code(*alert), alert::message(*alert)),
        Error::InvalidCertificate(_) => failure(TlsCode::BadSignature, Reason::TlsKeyNotProven),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => failure(TlsCode::UnsupportedProtocol, Reason::TlsOldVersion),
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => failure(TlsCode::ExcessiveMessageSize, Reason::TlsTooLarge),
        Error::InvalidMessage(_) => not_understood(Reason::TlsNotSpoken),
        Error::PeerIncompatible(why) => {
            not_understood(Reason::TlsIncompatible { code: Code::of_variant(why) })
        }
        error => not_understood(Reason::TlsViolation { code: code_of(error) }),
    }
}

/// The rule that the peer broke, or else the kind of the error.
fn code_of(error: &Error) -> Code {
    match error {
        Error::PeerMisbehaved(rule) => Code::of_variant(rule),
        Error::PeerIncompatible(rule) => Code::of_variant(rule),
        other => Code::of_variant(other),
    }
}

/// What TLS says about an I/O error of an established connection; `None` when it says nothing.
pub(crate) fn io_fault(error: &io::Error) -> Option<IoFault> {
    Some(match find(error.get_ref()?)? {
        Error::AlertReceived(alert) => IoFault::AlertReceived { alert: alert::meaning(*alert) },
        error => IoFault::TlsBroken { code: code_of(error) },
    })
}

/// The peer's bytes are not TLS, or not a TLS that we speak.
fn not_understood(message: Reason) -> LinkFailure {
    of_call(failure(NetworkCode::Protocol, message), -71, "write")
}

/// Whether a failure with the code EPROTO is about a peer that does speak TLS.
pub(crate) fn is_within_tls(failure: &LinkFailure) -> bool {
    matches!(*failure.message.reason, Reason::TlsIncompatible { .. } | Reason::TlsViolation { .. })
}

/// Node reports neither address nor port for faults in TLS.
fn failure(code: impl Into<FailureCode>, message: impl Into<FailureMessage>) -> LinkFailure {
    bare(Stage::Tls, code, message)
}
