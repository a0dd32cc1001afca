//! What a failure means for the next attempt and for advice.
//!
//! How soon a link tries again, and which failure of several addresses counts, are exhaustive matches: a
//! new code does not compile until it is classified.

use haltere_core::{FailureCode, LinkFailure, MqttReason, NetworkCode, TlsAlert, TlsCode};

/// Whether time alone will not repair it: refused credentials or client ids, any failure of TLS, a policy or limit of haltere.
pub(crate) fn is_lasting(failure: &LinkFailure) -> bool {
    match &failure.code {
        // A slot for a link that becomes free wakes it before.
        FailureCode::Network(code) => cause(*code) == Cause::OwnLimit,
        FailureCode::Tls(_) | FailureCode::Alert(_) | FailureCode::UnnamedAlert(_) => true,
        FailureCode::Mqtt(reason) => is_lasting_in_mqtt(*reason),
        FailureCode::Unknown(_) => false,
    }
}

/// What stopped a link below TLS and MQTT.
#[derive(Debug, PartialEq, Eq)]
enum Cause {
    /// A policy or a limit of haltere.
    OwnLimit,
    /// This machine may have no address of the family dialled, IPv4 or IPv6.
    AddressFamily,
    /// Anything else.
    Other,
}

fn cause(code: NetworkCode) -> Cause {
    use NetworkCode as N;
    match code {
        N::EgressDenied | N::NoDescriptors => Cause::OwnLimit,
        N::NetworkUnreachable | N::AddressNotAvailable => Cause::AddressFamily,
        N::NameNotFound
        | N::ResolverFailed
        | N::ConnectionRefused
        | N::TimedOut
        | N::HostUnreachable
        | N::AccessDenied
        | N::TooManyFiles
        | N::InputOutput
        | N::ConnectionReset
        | N::ConnectionClosed
        | N::Protocol
        | N::InvalidArgument
        | N::UpgradeRefused
        | N::Internal => Cause::Other,
    }
}

fn is_lasting_in_mqtt(reason: MqttReason) -> bool {
    use MqttReason as M;
    match reason {
        M::NotAuthorized
        | M::BadUserNameOrPassword
        | M::BadAuthenticationMethod
        | M::ClientIdentifierNotValid
        | M::IdentifierRejected
        | M::Banned => true,
        M::UnacceptableProtocolVersion
        | M::ConnectionRefused
        | M::NormalDisconnection
        | M::DisconnectWithWillMessage
        | M::UnspecifiedError
        | M::MalformedPacket
        | M::ProtocolError
        | M::ImplementationSpecificError
        | M::UnsupportedProtocolVersion
        | M::ServerUnavailable
        | M::ServerBusy
        | M::ServerShuttingDown
        | M::KeepAliveTimeout
        | M::SessionTakenOver
        | M::TopicFilterInvalid
        | M::TopicNameInvalid
        | M::ReceiveMaximumExceeded
        | M::TopicAliasInvalid
        | M::PacketTooLarge
        | M::MessageRateTooHigh
        | M::QuotaExceeded
        | M::AdministrativeAction
        | M::PayloadFormatInvalid
        | M::RetainNotSupported
        | M::QosNotSupported
        | M::UseAnotherServer
        | M::ServerMoved
        | M::SharedSubscriptionsNotSupported
        | M::ConnectionRateExceeded
        | M::MaximumConnectTime
        | M::SubscriptionIdentifiersNotSupported
        | M::WildcardSubscriptionsNotSupported => false,
    }
}

/// Whether a CA, a client certificate or laxer settings were missing.
pub(crate) fn lacks_settings(failure: &LinkFailure) -> bool {
    match &failure.code {
        FailureCode::Tls(code) => lacks_a_ca(*code),
        FailureCode::Alert(alert) => matches!(
            alert,
            TlsAlert::CertificateRequired | TlsAlert::NoCertificate | TlsAlert::HandshakeFailure
        ),
        FailureCode::Network(_)
        | FailureCode::UnnamedAlert(_)
        | FailureCode::Mqtt(_)
        | FailureCode::Unknown(_) => false,
    }
}

fn lacks_a_ca(code: TlsCode) -> bool {
    use TlsCode as T;
    match code {
        T::DepthZeroSelfSignedCert
        | T::SelfSignedCertInChain
        | T::UnableToVerifyLeafSignature
        | T::UnableToGetIssuerCert
        | T::UnableToGetIssuerCertLocally => true,
        T::CertHasExpired
        | T::CertNotYetValid
        | T::CertChainTooLong
        | T::CertSignatureFailure
        | T::CertUntrusted
        | T::CertAltNameInvalid
        | T::CaKeyTooSmall
        | T::CaMdTooWeak
        | T::EeKeyTooSmall
        | T::EcKeyExplicitParams
        | T::UnsupportedSignatureAlgorithm
        | T::InvalidPurpose
        | T::PathLengthExceeded
        | T::Unspecified
        | T::BadSignature
        | T::ExcessiveMessageSize
        | T::UnsupportedProtocol
        | T::InvalidContext => false,
    }
}

/// Whether other TLS settings could have led to another outcome.
pub(super) fn is_about_settings(failure: &LinkFailure) -> bool {
    match &failure.code {
        FailureCode::Tls(_) | FailureCode::Alert(_) | FailureCode::UnnamedAlert(_) => true,
        FailureCode::Network(_) | FailureCode::Mqtt(_) | FailureCode::Unknown(_) => false,
    }
}

/// Whether the failure may only say that this machine has no IPv4 or no IPv6: that of another address of
/// the broker says more.
pub(crate) fn lacks_address_family(failure: &LinkFailure) -> bool {
    match &failure.code {
        FailureCode::Network(code) => cause(*code) == Cause::AddressFamily,
        FailureCode::Tls(_)
        | FailureCode::Alert(_)
        | FailureCode::UnnamedAlert(_)
        | FailureCode::Mqtt(_)
        | FailureCode::Unknown(_) => false,
    }
}
