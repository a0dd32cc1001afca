//! The `$SYS` tree: what a broker says about itself (`mosquitto(8)`, "Broker status").

use std::time::Duration;

use crate::text;

/// The broker's version, retained.
pub const VERSION: &str = "$SYS/broker/version";
/// How long the broker has been up; retained, published every `sys_interval` (10 s by default).
pub const UPTIME: &str = "$SYS/broker/uptime";

/// The longest version text, in characters.
pub const VERSION_MAX_CHARS: usize = 128;

/// A century: more than any broker has been up, and little enough to calculate with.
const UPTIME_MAX_SECONDS: u64 = 100 * 365 * 24 * 60 * 60;

/// Reads the payload of [`VERSION`], for example `mosquitto version 2.0.11`; `None` when it says nothing.
pub fn version(payload: &[u8]) -> Option<String> {
    text::shown(payload, VERSION_MAX_CHARS)
}

/// Reads the payload of [`UPTIME`]: `4711 seconds`, or the bare number of some other brokers;
/// `None` when it is neither, or more than a century.
pub fn uptime(payload: &[u8]) -> Option<Duration> {
    let text = text::shown(payload, 40)?;
    let number = text.strip_suffix("seconds").unwrap_or(&text).trim_end();
    // Not `parse` alone: it takes a leading plus.
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = number.parse().ok()?;
    (seconds <= UPTIME_MAX_SECONDS).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions() {
        assert_eq!(
            version(b"mosquitto version 2.0.11").as_deref(),
            Some("mosquitto version 2.0.11")
        );
        assert_eq!(version(&[b'x'; 1_000]).map(|text| text.len()), Some(VERSION_MAX_CHARS));
        assert_eq!(version(b""), None);
    }

    #[test]
    fn uptimes() {
        let seconds = |payload: &str| uptime(payload.as_bytes()).map(|time| time.as_secs());
        for (payload, expected) in [
            ("4711 seconds", Some(4711)),
            ("0 seconds", Some(0)),
            ("4711", Some(4711)),
            ("3153600000 seconds", Some(3_153_600_000)),
            ("3153600001 seconds", None),
            ("99999999999999999999 seconds", None),
            ("-1 seconds", None),
            ("+1", None),
            ("seconds", None),
            ("1.5 seconds", None),
            ("", None),
        ] {
            assert_eq!(seconds(payload), expected, "{payload}");
        }
    }

    proptest! {
        #[test]
        fn any_payload_is_answered(payload in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = version(&payload);
            prop_assert!(uptime(&payload).is_none_or(|time| time.as_secs() <= UPTIME_MAX_SECONDS));
        }
    }
}
