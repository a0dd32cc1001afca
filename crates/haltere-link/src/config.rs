//! The configuration of all links.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::EgressPolicy;

/// The configuration of all links of one supervisor.
#[derive(Debug, Clone)]
pub struct LinkConfig {
    /// One attempt, from resolving the name to CONNACK, takes at most this long.
    pub connect_timeout: Duration,
    /// How long a round trip of a test may take in all.
    pub roundtrip_timeout: Duration,
    /// MQTT keep-alive. The broker may ask for a shorter one.
    pub keepalive: Duration,
    /// How long a PINGRESP may take. A half-open connection is found within `keepalive + ping_timeout`.
    pub ping_timeout: Duration,
    pub backoff: Backoff,
    /// The longest pause after failures that time alone does not repair, such as of TLS or refused credentials.
    pub slow_retry: Duration,
    /// A link that was up this long restarts its back-off.
    pub stable_after: Duration,
    /// How many dials start per second, over all links.
    pub dials_per_second: NonZeroU32,
    /// How many links may have a socket at the same time; the others wait.
    pub links_at_once: usize,
    /// The dials of a start are spread over at most this long.
    pub spread_start: Duration,
    /// The largest incoming MQTT packet, in bytes. Larger messages are skipped and counted.
    pub max_packet: usize,
    /// How many status changes are kept per link.
    pub history: usize,
    pub resolver: ResolverSource,
    pub egress: EgressPolicy,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            roundtrip_timeout: Duration::from_secs(5),
            keepalive: Duration::from_secs(30),
            ping_timeout: Duration::from_secs(10),
            backoff: Backoff::default(),
            slow_retry: Duration::from_mins(1),
            stable_after: Duration::from_secs(30),
            dials_per_second: NonZeroU32::new(200).expect("200 is not zero"),
            links_at_once: usize::MAX,
            spread_start: Duration::from_secs(5),
            max_packet: 8 << 20,
            history: 100,
            resolver: ResolverSource::System,
            egress: EgressPolicy::default(),
        }
    }
}

/// Pauses that grow with each failed attempt, with full jitter, so that the links of a fleet do not
/// reconnect all at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The longest pause after the first failure.
    pub first: Duration,
    /// The factor by which the longest pause grows with each further failure.
    pub factor: f64,
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), factor: 1.5, max: Duration::from_mins(1) }
    }
}

impl Backoff {
    /// The pause after the `attempt`th failure in a row. `jitter`, 0 to 1, scales the longest pause.
    pub(crate) fn pause(&self, attempt: u32, jitter: f64) -> Duration {
        // 1.5^64 is already beyond any sensible limit.
        let exponent = i32::try_from(attempt.saturating_sub(1).min(64)).unwrap_or(64);
        let longest = self.first.as_secs_f64() * self.factor.powi(exponent);
        let longest = longest.min(self.max.as_secs_f64());
        // With a jitter near zero, the link must not dial in a tight loop.
        let shortest = self.first.as_secs_f64() / 10.0;
        Duration::from_secs_f64((longest * jitter).max(shortest))
    }
}

/// Which name servers are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolverSource {
    /// Those of `/etc/resolv.conf`.
    System,
    /// One name server, over UDP. `/etc/hosts` is still used.
    NameServer(SocketAddr),
}
