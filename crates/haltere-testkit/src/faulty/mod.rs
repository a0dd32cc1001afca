//! Scripted servers that misbehave, brokers and others.
//!
//! A [`Script`] says step by step what the peer does with each connection it accepts; [`Peer`] runs
//! it on a loopback port of its own and records what it receives. The common ones are presets:
//!
//! ```no_run
//! use haltere_testkit::faulty::Peer;
//!
//! # async fn example() {
//! let silent = Peer::silent().await;
//! let scripted = Peer::script().read_connect().connack(0).answer_subscribe().send(*b"\xE0\x02\x8E\x00").close().start().await;
//! # }
//! ```

mod act;
mod dns;
pub(crate) mod packet;
mod peer;
mod presets;
mod script;
mod unanswering;
mod websocket;

pub use dns::{DnsAnswer, DnsServer};
pub use packet::Connect;
pub use peer::Peer;
pub use script::Script;
pub use unanswering::Unanswering;
