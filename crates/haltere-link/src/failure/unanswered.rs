//! The TCP connection was established, and no usable answer to MQTT CONNECT came.

use std::io;
use std::net::SocketAddr;

use haltere_core::{
    FailureCode, FailureMessage, LinkFailure, NetworkCode, ProtocolViolation, Reason, Stage,
};

use super::io_fault::io_fault;
use super::{CLOSED, INPUT_OUTPUT, bare, of_call};
use crate::transport::CloseReason;

/// The peer accepted the connection and then sent nothing, up to `stage`.
pub(crate) fn no_answer(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let message = match stage {
        Stage::Tls => Reason::SilentAtTls { peer },
        Stage::Websocket => Reason::SilentAtWebsocket { peer },
        _ => Reason::SilentAtMqtt { peer },
    };
    at_connack(stage, NetworkCode::TimedOut, -110, peer, message)
}

/// The peer closed the connection before it answered CONNECT.
pub(crate) fn closed_early(stage: Stage, peer: SocketAddr) -> LinkFailure {
    at_connack(stage, NetworkCode::ConnectionClosed, CLOSED, peer, Reason::ClosedEarly { peer })
}

/// The reason the peer gave when it closed the connection.
pub(super) fn closed_with(error: &io::Error) -> Option<&CloseReason> {
    error.get_ref()?.downcast_ref()
}

/// The peer closed the connection before it answered CONNECT, and said why.
fn closed_because(stage: Stage, peer: SocketAddr, reason: &CloseReason) -> LinkFailure {
    let status = reason.status.into();
    let message = FailureMessage::from(Reason::ClosedBecause { peer, status }).with(reason.note());
    at_connack(stage, NetworkCode::ConnectionClosed, CLOSED, peer, message)
}

/// The broker answered CONNECT with something that is not MQTT.
pub(crate) fn not_mqtt(why: Reason, peer: SocketAddr) -> LinkFailure {
    at_connack(Stage::Mqtt, NetworkCode::Protocol, -71, peer, why)
}

/// The answer to CONNECT is missing, or is a refusal.
pub(super) fn at_connack(
    stage: Stage,
    code: impl Into<FailureCode>,
    errno: i32,
    peer: SocketAddr,
    message: impl Into<FailureMessage>,
) -> LinkFailure {
    LinkFailure {
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        ..of_call(bare(stage, code, message), errno, "connack")
    }
}

/// The peer reset the connection, or dropped it in a way that looks the same, before the link was up.
fn reset(stage: Stage, message: Reason) -> LinkFailure {
    of_call(bare(stage, NetworkCode::ConnectionReset, message), -104, "read")
}

/// Plain MQTT on a TLS port ends like this, and WebSocket on a port for something else.
pub(crate) fn perhaps_tls_port(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let reason = match stage {
        Stage::Websocket => Reason::DroppedAtWebsocket { peer },
        _ => Reason::DroppedAtMqtt { peer },
    };
    reset(stage, reason)
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
        ConnectionReset | BrokenPipe if encrypted => reset(stage, Reason::DroppedByBroker { peer }),
        ConnectionReset | BrokenPipe => perhaps_tls_port(stage, peer),
        UnexpectedEof => match closed_with(error) {
            Some(reason) => closed_because(stage, peer, reason),
            None => closed_early(stage, peer),
        },
        _ => {
            let message = Reason::ConnectionFailed { peer, io: io_fault(error) };
            let errno = -error.raw_os_error().unwrap_or(INPUT_OUTPUT);
            of_call(bare(stage, NetworkCode::InputOutput, message), errno, "read")
        }
    }
}

/// The user name, password or client id can't be sent in MQTT.
pub(crate) fn unsendable(violation: ProtocolViolation) -> LinkFailure {
    let message = Reason::Unsendable { violation };
    of_call(bare(Stage::Mqtt, NetworkCode::InvalidArgument, message), -22, "connack")
}
