//! The broker's own refusals, by the names MQTT gives them.

use haltere_core::{MqttReason as M, Transport};

use super::{Case, elsewhere, lines, quoted};

pub(super) fn advise(case: &Case<'_>, reason: M) -> Vec<String> {
    match reason {
        M::NotAuthorized | M::BadUserNameOrPassword => not_let_in(case),
        M::BadAuthenticationMethod => lines![
            "The broker asks for extended authentication (SCRAM, Kerberos, …), which haltere does not speak: give haltere a user with a password, or a client certificate.",
        ],
        M::ClientIdentifierNotValid | M::IdentifierRejected => lines![
            format!(
                "Choose another client id with {}; this one is {}. Some brokers bind an id to a user, or accept only ids they know.",
                case.client_id(),
                quoted(&case.spec.client_id)
            ),
            client_id_prefixes(case),
        ],
        M::Banned => lines![
            "An administrator of the broker, or a rule there against repeated failures, has banned this client or address: lift it there first, then correct what led to it.",
        ],
        M::ServerUnavailable | M::ServerBusy | M::ServerShuttingDown => lines![
            "The broker says so itself, and it passes: look at its load and its log, then try again. A stored connection is tried again by itself.",
        ],
        M::QuotaExceeded | M::ConnectionRateExceeded | M::MessageRateTooHigh => lines![
            "A limit of the broker is reached: look at max_connections and its quotas, and at how many clients there are ($SYS/broker/clients/connected).",
        ],
        M::UnsupportedProtocolVersion | M::UnacceptableProtocolVersion => lines![
            "The broker supports neither MQTT 5 nor 3.1.1. In Mosquitto, accept_protocol_versions of that listener has to hold 5 or 4.",
        ],
        M::UseAnotherServer => sent_elsewhere(
            case,
            "It is temporary: a stored connection keeps trying this server, which may accept it again.",
        ),
        M::ServerMoved => {
            sent_elsewhere(case, "It is permanent: the url of this connection has to be changed.")
        }
        M::SessionTakenOver => lines![format!(
            "Another client connected with the client id {}: choose another with {}.",
            quoted(&case.spec.client_id),
            case.client_id()
        ),],
        M::KeepAliveTimeout | M::MaximumConnectTime | M::AdministrativeAction => {
            lines!["The broker ended the session by a rule of its own: its log names the rule.",]
        }
        M::UnspecifiedError
        | M::ConnectionRefused
        | M::NormalDisconnection
        | M::DisconnectWithWillMessage => lines![
            "The broker gives no better reason, which often comes from a plugin there: its log says more, at the time of this test.",
            other_client(case),
        ],
        M::ImplementationSpecificError => lines![
            "The broker has a rule of its own that MQTT has no name for: its log, or its manual, says which, at the time of this test.",
            other_client(case),
        ],
        M::MalformedPacket => lines![
            "Something on the way may change what we send: a load balancer that adds a PROXY header the broker does not expect, or a gateway for another protocol.",
            other_client(case),
        ],
        M::ProtocolError => lines![
            format!(
                "The broker's log names the rule. haltere's CONNECT says little: the client id {}, a clean start, a keep-alive, and user name and password where they are set.",
                quoted(&case.spec.client_id)
            ),
            other_client(case),
        ],
        M::PacketTooLarge => lines![
            format!(
                "Shorten what is given with {} or {}: tokens in place of passwords are long.",
                case.credentials(),
                case.client_id()
            ),
            "Or raise the broker's limit: in Mosquitto that is max_packet_size.",
        ],
        M::PayloadFormatInvalid => lines![
            "haltere sends no will message, so a plugin or a proxy in front of the broker gives this answer, or changes what we send: look into its log.",
            other_client(case),
        ],
        M::TopicNameInvalid
        | M::TopicFilterInvalid
        | M::ReceiveMaximumExceeded
        | M::TopicAliasInvalid
        | M::RetainNotSupported
        | M::QosNotSupported
        | M::SharedSubscriptionsNotSupported
        | M::SubscriptionIdentifiersNotSupported
        | M::WildcardSubscriptionsNotSupported => lines![
            "The broker does not like what haltere sent, which is little: a CONNECT and a subscription to $SYS. If its log names no rule of its own, please report this as a bug.",
            other_client(case),
        ],
    }
}

/// User name, password or client id can't be sent in MQTT.
pub(super) fn unsendable(case: &Case<'_>) -> Vec<String> {
    lines![format!(
        "Shorten what is given with {} or {}: MQTT has room for 65,535 bytes each, and none for U+0000.",
        case.credentials(),
        case.client_id()
    )]
}

fn not_let_in(case: &Case<'_>) -> Vec<String> {
    let settings = case.credentials();
    let Some(user) = case.spec.username.as_deref() else {
        return lines![
            format!(
                "No user name was given, and the broker requires one (Mosquitto: allow_anonymous false, the default from 2.0 on): give one with {settings}."
            ),
            client_id_prefixes(case),
            "Mosquitto says the same for missing and for wrong credentials.",
        ];
    };
    let mut lines = Vec::new();
    if case.spec.password.as_ref().is_none_or(|password| password.expose().is_empty()) {
        lines.push(format!("Only a user name was given: give its password, too, with {settings}."));
    }
    // It goes between quotes into a command that users copy.
    let is_plain = !user.contains('\'') && quoted(user) == user;
    lines.push(format!(
        "Check the password of \"{}\" with the broker's own client: `mosquitto_sub -h {} -p {} -u {} -P PASSWORD -t '$SYS/broker/version' -C 1`",
        quoted(user),
        case.host(),
        case.port(),
        if is_plain { format!("'{user}'") } else { "NAME".to_owned() }
    ));
    lines.push(client_id_prefixes(case));
    lines.push("On the broker: `mosquitto_passwd FILE NAME` sets a password, and the broker reads the file again only after `kill -HUP`. With dynamic security: `mosquitto_ctrl dynsec getClient NAME`, and it must not be disabled.".to_owned());
    lines.push(
        "Mosquitto says the same for a user it does not know, a wrong password, and none."
            .to_owned(),
    );
    lines
}

/// Mosquitto gives the answer for wrong credentials to a client id without a configured prefix.
fn client_id_prefixes(case: &Case<'_>) -> String {
    format!(
        "If the broker's configuration has clientid_prefixes, the client id has to begin with one of them, and this one is {}: set another with {}, or add its beginning there.",
        quoted(&case.spec.client_id),
        case.client_id()
    )
}

fn sent_elsewhere(case: &Case<'_>, meant: &str) -> Vec<String> {
    let nowhere = || {
        "The broker does not say where its clients should go: look into its log, or ask its operator."
            .to_owned()
    };
    lines![elsewhere::server(case).unwrap_or_else(nowhere), meant]
}

/// What answers CONNECT does not speak MQTT.
pub(super) fn not_mqtt(case: &Case<'_>) -> Vec<String> {
    if case.transport().is_websocket() {
        return lines![
            format!(
                "What answers at {} speaks WebSocket, but not MQTT over it: another service, such as an API or a console? Usual paths of brokers are /mqtt, /ws and /.",
                quoted(case.spec.url.path())
            ),
            format!(
                "Is {} the port of the broker's WebSocket listener (Mosquitto: \"protocol websockets\")?",
                case.port()
            ),
        ];
    }
    let websocket = if case.is_tls() { Transport::Wss } else { Transport::Ws };
    lines![
        format!("If that is a web server or a WebSocket listener, {}", case.try_as(websocket)),
        format!(
            "Is {} the broker's port? Mosquitto's is in the listener lines of its configuration, usually 1883, with TLS 8883.",
            case.port()
        ),
    ]
}

fn other_client(case: &Case<'_>) -> String {
    format!(
        "See whether another client gets in: `mosquitto_sub -h {} -p {} -t '$SYS/broker/version' -C 1 -d`",
        case.host(),
        case.port()
    )
}
