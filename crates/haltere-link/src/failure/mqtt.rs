//! The broker's reasons in MQTT, and sessions that ended.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{FailureMessage, LinkFailure, MqttReason, NetworkCode, Reason, Seconds, Stage};

use super::io_fault::{io_fault, violation_in};
use super::quoted::broker_words;
use super::unanswered::{at_connack, closed_with};
use super::{CLOSED, bare, of_call};
use crate::transport::{BrokerRefusal, SessionError};

/// A session that was up ended.
pub(crate) fn session_lost(error: &SessionError) -> LinkFailure {
    match error {
        SessionError::PingTimeout(after) => no_pong(*after),
        SessionError::Disconnected(why) | SessionError::Refused(why) => disconnected(why),
        // TLS reports a missing close_notify as an error, and few brokers send one.
        SessionError::Io(error) if is_plain_end(error) => session_lost(&SessionError::Closed),
        other => broken(other),
    }
}

/// The connection ended, and the broker gave no reason.
fn is_plain_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof && closed_with(error).is_none()
}

/// The broker refused CONNECT.
pub(crate) fn refusal(refusal: &BrokerRefusal, peer: SocketAddr) -> LinkFailure {
    let message = broker_words(why_refused(refusal.code), refusal);
    at_connack(Stage::Mqtt, refusal.code, refusal.number.into(), peer, message)
}

fn why_refused(code: MqttReason) -> Reason {
    use MqttReason as M;
    match code {
        M::NotAuthorized => Reason::RefusedNotAuthorized,
        M::BadUserNameOrPassword => Reason::RefusedCredentials,
        M::ServerUnavailable => Reason::RefusedUnavailable,
        M::ServerBusy => Reason::RefusedBusy,
        M::Banned => Reason::RefusedBanned,
        M::ClientIdentifierNotValid | M::IdentifierRejected => Reason::RefusedClientId,
        M::UnsupportedProtocolVersion | M::UnacceptableProtocolVersion => Reason::RefusedVersion,
        M::ConnectionRateExceeded => Reason::RefusedRate,
        M::QuotaExceeded => Reason::RefusedQuota,
        M::UnspecifiedError => Reason::RefusedUnspecified,
        M::MalformedPacket => Reason::RefusedMalformed,
        M::ProtocolError => Reason::RefusedProtocol,
        M::ImplementationSpecificError => Reason::RefusedOwnRule,
        M::BadAuthenticationMethod => Reason::RefusedAuthMethod,
        M::PacketTooLarge => Reason::RefusedPacketSize,
        M::PayloadFormatInvalid => Reason::RefusedWill,
        M::UseAnotherServer => Reason::RefusedUseAnother,
        M::ServerMoved => Reason::RefusedMoved,
        // They do not belong there.
        M::ConnectionRefused
        | M::NormalDisconnection
        | M::DisconnectWithWillMessage
        | M::ServerShuttingDown
        | M::KeepAliveTimeout
        | M::SessionTakenOver
        | M::TopicFilterInvalid
        | M::TopicNameInvalid
        | M::ReceiveMaximumExceeded
        | M::TopicAliasInvalid
        | M::MessageRateTooHigh
        | M::AdministrativeAction
        | M::RetainNotSupported
        | M::QosNotSupported
        | M::SharedSubscriptionsNotSupported
        | M::MaximumConnectTime
        | M::SubscriptionIdentifiersNotSupported
        | M::WildcardSubscriptionsNotSupported => Reason::RefusedWith { code },
    }
}

/// The broker ended a session that was up, and gave a reason.
pub(super) fn disconnected(why: &BrokerRefusal) -> LinkFailure {
    use MqttReason as M;
    let reason = match why.code {
        M::SessionTakenOver => Reason::LostTakenOver,
        M::ServerShuttingDown => Reason::LostShutDown,
        M::KeepAliveTimeout => Reason::LostKeepAlive,
        M::AdministrativeAction => Reason::LostByAdministrator,
        M::NotAuthorized => Reason::LostNotAuthorized,
        M::UseAnotherServer => Reason::LostUseAnother,
        M::ServerMoved => Reason::LostMoved,
        // The name of the reason says the rest.
        code => Reason::LostWith { code },
    };
    lost(broker_words(reason, why))
}

/// A link that was up ended, and the broker gave no reason.
pub(super) fn broken(error: &SessionError) -> LinkFailure {
    match error {
        SessionError::Protocol(violation) => {
            lost(Reason::LostViolation { violation: violation.clone() })
        }
        SessionError::Io(error) => broken_stream(error),
        // The others have functions of their own, or end an attempt and not a session.
        _ => lost(Reason::LostClosed),
    }
}

fn broken_stream(error: &io::Error) -> LinkFailure {
    if let Some(violation) = violation_in(error) {
        return lost(Reason::LostViolation { violation: violation.clone() });
    }
    if let Some(reason) = closed_with(error) {
        let because = Reason::LostBecause { status: reason.status.into() };
        return lost(FailureMessage::from(because).with(reason.note()));
    }
    lost(match error.kind() {
        io::ErrorKind::ConnectionReset => Reason::LostReset,
        io::ErrorKind::TimedOut => Reason::LostTimedOut,
        _ => Reason::LostError { io: io_fault(error) },
    })
}

fn lost(message: impl Into<FailureMessage>) -> LinkFailure {
    of_call(bare(Stage::Closed, NetworkCode::ConnectionClosed, message), CLOSED, "on")
}

/// A link that was up got no answer to a ping.
pub(super) fn no_pong(after: Duration) -> LinkFailure {
    lost(Reason::LostSilent { seconds: Seconds(after) })
}
