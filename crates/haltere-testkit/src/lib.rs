//! What haltere's tests use: a real Mosquitto per test, certificates good and bad, brokers
//! that misbehave on cue, a proxy that swallows bytes, a clock that moves by hand.
//!
//! Development only: the binary never depends on this crate.
//!
//! Three rules hold throughout. Nothing listens beyond loopback or a network namespace of its own;
//! no port is fixed (see [`ports`]); and nothing sleeps in the hope that something has happened by
//! then: [`wait`] asks until it has, or fails and says what it was waiting for.
//!
//! ```no_run
//! use haltere_testkit::{certs::Ca, mosquitto::{Listener, Mosquitto}};
//!
//! # async fn example() {
//! let ca = Ca::new("factory");
//! let broker = Mosquitto::builder()
//!     .listener(Listener::tls(&ca.server(&["localhost", "127.0.0.1"])))
//!     .user("haltere", "secret")
//!     .start()
//!     .await;
//! assert!(broker.url().starts_with("mqtts://127.0.0.1:"));
//! # }
//! ```

#![expect(clippy::panic, reason = "a test kit fails by panicking, with everything it knows")]

pub mod builders;
pub mod certs;
pub mod clock;
pub mod corpus;
pub mod disk;
pub mod faulty;
pub mod internet;
pub mod log;
pub mod mosquitto;
pub mod netns;
pub mod oidc;
pub mod ports;
pub mod proxy;
pub mod swarm;
pub mod syslog;
pub mod wait;

pub use certs::{Ca, Identity};
pub use clock::MockClock;
pub use disk::Disk;
pub use faulty::{DnsServer, Peer};
pub use internet::Internet;
pub use log::CapturedLog;
pub use mosquitto::{Listener, Mosquitto};
pub use oidc::OidcProvider;
pub use proxy::Proxy;
pub use swarm::Swarm;
pub use syslog::SyslogReceiver;
