//! The alerts of TLS, by the names OpenSSL gives them.

use std::borrow::Cow;
use std::fmt;

use haltere_core::LinkFailure;
use rustls::AlertDescription;

use super::witness::Reached;

/// The code Node reports when a peer sends `alert`.
pub(super) fn code(alert: AlertDescription) -> Cow<'static, str> {
    use AlertDescription as A;
    // Which version of TLS brought an alert is part of OpenSSL's name for it, whatever version is
    // spoken; `openssl errstr` knows them all.
    Cow::Borrowed(match alert {
        A::UnexpectedMessage => "ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE",
        A::BadRecordMac => "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC",
        A::DecryptionFailed => "ERR_SSL_TLSV1_ALERT_DECRYPTION_FAILED",
        A::RecordOverflow => "ERR_SSL_TLSV1_ALERT_RECORD_OVERFLOW",
        A::DecompressionFailure => "ERR_SSL_SSLV3_ALERT_DECOMPRESSION_FAILURE",
        A::HandshakeFailure => "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
        A::NoCertificate => "ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE",
        A::BadCertificate => "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
        A::UnsupportedCertificate => "ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        A::CertificateRevoked => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED",
        A::CertificateExpired => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
        A::CertificateUnknown => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        A::IllegalParameter => "ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER",
        A::UnknownCA => "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
        A::AccessDenied => "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED",
        A::DecodeError => "ERR_SSL_TLSV1_ALERT_DECODE_ERROR",
        A::DecryptError => "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR",
        A::ExportRestriction => "ERR_SSL_TLSV1_ALERT_EXPORT_RESTRICTION",
        A::ProtocolVersion => "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
        A::InsufficientSecurity => "ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY",
        A::InternalError => "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR",
        A::InappropriateFallback => "ERR_SSL_TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
        A::UserCanceled => "ERR_SSL_TLSV1_ALERT_USER_CANCELLED",
        A::NoRenegotiation => "ERR_SSL_TLSV1_ALERT_NO_RENEGOTIATION",
        A::MissingExtension => "ERR_SSL_TLSV13_ALERT_MISSING_EXTENSION",
        A::UnsupportedExtension => "ERR_SSL_TLSV1_UNSUPPORTED_EXTENSION",
        A::CertificateUnobtainable => "ERR_SSL_TLSV1_CERTIFICATE_UNOBTAINABLE",
        A::UnrecognisedName => "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
        A::BadCertificateStatusResponse => "ERR_SSL_TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
        A::BadCertificateHashValue => "ERR_SSL_TLSV1_BAD_CERTIFICATE_HASH_VALUE",
        A::UnknownPSKIdentity => "ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY",
        A::CertificateRequired => "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
        A::NoApplicationProtocol => "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
        other => return Cow::Owned(format!("ERR_SSL_ALERT_{}", u8::from(other))),
    })
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

/// Said before a broker has chosen anything.
/// The name asked for, where it comes from the URL.
pub(crate) const NAME_OF_URL: &str = "the host name in the URL";

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
            assert_eq!(code(alert), format!("ERR_SSL_{reason}"), "alert {number}");
        }
    }
}
