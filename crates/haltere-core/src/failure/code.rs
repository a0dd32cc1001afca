//! The codes of failures: what programs match on.
//!
//! Scripts written for the management center for Mosquitto match on the names, so a name never
//! changes. They are those that Node.js, OpenSSL and MQTT use for the same failure.

use std::borrow::Cow;
use std::fmt;

/// The code of a failure, by where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FailureCode {
    /// Reaching the broker failed, or haltere itself did.
    Network(NetworkCode),
    /// Verifying a certificate, using a key, or the TLS handshake failed.
    Tls(TlsCode),
    /// The broker sent an alert of TLS.
    Alert(TlsAlert),
    /// The broker sent an alert that OpenSSL has no name for, with this number.
    UnnamedAlert(u8),
    /// The broker gave this reason in MQTT.
    Mqtt(MqttReason),
    /// Read from a store that a newer version of haltere wrote: shown as it is.
    Unknown(Box<str>),
}

/// How the name of an alert without one begins; its number follows.
const UNNAMED_ALERT: &str = "ERR_SSL_ALERT_";

impl FailureCode {
    /// The name on the wire, for example `ECONNREFUSED`.
    pub fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Network(code) => code.as_str(),
            Self::Tls(code) => code.as_str(),
            Self::Alert(alert) => alert.as_str(),
            Self::UnnamedAlert(number) => return Cow::Owned(format!("{UNNAMED_ALERT}{number}")),
            Self::Mqtt(reason) => reason.as_str(),
            Self::Unknown(name) => name,
        })
    }

    /// The code with this name. Never fails, so that a store always can be read.
    pub fn from_name(name: &str) -> Self {
        let number = || name.strip_prefix(UNNAMED_ALERT)?.parse().ok().map(Self::UnnamedAlert);
        (NetworkCode::from_name(name).map(Self::Network))
            .or_else(|| TlsCode::from_name(name).map(Self::Tls))
            .or_else(|| TlsAlert::from_name(name).map(Self::Alert))
            .or_else(|| MqttReason::from_name(name).map(Self::Mqtt))
            .or_else(|| number().filter(|code| code.as_str() == name))
            .unwrap_or_else(|| Self::Unknown(name.into()))
    }

    /// All that have a name of their own.
    pub fn named() -> impl Iterator<Item = Self> {
        let network = NetworkCode::ALL.iter().copied().map(Self::Network);
        let tls = TlsCode::ALL.iter().copied().map(Self::Tls);
        let alerts = TlsAlert::ALL.iter().copied().map(Self::Alert);
        let mqtt = MqttReason::ALL.iter().copied().map(Self::Mqtt);
        network.chain(tls).chain(alerts).chain(mqtt)
    }

    /// The code of the TLS alert with this number (RFC 8446, 6).
    pub fn of_alert(number: u8) -> Self {
        let alert = TlsAlert::ALL.iter().copied().find(|alert| *alert as u8 == number);
        alert.map_or(Self::UnnamedAlert(number), Self::Alert)
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.as_str())
    }
}

/// An enum of codes, and which variant of [`FailureCode`] holds it. Each row of its table has the name in
/// Rust and the name on the wire; an alert has its number between the two.
macro_rules! codes {
    ($(#[$about:meta])* $Group:ident in $Variant:ident { $($Code:ident $(= $number:literal)? => $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $Group {
            $(#[doc = concat!("`", $name, "`")] $Code $(= $number)?,)+
        }

        impl $Group {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$Code),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Code => $name,)+
                }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$Code),)+
                    _ => None,
                }
            }
        }

        impl From<$Group> for FailureCode {
            fn from(code: $Group) -> Self {
                Self::$Variant(code)
            }
        }

        impl fmt::Display for $Group {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

codes! {
    /// Reaching the broker failed, by the names of Node.js; or haltere itself did.
    NetworkCode in Network {
        NameNotFound => "ENOTFOUND",
        ResolverFailed => "EAI_AGAIN",
        ConnectionRefused => "ECONNREFUSED",
        TimedOut => "ETIMEDOUT",
        HostUnreachable => "EHOSTUNREACH",
        NetworkUnreachable => "ENETUNREACH",
        AccessDenied => "EACCES",
        AddressNotAvailable => "EADDRNOTAVAIL",
        TooManyFiles => "EMFILE",
        InputOutput => "EIO",
        ConnectionReset => "ECONNRESET",
        ConnectionClosed => "ECONNCLOSED",
        Protocol => "EPROTO",
        InvalidArgument => "EINVAL",
        UpgradeRefused => "ERR_WEBSOCKET_UPGRADE",
        EgressDenied => "ERR_EGRESS_DENIED",
        NoDescriptors => "ERR_NO_DESCRIPTORS",
        Internal => "ERR_INTERNAL",
    }
}

codes! {
    /// A certificate, a key or the handshake is at fault, by the names of Node.js and OpenSSL.
    TlsCode in Tls {
        DepthZeroSelfSignedCert => "DEPTH_ZERO_SELF_SIGNED_CERT",
        SelfSignedCertInChain => "SELF_SIGNED_CERT_IN_CHAIN",
        UnableToVerifyLeafSignature => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        UnableToGetIssuerCert => "UNABLE_TO_GET_ISSUER_CERT",
        UnableToGetIssuerCertLocally => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        CertHasExpired => "CERT_HAS_EXPIRED",
        CertNotYetValid => "CERT_NOT_YET_VALID",
        CertChainTooLong => "CERT_CHAIN_TOO_LONG",
        CertSignatureFailure => "CERT_SIGNATURE_FAILURE",
        CertUntrusted => "CERT_UNTRUSTED",
        CertAltNameInvalid => "ERR_TLS_CERT_ALTNAME_INVALID",
        CaKeyTooSmall => "CA_KEY_TOO_SMALL",
        CaMdTooWeak => "CA_MD_TOO_WEAK",
        EeKeyTooSmall => "EE_KEY_TOO_SMALL",
        EcKeyExplicitParams => "EC_KEY_EXPLICIT_PARAMS",
        UnsupportedSignatureAlgorithm => "UNSUPPORTED_SIGNATURE_ALGORITHM",
        InvalidPurpose => "INVALID_PURPOSE",
        PathLengthExceeded => "PATH_LENGTH_EXCEEDED",
        Unspecified => "UNSPECIFIED",
        BadSignature => "ERR_SSL_BAD_SIGNATURE",
        ExcessiveMessageSize => "ERR_SSL_EXCESSIVE_MESSAGE_SIZE",
        UnsupportedProtocol => "ERR_SSL_UNSUPPORTED_PROTOCOL",
        InvalidContext => "ERR_TLS_INVALID_CONTEXT",
    }
}

// The version of TLS that introduced an alert is part of OpenSSL's name for it, whatever version is
// spoken; `openssl errstr` prints them.
codes! {
    /// An alert of TLS with its number, by the names of OpenSSL.
    TlsAlert in Alert {
        UnexpectedMessage = 10 => "ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE",
        BadRecordMac = 20 => "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC",
        DecryptionFailed = 21 => "ERR_SSL_TLSV1_ALERT_DECRYPTION_FAILED",
        RecordOverflow = 22 => "ERR_SSL_TLSV1_ALERT_RECORD_OVERFLOW",
        DecompressionFailure = 30 => "ERR_SSL_SSLV3_ALERT_DECOMPRESSION_FAILURE",
        HandshakeFailure = 40 => "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
        NoCertificate = 41 => "ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE",
        BadCertificate = 42 => "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
        UnsupportedCertificate = 43 => "ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        CertificateRevoked = 44 => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED",
        CertificateExpired = 45 => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
        CertificateUnknown = 46 => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        IllegalParameter = 47 => "ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER",
        UnknownCa = 48 => "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
        AccessDenied = 49 => "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED",
        DecodeError = 50 => "ERR_SSL_TLSV1_ALERT_DECODE_ERROR",
        DecryptError = 51 => "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR",
        ExportRestriction = 60 => "ERR_SSL_TLSV1_ALERT_EXPORT_RESTRICTION",
        ProtocolVersion = 70 => "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
        InsufficientSecurity = 71 => "ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY",
        InternalError = 80 => "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR",
        InappropriateFallback = 86 => "ERR_SSL_TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
        UserCancelled = 90 => "ERR_SSL_TLSV1_ALERT_USER_CANCELLED",
        NoRenegotiation = 100 => "ERR_SSL_TLSV1_ALERT_NO_RENEGOTIATION",
        MissingExtension = 109 => "ERR_SSL_TLSV13_ALERT_MISSING_EXTENSION",
        UnsupportedExtension = 110 => "ERR_SSL_TLSV1_UNSUPPORTED_EXTENSION",
        CertificateUnobtainable = 111 => "ERR_SSL_TLSV1_CERTIFICATE_UNOBTAINABLE",
        UnrecognizedName = 112 => "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
        BadCertificateStatusResponse = 113 => "ERR_SSL_TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
        BadCertificateHashValue = 114 => "ERR_SSL_TLSV1_BAD_CERTIFICATE_HASH_VALUE",
        UnknownPskIdentity = 115 => "ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY",
        CertificateRequired = 116 => "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
        NoApplicationProtocol = 120 => "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
    }
}

codes! {
    /// A reason the broker gave, by its name in MQTT 5 (2.4) or 3.1.1 (3.2.2.3).
    MqttReason in Mqtt {
        UnacceptableProtocolVersion => "UNACCEPTABLE_PROTOCOL_VERSION",
        IdentifierRejected => "IDENTIFIER_REJECTED",
        ConnectionRefused => "CONNECTION_REFUSED",
        NormalDisconnection => "NORMAL_DISCONNECTION",
        DisconnectWithWillMessage => "DISCONNECT_WITH_WILL_MESSAGE",
        UnspecifiedError => "UNSPECIFIED_ERROR",
        MalformedPacket => "MALFORMED_PACKET",
        ProtocolError => "PROTOCOL_ERROR",
        ImplementationSpecificError => "IMPLEMENTATION_SPECIFIC_ERROR",
        UnsupportedProtocolVersion => "UNSUPPORTED_PROTOCOL_VERSION",
        ClientIdentifierNotValid => "CLIENT_IDENTIFIER_NOT_VALID",
        BadUserNameOrPassword => "BAD_USER_NAME_OR_PASSWORD",
        NotAuthorized => "NOT_AUTHORIZED",
        ServerUnavailable => "SERVER_UNAVAILABLE",
        ServerBusy => "SERVER_BUSY",
        Banned => "BANNED",
        ServerShuttingDown => "SERVER_SHUTTING_DOWN",
        BadAuthenticationMethod => "BAD_AUTHENTICATION_METHOD",
        KeepAliveTimeout => "KEEP_ALIVE_TIMEOUT",
        SessionTakenOver => "SESSION_TAKEN_OVER",
        TopicFilterInvalid => "TOPIC_FILTER_INVALID",
        TopicNameInvalid => "TOPIC_NAME_INVALID",
        ReceiveMaximumExceeded => "RECEIVE_MAXIMUM_EXCEEDED",
        TopicAliasInvalid => "TOPIC_ALIAS_INVALID",
        PacketTooLarge => "PACKET_TOO_LARGE",
        MessageRateTooHigh => "MESSAGE_RATE_TOO_HIGH",
        QuotaExceeded => "QUOTA_EXCEEDED",
        AdministrativeAction => "ADMINISTRATIVE_ACTION",
        PayloadFormatInvalid => "PAYLOAD_FORMAT_INVALID",
        RetainNotSupported => "RETAIN_NOT_SUPPORTED",
        QosNotSupported => "QOS_NOT_SUPPORTED",
        UseAnotherServer => "USE_ANOTHER_SERVER",
        ServerMoved => "SERVER_MOVED",
        SharedSubscriptionsNotSupported => "SHARED_SUBSCRIPTIONS_NOT_SUPPORTED",
        ConnectionRateExceeded => "CONNECTION_RATE_EXCEEDED",
        MaximumConnectTime => "MAXIMUM_CONNECT_TIME",
        SubscriptionIdentifiersNotSupported => "SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED",
        WildcardSubscriptionsNotSupported => "WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_leads_back_to_its_code() {
        let alerts = (0..=u8::MAX).map(FailureCode::of_alert);
        for code in FailureCode::named().chain(alerts) {
            assert_eq!(FailureCode::from_name(&code.as_str()), code);
            assert_eq!(code.to_string(), code.as_str());
        }
        let names: HashSet<_> = FailureCode::named().map(|code| code.to_string()).collect();
        assert_eq!(names.len(), FailureCode::named().count(), "two codes share a name");
    }

    #[test]
    fn an_unknown_name_is_kept() {
        for name in
            ["", "ERR_OF_TOMORROW", "ERR_SSL_ALERT_", "ERR_SSL_ALERT_256", "ERR_SSL_ALERT_040"]
        {
            let code = FailureCode::from_name(name);
            assert_eq!(code, FailureCode::Unknown(name.into()));
            assert_eq!(code.as_str(), name);
        }
        assert_eq!(FailureCode::from_name("ERR_SSL_ALERT_121"), FailureCode::UnnamedAlert(121));
    }

    #[test]
    fn the_guide_names_codes_that_exist() {
        let guide = include_str!("../../../../docs/guide/troubleshooting.md");
        let cells = guide.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next());
        let words = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        let is_code = |word: &&str| {
            word.len() > 2
                && word.bytes().all(|it| it.is_ascii_uppercase() || b"_0123456789".contains(&it))
        };
        let codes: Vec<_> = words.filter(is_code).map(FailureCode::from_name).collect();
        assert!(codes.len() > 30, "the tables are read in a wrong way: {codes:?}");
        let unknown = |code: &&FailureCode| matches!(code, FailureCode::Unknown(_));
        assert_eq!(codes.iter().find(unknown), None);
    }
}
