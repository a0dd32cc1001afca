//! The alerts of TLS: what a broker means by each.

use haltere_core::{AlertMeaning, FailureCode, FailureMessage, LinkFailure, Note, Reason};
use rustls::AlertDescription;

use super::progress::Reached;

/// The code Node reports when a peer sends `alert`.
pub(super) fn code(alert: AlertDescription) -> FailureCode {
    FailureCode::of_alert(alert.into())
}

/// What the broker means by `alert`.
pub(super) fn message(alert: AlertDescription) -> FailureMessage {
    use AlertDescription as A;
    let reason = match alert {
        A::CertificateRequired => return broke_off(Reached::Request),
        A::UnknownCA => Reason::ClientCaUnknown,
        A::CertificateExpired => Reason::ClientCertificateExpired,
        A::CertificateRevoked => Reason::ClientCertificateRevoked,
        A::BadCertificate | A::UnsupportedCertificate | A::CertificateUnknown | A::AccessDenied => {
            let refused = Reason::ClientCertificateRefused { alert: meaning(alert) };
            return FailureMessage::from(refused).with(Note::CheckClientCertificate);
        }
        A::HandshakeFailure => return broke_off(Reached::Certificate),
        A::ProtocolVersion => Reason::TlsOldVersion,
        A::UnrecognisedName => Reason::TlsNameUnknown,
        other => Reason::TlsAlert { alert: meaning(other) },
    };
    reason.into()
}

/// Why a broker breaks a handshake off that got so far.
pub(super) fn broke_off(reached: Reached) -> FailureMessage {
    match reached {
        Reached::Nothing => Reason::TlsNothingInCommon.into(),
        Reached::Certificate => Reason::TlsBrokenOff.into(),
        Reached::Request => FailureMessage::from(Reason::ClientCertificateRequested)
            .with(Note::GiveClientCertificate),
    }
}

/// Whether the broker found nothing in our first message that it could do.
pub(crate) fn names_nothing_in_common(failure: &LinkFailure) -> bool {
    *failure.message.reason == Reason::TlsNothingInCommon
}

/// What `alert` means, in words.
pub(super) fn meaning(alert: AlertDescription) -> AlertMeaning {
    AlertMeaning::of(alert.into())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// OpenSSL numbers the reason for an alert 1000 above the alert, in library 20.
    #[test]
    fn names_are_openssls() {
        for number in (0..=u8::MAX).filter(|number| *number != 0) {
            let alert = AlertDescription::from(number);
            if matches!(
                alert,
                AlertDescription::Unknown(_) | AlertDescription::EncryptedClientHelloRequired
            ) {
                continue;
            }
            let error = format!("{:08X}", (20 << 23) + 1000 + u32::from(number));
            let output =
                Command::new("openssl").args(["errstr", &error]).output().expect("openssl runs");
            let line = String::from_utf8(output.stdout).expect("text");
            let reason =
                line.trim().rsplit(':').next().expect("a reason").to_uppercase().replace(' ', "_");
            if reason.starts_with("REASON(") {
                continue; // One that OpenSSL 3.0 has no name for.
            }
            assert_eq!(code(alert).as_str(), format!("ERR_SSL_{reason}"), "alert {number}");
        }
    }
}
