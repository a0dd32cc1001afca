//! The TCP connection was established, and no usable answer to MQTT CONNECT came.

use std::io;
use std::net::SocketAddr;

use haltere_core::{FailureCode, LinkFailure, NetworkCode, Stage};

use super::{CLOSED, INPUT_OUTPUT, bare, of_call};
use crate::transport::CloseReason;

/// The peer accepted the connection and then sent nothing, up to `stage`.
pub(crate) fn no_answer(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let awaited = match stage {
        Stage::Tls => "the TLS handshake",
        Stage::Websocket => "the WebSocket upgrade",
        _ => "MQTT CONNECT",
    };
    let message = format!(
        "{peer} accepted the connection but did not answer {awaited} in time; \
         is it a broker, and is this its port?"
    );
    at_connack(stage, NetworkCode::TimedOut, -110, peer, message)
}

/// The peer closed the connection before it answered CONNECT.
pub(crate) fn closed_early(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let message = format!(
        "{peer} closed the connection before it answered; the port may expect TLS or another \
         protocol, or the broker does not accept this client"
    );
    at_connack(stage, NetworkCode::ConnectionClosed, CLOSED, peer, message)
}

/// The reason the peer gave when it closed the connection.
pub(crate) fn closed_with(error: &io::Error) -> Option<&CloseReason> {
    error.get_ref()?.downcast_ref()
}

/// The peer closed the connection before it answered CONNECT, and said why.
fn closed_because(stage: Stage, peer: SocketAddr, reason: &CloseReason) -> LinkFailure {
    let message = format!("{peer} did not accept the connection: {reason}");
    at_connack(stage, NetworkCode::ConnectionClosed, CLOSED, peer, message)
}

/// The broker answered CONNECT with something that is not MQTT.
pub(crate) fn not_mqtt(why: &str, peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} did not answer as an MQTT broker does: {why}");
    at_connack(Stage::Mqtt, NetworkCode::Protocol, -71, peer, message)
}

/// The answer to CONNECT is missing, or is a refusal.
pub(super) fn at_connack(
    stage: Stage,
    code: impl Into<FailureCode>,
    errno: i32,
    peer: SocketAddr,
    message: String,
) -> LinkFailure {
    LinkFailure {
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        ..of_call(bare(stage, code, message), errno, "connack")
    }
}

/// The peer reset the connection, or dropped it in a way that looks the same, before the link was up.
fn reset(stage: Stage, peer: SocketAddr, hint: &str) -> LinkFailure {
    let message = format!("{peer} dropped the connection; {hint}");
    of_call(bare(stage, NetworkCode::ConnectionReset, message), -104, "read")
}

/// Plain MQTT on a TLS port ends like this, and WebSocket on a port for something else.
pub(crate) fn perhaps_tls_port(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let hint = match stage {
        Stage::Websocket => {
            "does this port speak WebSocket? If not, use mqtt:// or mqtts://; if with TLS, wss://"
        }
        _ => "is this port TLS? Then use mqtts:// (or wss://)",
    };
    reset(stage, peer, hint)
}

/// Reading or writing failed before the broker accepted CONNECT.
pub(crate) fn before_connack(
    stage: Stage,
    error: &io::Error,
    peer: SocketAddr,
    encrypted: bool,
) -> LinkFailure {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match error.kind() {
        ConnectionReset | BrokenPipe if encrypted => {
            reset(stage, peer, "the broker may not accept this client; its log says more")
        }
        ConnectionReset | BrokenPipe => perhaps_tls_port(stage, peer),
        UnexpectedEof => match closed_with(error) {
            Some(reason) => closed_because(stage, peer, reason),
            None => closed_early(stage, peer),
        },
        _ => {
            let message = format!("The connection to {peer} failed: {error}");
            let errno = -error.raw_os_error().unwrap_or(INPUT_OUTPUT);
            of_call(bare(stage, NetworkCode::InputOutput, message), errno, "read")
        }
    }
}

/// The user name, password or client id can't be sent in MQTT.
pub(crate) fn unsendable(why: &str) -> LinkFailure {
    let message = format!("CONNECT can't be made: {why}");
    of_call(bare(Stage::Mqtt, NetworkCode::InvalidArgument, message), -22, "connack")
}
