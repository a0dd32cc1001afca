//! The reasons that brokers give, by number.

use haltere_core::MqttReason;

/// The reason of a return code of MQTT 3.1.1 (3.2.2.3).
pub(super) fn return_code(number: u8) -> MqttReason {
    match number {
        1 => MqttReason::UnacceptableProtocolVersion,
        2 => MqttReason::IdentifierRejected,
        3 => MqttReason::ServerUnavailable,
        4 => MqttReason::BadUserNameOrPassword,
        5 => MqttReason::NotAuthorized,
        _ => MqttReason::ConnectionRefused,
    }
}

/// The reason of a reason code of MQTT 5 (2.4).
pub(in crate::transport) fn reason_code(number: u8) -> MqttReason {
    match number {
        0x00 => MqttReason::NormalDisconnection,
        0x04 => MqttReason::DisconnectWithWillMessage,
        0x80 => MqttReason::UnspecifiedError,
        0x81 => MqttReason::MalformedPacket,
        0x82 => MqttReason::ProtocolError,
        0x83 => MqttReason::ImplementationSpecificError,
        0x84 => MqttReason::UnsupportedProtocolVersion,
        0x85 => MqttReason::ClientIdentifierNotValid,
        0x86 => MqttReason::BadUserNameOrPassword,
        0x87 => MqttReason::NotAuthorized,
        0x88 => MqttReason::ServerUnavailable,
        0x89 => MqttReason::ServerBusy,
        0x8a => MqttReason::Banned,
        0x8b => MqttReason::ServerShuttingDown,
        0x8c => MqttReason::BadAuthenticationMethod,
        0x8d => MqttReason::KeepAliveTimeout,
        0x8e => MqttReason::SessionTakenOver,
        0x8f => MqttReason::TopicFilterInvalid,
        0x90 => MqttReason::TopicNameInvalid,
        0x93 => MqttReason::ReceiveMaximumExceeded,
        0x94 => MqttReason::TopicAliasInvalid,
        0x95 => MqttReason::PacketTooLarge,
        0x96 => MqttReason::MessageRateTooHigh,
        0x97 => MqttReason::QuotaExceeded,
        0x98 => MqttReason::AdministrativeAction,
        0x99 => MqttReason::PayloadFormatInvalid,
        0x9a => MqttReason::RetainNotSupported,
        0x9b => MqttReason::QosNotSupported,
        0x9c => MqttReason::UseAnotherServer,
        0x9d => MqttReason::ServerMoved,
        0x9e => MqttReason::SharedSubscriptionsNotSupported,
        0x9f => MqttReason::ConnectionRateExceeded,
        0xa0 => MqttReason::MaximumConnectTime,
        0xa1 => MqttReason::SubscriptionIdentifiersNotSupported,
        0xa2 => MqttReason::WildcardSubscriptionsNotSupported,
        _ => MqttReason::ConnectionRefused,
    }
}
