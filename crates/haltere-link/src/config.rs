//! How all links behave.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::EgressPolicy;

/// How all links of one supervisor behave.
#[derive(Debug, Clone)]
pub struct LinkConfig {
    /// One attempt, from resolving the name to CONNACK, takes at most this long.
    pub connect_timeout: Duration,
    /// MQTT keep-alive. The broker may ask for a shorter one.
    pub keepalive: Duration,
    /// How long a PINGRESP may take. A half-open peer is found within `keepalive + ping_timeout`.
    pub ping_timeout: Duration,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// The pause after refused credentials and certificate faults, which time alone does not mend.
    pub slow_retry: Duration,
    /// A link that was up this long starts its back-off anew.
    pub stable_after: Duration,
    /// How many dials start per second, over all links.
    pub dials_per_second: NonZeroU32,
    /// How many links may hold a socket at the same time; the others wait for their turn.
    pub links_at_once: usize,
    /// The dials of a start are spread over at most this long.
    pub spread_start: Duration,
    /// The largest incoming MQTT packet, in bytes. Larger messages are skipped and counted.
    pub max_packet: usize,
    /// How many status changes are remembered per link.
    pub history: usize,
    /// Who resolves names.
    pub resolver: ResolverSource,
    /// Where links and probes may dial.
    pub egress: EgressPolicy,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
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

/// Pauses that grow with each failed attempt, with full jitter, so that a broker that comes back
/// is not met by its whole fleet at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The longest pause after the first failure.
    pub first: Duration,
    /// What the longest pause is multiplied with at each further failure.
    pub factor: f64,
    /// No pause is longer than this.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), factor: 1.5, max: Duration::from_mins(1) }
    }
}

impl Backoff {
    /// The pause after the `attempt`th failure in a row; `jitter`, 0 to 1, is where between almost
    /// nothing and the longest pause it lies.
    pub(crate) fn pause(&self, attempt: u32, jitter: f64) -> Duration {
        // 1.5^64 is already beyond any sensible limit.
        let exponent = i32::try_from(attempt.saturating_sub(1).min(64)).unwrap_or(64);
        let longest = self.first.as_secs_f64() * self.factor.powi(exponent);
        let longest = longest.min(self.max.as_secs_f64());
        // Jitter near zero must not make the link dial in a tight loop.
        let shortest = self.first.as_secs_f64() / 10.0;
        Duration::from_secs_f64((longest * jitter).max(shortest))
    }
}

/// Who resolves names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolverSource {
    /// What `/etc/resolv.conf` says.
    System,
    /// One name server, asked over UDP. `/etc/hosts` still counts.
    NameServer(SocketAddr),
}
