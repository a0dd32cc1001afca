//! The broker's own refusals, by the names MQTT gives them.

use haltere_core::{MqttReason as M, Transport};

use super::{Advice, Case, elsewhere, quoted};

pub(super) fn advise(case: &Case<'_>, reason: M) -> Vec<Advice> {
    let client = quoted(&case.spec.client_id);
    let setting = case.client_id();
    match reason {
        M::NotAuthorized | M::BadUserNameOrPassword => not_accepted(case),
        M::BadAuthenticationMethod => vec![Advice::AuthMethod],
        M::ClientIdentifierNotValid | M::IdentifierRejected => {
            vec![Advice::AnotherClientId { client, setting }, client_id_prefixes(case)]
        }
        M::Banned => vec![Advice::LiftBan],
        M::ServerUnavailable | M::ServerBusy | M::ServerShuttingDown => {
            vec![Advice::BrokerSaysBusy]
        }
        M::QuotaExceeded | M::ConnectionRateExceeded | M::MessageRateTooHigh => {
            vec![Advice::BrokerLimit]
        }
        M::UnsupportedProtocolVersion | M::UnacceptableProtocolVersion => vec![Advice::OldMqtt],
        M::UseAnotherServer => sent_elsewhere(case, Advice::MoveIsTemporary),
        M::ServerMoved => sent_elsewhere(case, Advice::MoveIsPermanent),
        M::SessionTakenOver => vec![Advice::ClientIdTaken { client, setting }],
        M::KeepAliveTimeout | M::MaximumConnectTime | M::AdministrativeAction => {
            vec![Advice::BrokersRule]
        }
        M::UnspecifiedError
        | M::ConnectionRefused
        | M::NormalDisconnection
        | M::DisconnectWithWillMessage => vec![Advice::NoBetterReason, other_client(case)],
        M::ImplementationSpecificError => vec![Advice::RuleWithoutName, other_client(case)],
        M::MalformedPacket => vec![Advice::ChangedOnTheWay, other_client(case)],
        M::ProtocolError => vec![Advice::WhatConnectSays { client }, other_client(case)],
        M::PacketTooLarge => vec![
            Advice::ShortenCredentials { credentials: case.credentials(), setting },
            Advice::RaisePacketSize,
        ],
        M::PayloadFormatInvalid => vec![Advice::NoWillSent, other_client(case)],
        M::TopicNameInvalid
        | M::TopicFilterInvalid
        | M::ReceiveMaximumExceeded
        | M::TopicAliasInvalid
        | M::RetainNotSupported
        | M::QosNotSupported
        | M::SharedSubscriptionsNotSupported
        | M::SubscriptionIdentifiersNotSupported
        | M::WildcardSubscriptionsNotSupported => vec![Advice::LittleWasSent, other_client(case)],
    }
}

/// User name, password or client id can't be sent in MQTT.
pub(super) fn unsendable(case: &Case<'_>) -> Vec<Advice> {
    vec![Advice::LimitsOfMqtt { credentials: case.credentials(), setting: case.client_id() }]
}

fn not_accepted(case: &Case<'_>) -> Vec<Advice> {
    let setting = case.credentials();
    let Some(user) = case.spec.username.as_deref() else {
        return vec![
            Advice::NoUserName { setting },
            client_id_prefixes(case),
            Advice::SameForMissing,
        ];
    };
    let mut lines = Vec::new();
    if case.spec.password.as_ref().is_none_or(|password| password.expose().is_empty()) {
        lines.push(Advice::NoPassword { setting });
    }
    // It goes between quotes into a command that users copy.
    let is_plain = !user.contains('\'') && quoted(user) == user;
    lines.push(Advice::CheckPassword {
        user: quoted(user),
        host: case.host().to_string(),
        port: case.port(),
        argument: if is_plain { format!("'{user}'") } else { "NAME".to_owned() },
    });
    lines.extend([client_id_prefixes(case), Advice::SetPassword, Advice::SameForUnknown]);
    lines
}

/// Mosquitto gives the answer for wrong credentials to a client id without a configured prefix.
fn client_id_prefixes(case: &Case<'_>) -> Advice {
    Advice::ClientIdPrefixes { client: quoted(&case.spec.client_id), setting: case.client_id() }
}

fn sent_elsewhere(case: &Case<'_>, meant: Advice) -> Vec<Advice> {
    vec![elsewhere::server(case).unwrap_or(Advice::ServerNowhere), meant]
}

/// The peer does not speak MQTT.
pub(super) fn not_mqtt(case: &Case<'_>) -> Vec<Advice> {
    let port = case.port();
    if case.transport().is_websocket() {
        let path = quoted(case.spec.url.path());
        return vec![Advice::WebsocketOther { path }, Advice::WebsocketPort { port }];
    }
    let websocket = if case.is_tls() { Transport::Wss } else { Transport::Ws };
    vec![Advice::PerhapsWeb { url: case.try_as(websocket) }, Advice::MqttPort { port }]
}

fn other_client(case: &Case<'_>) -> Advice {
    Advice::OtherClientGetsIn { host: case.host().to_string(), port: case.port() }
}
