//! `[link]`

use std::num::NonZeroU32;

use confique::Config;

use super::units::Span;

/// The links to the brokers.
#[derive(Debug, Config)]
pub(crate) struct Link {
    /// How long one attempt may take, from looking up the name to the broker's answer.
    #[config(env = "HALTERE_LINK_CONNECT_TIMEOUT", default = "5s", validate(!connect_timeout.is_zero(), "must be more than zero"))]
    pub connect_timeout: Span,

    /// How often a silent broker is asked whether it is still there (the MQTT keep alive).
    #[config(env = "HALTERE_LINK_KEEPALIVE", default = "30s", validate((5..=3600).contains(&keepalive.as_duration().as_secs()), "must be between 5 seconds and 1 hour"))]
    pub keepalive: Span,

    /// The longest pause between two attempts at a broker that does not answer.
    #[config(env = "HALTERE_LINK_MAX_BACKOFF", default = "60s", validate(max_backoff.as_duration().as_millis() >= 500, "must be at least 0.5 seconds"))]
    pub max_backoff: Span,

    /// How many attempts may start per second, over all brokers.
    #[config(env = "HALTERE_LINK_DIALS_PER_SECOND", default = 200)]
    pub dials_per_second: NonZeroU32,
}
