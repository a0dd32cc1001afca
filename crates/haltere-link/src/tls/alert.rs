//! The alerts of TLS: what a broker means by each.

use std::fmt;

use haltere_core::{FailureCode, LinkFailure};
use rustls::AlertDescription;

use super::progress::Reached;
use crate::failure::NAME_OF_URL;

/// The code Node reports when a peer sends `alert`.
pub(super) fn code(alert: AlertDescription) -> FailureCode {
    FailureCode::of_alert(alert.into())
}

/// What a person can do about `alert`.
pub(super) fn message(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => broke_off(Reached::Request),
        A::UnknownCA => {
            "The broker does not know the authority that signed our client certificate; use a \
                         certificate in cert that the broker's CA signed"
                .to_owned()
        }
        A::CertificateExpired => {
            "The broker refused our client certificate because it has expired; renew it".to_owned()
        }
        A::CertificateRevoked => {
            "The broker refused our client certificate because it has been revoked".to_owned()
        }
        A::BadCertificate | A::UnsupportedCertificate | A::CertificateUnknown | A::AccessDenied => {
            format!(
                "The broker refused our client certificate ({}); check the fields cert and key",
                words(alert)
            )
        }
        A::HandshakeFailure => broke_off(Reached::Certificate),
        A::ProtocolVersion => {
            "The broker speaks only older versions of TLS; 1.2 or 1.3 is needed".to_owned()
        }
        A::UnrecognisedName => {
            format!("The broker does not answer to {NAME_OF_URL}; check the name")
        }
        other => format!("The broker broke off the TLS connection ({})", words(other)),
    }
}

/// Why a broker breaks a handshake off that got so far.
pub(super) fn broke_off(reached: Reached) -> String {
    match reached {
        Reached::Nothing => NOTHING_IN_COMMON,
        Reached::Certificate => {
            "The broker broke off the TLS handshake after it had shown its certificate; its log says why"
        }
        Reached::Request => {
            "The broker asks for a client certificate; put one into the fields cert and key"
        }
    }
    .to_owned()
}

/// The message of a broker that refused before it chose anything.
const NOTHING_IN_COMMON: &str = "The broker refused the TLS handshake at once: it accepts none of our TLS \
    versions, cipher suites and kinds of keys, or is for pre-shared keys (PSK) only";

/// Whether the broker found nothing in our first message that it could do.
pub(crate) fn names_nothing_in_common(failure: &LinkFailure) -> bool {
    failure.message == NOTHING_IN_COMMON
}

/// `CertificateUnknown` ⇒ `certificate unknown`
pub(super) fn words(name: impl fmt::Debug) -> String {
    let name = format!("{name:?}");
    let mut text = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        if letter.is_uppercase() && index > 0 {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
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
