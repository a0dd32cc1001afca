//! Times where the management center for Mosquitto has none: RFC 3339, UTC, to the millisecond.

use haltere_core::Timestamp;
use jiff::{RoundMode, TimestampRound, Unit};

/// `2026-11-23T06:00:00.123Z`. Certificates that never end do so on the last day of the year 9999 (RFC 5280,
/// 4.1.2.5), a day later than a timestamp can be.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    if time == Timestamp::MAX {
        return "9999-12-31T23:59:59Z".to_owned();
    }
    let rounding = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
    time.round(rounding).unwrap_or(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_is_the_last_day_of_9999() {
        assert_eq!(rfc3339(Timestamp::MAX), "9999-12-31T23:59:59Z");
        let last = "9999-12-30T21:59:59.1239Z".parse().expect("a time");
        assert_eq!(rfc3339(last), "9999-12-30T21:59:59.123Z");
    }
}
