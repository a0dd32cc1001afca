//! Times where the management center for Mosquitto has none: RFC 3339, UTC, to the millisecond.

use haltere_core::Timestamp;
use jiff::{RoundMode, TimestampRound, Unit};

/// `2026-11-23T06:00:00.123Z`
pub(crate) fn rfc3339(time: Timestamp) -> String {
    let rounding = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
    time.round(rounding).unwrap_or(time).to_string()
}
