//! From a socket to MQTT.
//!
//! ```text
//! TcpStream ─ TLS? ─ WebSocket? ─►  ByteStream  any stream of bytes
//!                                    │
//!                                  Framer    cuts it into packets, skips what is too large
//!                                    │
//!                                   Codec    the only module that names the MQTT library
//!                                    │
//!                              MqttSession  keep-alive, subscriptions; passes messages to a sink
//! ```
//!
//! Nothing here retries or waits between attempts; [`crate::state`] decides that.

mod byte_stream;
mod codec;
mod framer;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod session;
mod upgrade;
mod websocket;

pub(crate) use byte_stream::ByteStream;
pub(crate) use codec::{BrokerRefusal, ConnectOptions};
pub(crate) use session::{
    InterestAnswer, MqttSession, MqttSessionConfig, SessionError, SessionUpdate,
};
pub(crate) use upgrade::{HttpRefusal, UpgradeError};
pub(crate) use websocket::{CloseReason, upgrade};
