//! Why a session ended, or was not opened.

use std::io;
use std::time::Duration;

use haltere_core::{MqttReason, ProtocolViolation};

use crate::transport::codec::{BrokerRefusal, ProtocolError};
use crate::transport::framer::FrameError;

/// Why a session ended, or was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// The broker closed the connection without a DISCONNECT.
    #[error("the broker closed the connection")]
    Closed,
    #[error("{0}")]
    Io(#[source] io::Error),
    #[error("the broker refused us: {}", .0.code)]
    Refused(BrokerRefusal),
    #[error("the broker ended the session: {}", .0.code)]
    Disconnected(BrokerRefusal),
    /// The broker did not answer a ping.
    #[error("no answer to a ping within {0:?}")]
    PingTimeout(Duration),
    #[error("the broker violated the MQTT protocol: {0}")]
    Protocol(ProtocolViolation),
    /// The peer answered CONNECT with TLS.
    #[error("the other side speaks TLS")]
    SpeaksTls,
    /// The peer answered CONNECT with HTTP.
    #[error("the other side speaks HTTP")]
    SpeaksHttp,
    /// User name, password or client id can't be encoded in MQTT.
    #[error("CONNECT can't be made: {0}")]
    Unsendable(ProtocolError),
}

impl SessionError {
    /// Whether the end of a session explains itself: the broker gave its reason or violated the protocol.
    pub(crate) fn is_explained(&self) -> bool {
        use MqttReason as M;
        match self {
            Self::Disconnected(BrokerRefusal { code, reason_string, .. }) => {
                let says_nothing = matches!(
                    code,
                    M::NormalDisconnection
                        | M::UnspecifiedError
                        | M::ImplementationSpecificError
                        | M::SessionTakenOver
                );
                !says_nothing || reason_string.is_some()
            }
            Self::Protocol(_) => true,
            _ => false,
        }
    }
}

impl From<ProtocolError> for SessionError {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error.into())
    }
}

impl From<FrameError> for SessionError {
    fn from(error: FrameError) -> Self {
        Self::Protocol(error.into())
    }
}

/// Checks that the answer to CONNECT begins like MQTT: with a CONNACK, or with a DISCONNECT, which some
/// brokers refuse with.
pub(super) fn check_protocol(first: &[u8]) -> Result<(), SessionError> {
    match first {
        // A TLS alert or handshake record: content type 21 or 22, version 3.x (RFC 8446, 5.1).
        [0x15 | 0x16, 0x03, ..] => Err(SessionError::SpeaksTls),
        [b'H', b'T', ..] => Err(SessionError::SpeaksHttp),
        [0x20 | 0xe0, ..] => Ok(()),
        _ => Err(SessionError::Protocol(ProtocolViolation::NoConnack)),
    }
}
