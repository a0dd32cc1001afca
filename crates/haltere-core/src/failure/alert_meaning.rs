//! What the alerts of TLS mean, in words.

use super::TlsAlert;
use crate::{sentence_within, sentences};

sentences! {
    /// What an alert of TLS means (RFC 8446, 6; RFC 5246, 7.2).
    pub enum AlertMeaning {
        UnexpectedMessage => "unexpected message",
        BadRecordMac => "bad record mac",
        DecryptionFailed => "decryption failed",
        RecordOverflow => "record overflow",
        DecompressionFailure => "decompression failure",
        HandshakeFailure => "handshake failure",
        NoCertificate => "no certificate",
        BadCertificate => "bad certificate",
        UnsupportedCertificate => "unsupported certificate",
        CertificateRevoked => "certificate revoked",
        CertificateExpired => "certificate expired",
        CertificateUnknown => "certificate unknown",
        IllegalParameter => "illegal parameter",
        UnknownCa => "unknown ca",
        AccessDenied => "access denied",
        DecodeError => "decode error",
        DecryptError => "decrypt error",
        ExportRestriction => "export restriction",
        ProtocolVersion => "protocol version",
        InsufficientSecurity => "insufficient security",
        InternalError => "internal error",
        InappropriateFallback => "inappropriate fallback",
        UserCancelled => "user cancelled",
        NoRenegotiation => "no renegotiation",
        MissingExtension => "missing extension",
        UnsupportedExtension => "unsupported extension",
        CertificateUnobtainable => "certificate unobtainable",
        UnrecognizedName => "unrecognized name",
        BadCertificateStatusResponse => "bad certificate status response",
        BadCertificateHashValue => "bad certificate hash value",
        UnknownPskIdentity => "unknown psk identity",
        CertificateRequired => "certificate required",
        NoApplicationProtocol => "no application protocol",
        UnnamedAlert { number: u64 } => "alert {number}",
    }
}
sentence_within!(AlertMeaning: "alert");

impl AlertMeaning {
    /// The meaning of the alert with this number.
    pub fn of(number: u8) -> Self {
        let alert = TlsAlert::ALL.iter().copied().find(|alert| *alert as u8 == number);
        alert.map_or(Self::UnnamedAlert { number: number.into() }, Self::from)
    }
}

impl From<TlsAlert> for AlertMeaning {
    fn from(alert: TlsAlert) -> Self {
        match alert {
            TlsAlert::UnexpectedMessage => Self::UnexpectedMessage,
            TlsAlert::BadRecordMac => Self::BadRecordMac,
            TlsAlert::DecryptionFailed => Self::DecryptionFailed,
            TlsAlert::RecordOverflow => Self::RecordOverflow,
            TlsAlert::DecompressionFailure => Self::DecompressionFailure,
            TlsAlert::HandshakeFailure => Self::HandshakeFailure,
            TlsAlert::NoCertificate => Self::NoCertificate,
            TlsAlert::BadCertificate => Self::BadCertificate,
            TlsAlert::UnsupportedCertificate => Self::UnsupportedCertificate,
            TlsAlert::CertificateRevoked => Self::CertificateRevoked,
            TlsAlert::CertificateExpired => Self::CertificateExpired,
            TlsAlert::CertificateUnknown => Self::CertificateUnknown,
            TlsAlert::IllegalParameter => Self::IllegalParameter,
            TlsAlert::UnknownCa => Self::UnknownCa,
            TlsAlert::AccessDenied => Self::AccessDenied,
            TlsAlert::DecodeError => Self::DecodeError,
            TlsAlert::DecryptError => Self::DecryptError,
            TlsAlert::ExportRestriction => Self::ExportRestriction,
            TlsAlert::ProtocolVersion => Self::ProtocolVersion,
            TlsAlert::InsufficientSecurity => Self::InsufficientSecurity,
            TlsAlert::InternalError => Self::InternalError,
            TlsAlert::InappropriateFallback => Self::InappropriateFallback,
            TlsAlert::UserCancelled => Self::UserCancelled,
            TlsAlert::NoRenegotiation => Self::NoRenegotiation,
            TlsAlert::MissingExtension => Self::MissingExtension,
            TlsAlert::UnsupportedExtension => Self::UnsupportedExtension,
            TlsAlert::CertificateUnobtainable => Self::CertificateUnobtainable,
            TlsAlert::UnrecognizedName => Self::UnrecognizedName,
            TlsAlert::BadCertificateStatusResponse => Self::BadCertificateStatusResponse,
            TlsAlert::BadCertificateHashValue => Self::BadCertificateHashValue,
            TlsAlert::UnknownPskIdentity => Self::UnknownPskIdentity,
            TlsAlert::CertificateRequired => Self::CertificateRequired,
            TlsAlert::NoApplicationProtocol => Self::NoApplicationProtocol,
        }
    }
}
