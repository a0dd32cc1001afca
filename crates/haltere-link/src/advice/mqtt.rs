//! The broker's own refusals, by the names MQTT gives them.

use haltere_core::{Stage, Transport};

use super::{Case, lines, quoted};

pub(super) fn advise(case: &Case<'_>) -> Option<Vec<String>> {
    Some(match case.code() {
        "NOT_AUTHORIZED" | "BAD_USER_NAME_OR_PASSWORD" => not_let_in(case),
        "BAD_AUTHENTICATION_METHOD" => lines![
            "The broker asks for extended authentication (SCRAM, Kerberos, …), which haltere does not speak: give haltere a user with a password, or a client certificate.",
        ],
        "CLIENT_IDENTIFIER_NOT_VALID" | "IDENTIFIER_REJECTED" => lines![
            format!(
                "Choose another client id with {}; this one is {}. Some brokers allow only letters and digits, 23 at most, or bind an id to a user.",
                case.client_id(),
                case.spec.client_id
            ),
            "In Mosquitto, clientid_prefixes lists what an id may begin with.",
        ],
        "BANNED" => lines![
            "An administrator of the broker, or a rule there against repeated failures, has banned this client or address: lift it there first, then mend what led to it.",
        ],
        "SERVER_UNAVAILABLE" | "SERVER_BUSY" | "SERVER_SHUTTING_DOWN" => lines![
            "The broker says so itself, and it passes: look at its load and its log, then try again. A stored connection is tried again by itself.",
        ],
        "QUOTA_EXCEEDED" | "CONNECTION_RATE_EXCEEDED" | "MESSAGE_RATE_TOO_HIGH" => lines![
            "A limit of the broker is reached: look at max_connections and its quotas, and at how many clients there are ($SYS/broker/clients/connected).",
        ],
        "UNSUPPORTED_PROTOCOL_VERSION" | "UNACCEPTABLE_PROTOCOL_VERSION" => lines![
            "The broker takes neither MQTT 5 nor 3.1.1. In Mosquitto, accept_protocol_versions of that listener has to hold 5 or 4.",
        ],
        "USE_ANOTHER_SERVER" | "SERVER_MOVED" => lines![
            "The broker sends clients elsewhere: its own words in the message, or its log, say where. Put that into the URL.",
        ],
        "SESSION_TAKEN_OVER" => lines![format!(
            "Another client connected with the client id {}: choose another with {}.",
            case.spec.client_id,
            case.client_id()
        ),],
        "KEEP_ALIVE_TIMEOUT" | "MAXIMUM_CONNECT_TIME" | "ADMINISTRATIVE_ACTION" => {
            lines!["The broker ended the session by a rule of its own: its log names the rule.",]
        }
        "UNSPECIFIED_ERROR"
        | "IMPLEMENTATION_SPECIFIC_ERROR"
        | "CONNECTION_REFUSED"
        | "NORMAL_DISCONNECTION"
        | "DISCONNECT_WITH_WILL_MESSAGE" => lines![
            "The broker gives no better reason: its log says more, at the time of this test.",
            other_client(case),
        ],
        "MALFORMED_PACKET"
        | "PROTOCOL_ERROR"
        | "TOPIC_NAME_INVALID"
        | "RECEIVE_MAXIMUM_EXCEEDED"
        | "TOPIC_ALIAS_INVALID"
        | "PACKET_TOO_LARGE"
        | "PAYLOAD_FORMAT_INVALID"
        | "RETAIN_NOT_SUPPORTED"
        | "QOS_NOT_SUPPORTED" => lines![
            "The broker does not like what haltere sent, which is little: a CONNECT and a subscription to $SYS. If its log names no rule of its own, please report this as a bug.",
            other_client(case),
        ],
        "EINVAL" => lines![format!(
            "Shorten what is given with {} or {}: MQTT has room for 65,535 bytes each, and none for U+0000.",
            case.credentials(),
            case.client_id()
        ),],
        "EPROTO" if case.stage() == Stage::Mqtt => not_mqtt(case),
        _ => return None,
    })
}

fn not_let_in(case: &Case<'_>) -> Vec<String> {
    let settings = case.credentials();
    let Some(user) = case.spec.username.as_deref() else {
        return lines![
            format!(
                "No user name was given, and the broker lets nobody in without (Mosquitto: allow_anonymous false, the default from 2.0 on): give one with {settings}."
            ),
            "Mosquitto says the same for missing and for wrong credentials.",
        ];
    };
    let mut lines = Vec::new();
    if case.spec.password.as_ref().is_none_or(|password| password.expose().is_empty()) {
        lines.push(format!("Only a user name was given: give its password, too, with {settings}."));
    }
    // It stands between quotes in a command that is made to be copied.
    let is_plain = !user.contains(['\'', '`']);
    lines.push(format!(
        "Check the password of \"{}\" with the broker's own client: `mosquitto_sub -h {} -p {} -u {} -P PASSWORD -t '$SYS/broker/version' -C 1`",
        quoted(user),
        case.host(),
        case.port(),
        if is_plain { format!("'{user}'") } else { "NAME".to_owned() }
    ));
    lines.push("On the broker: `mosquitto_passwd FILE NAME` sets a password, and the broker reads the file again only after `kill -HUP`. With dynamic security: `mosquitto_ctrl dynsec getClient NAME`, and it must not be disabled.".to_owned());
    lines.push(
        "Mosquitto says the same for a user it does not know, a wrong password, and none."
            .to_owned(),
    );
    lines
}

fn not_mqtt(case: &Case<'_>) -> Vec<String> {
    let websocket = if case.is_tls() { Transport::Wss } else { Transport::Ws };
    let mut lines = Vec::new();
    if !case.transport().is_websocket() {
        lines.push(format!(
            "If that is a web server or a WebSocket listener, {}",
            case.try_as(websocket)
        ));
    }
    lines.push(format!("Is {} the broker's port? Mosquitto's is in the listener lines of its configuration, usually 1883, with TLS 8883.", case.port()));
    lines
}

fn other_client(case: &Case<'_>) -> String {
    format!(
        "See whether another client gets in: `mosquitto_sub -h {} -p {} -t '$SYS/broker/version' -C 1 -d`",
        case.host(),
        case.port()
    )
}
