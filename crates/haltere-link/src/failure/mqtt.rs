//! The broker's reasons in MQTT, and sessions that ended.

use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{LinkFailure, MqttReason, NetworkCode, Stage};

use super::quoted::broker_words;
use super::unanswered::at_connack;
use super::{CLOSED, bare, of_call};
use crate::transport::Refusal;

/// The broker refused CONNECT.
pub(crate) fn refusal(refusal: &Refusal, peer: SocketAddr) -> LinkFailure {
    let code = refusal.code;
    let why = why_refused(code).map_or_else(|| format!("it gave the reason {code}"), str::to_owned);
    let message = format!("The broker refused the connection: {why}{}", broker_words(refusal));
    at_connack(Stage::Mqtt, refusal.code, refusal.number.into(), peer, message)
}

/// A main clause about the broker's reason to refuse CONNECT; `None` if the reason does not belong there.
fn why_refused(reason: MqttReason) -> Option<&'static str> {
    use MqttReason as M;
    Some(match reason {
        M::NotAuthorized => {
            "it does not accept this user name and password, or does not allow this client id"
        }
        M::BadUserNameOrPassword => "it does not accept this user name and password",
        M::ServerUnavailable => "the broker is not available now",
        M::ServerBusy => "the broker is busy",
        M::Banned => "the client is banned",
        M::ClientIdentifierNotValid | M::IdentifierRejected => "the client id is not allowed",
        M::UnsupportedProtocolVersion | M::UnacceptableProtocolVersion => {
            "the broker supports neither MQTT 5 nor 3.1.1"
        }
        M::ConnectionRateExceeded => "too many connections were made in a short time",
        M::QuotaExceeded => "a quota is used up",
        M::UnspecifiedError => "it gives no reason",
        M::MalformedPacket => "it could not read our CONNECT",
        M::ProtocolError => "our CONNECT breaks a rule of MQTT",
        M::ImplementationSpecificError => "our CONNECT breaks a rule of its own",
        M::BadAuthenticationMethod => {
            "it requires extended authentication, which haltere does not support"
        }
        M::PacketTooLarge => "our CONNECT is larger than the packets it accepts",
        M::PayloadFormatInvalid => "it objects to a will message, though haltere sends none",
        M::UseAnotherServer => "it refers us to another server for now",
        M::ServerMoved => "the broker has moved to another server for good",
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
        | M::WildcardSubscriptionsNotSupported => return None,
    })
}

/// The broker ended a session that was up, and gave a reason.
pub(crate) fn disconnected(why: &Refusal) -> LinkFailure {
    use MqttReason as M;
    let reason = match why.code {
        M::SessionTakenOver => "another client connected with the same client id",
        M::ServerShuttingDown => "the broker shuts down",
        M::KeepAliveTimeout => "the broker received nothing from us in time",
        M::AdministrativeAction => "an administrator of the broker ended it",
        M::NotAuthorized => "the broker no longer accepts this client",
        M::UseAnotherServer => "the broker refers us to another server for now",
        M::ServerMoved => "the broker has moved to another server for good",
        // The name of the reason follows and says the rest.
        _ => "the broker ended it",
    };
    lost(&format!("{reason}: {}{}", why.code, broker_words(why)))
}

/// A link that was up ended, for the reason given.
pub(crate) fn lost(why: &str) -> LinkFailure {
    let message = format!("The connection was lost: {why}");
    of_call(bare(Stage::Closed, NetworkCode::ConnectionClosed, message), CLOSED, "on")
}

/// A link that was up got no answer to a ping.
pub(crate) fn no_pong(after: Duration) -> LinkFailure {
    lost(&format!("the broker did not answer a ping within {} s", after.as_secs_f32()))
}
