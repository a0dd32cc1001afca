//! From a socket to MQTT.
//!
//! ```text
//! TcpStream ─ TLS? ─ WebSocket? ─►  Wire     any stream of bytes
//!                                    │
//!                                  Framer    cuts it into packets, skips what is too large
//!                                    │
//!                                   Codec    the one place that names the MQTT library
//!                                    │
//!                                  Session   keep-alive, what the broker tells about itself
//! ```
//!
//! Nothing here retries or waits between attempts; that is [`crate::state`]'s.

mod codec;
mod framer;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod session;
mod upgrade;
mod websocket;
mod wire;

pub(crate) use codec::{Hello, Refusal};
pub(crate) use session::{Ended, Habits, News, Session};
pub(crate) use upgrade::{HttpRefusal, UpgradeError};
pub(crate) use websocket::upgrade;
pub(crate) use wire::Wire;
