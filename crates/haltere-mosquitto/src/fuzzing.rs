//! Where the fuzzers in `fuzz/` come in. The tests go the same way with what the fuzzers have found.
//!
//! Each takes any bytes, and panics when something that has to hold does not.

use std::time::Duration;

use haltere_core::text::misleads;

use crate::sys;

/// A century, which nothing that a broker says about its age comes above.
const LONGEST_UPTIME: Duration = Duration::from_hours(100 * 365 * 24);

/// Reads a payload under `$SYS`, as each of the topics we know.
pub fn sys(input: &[u8]) {
    if let Some(version) = sys::version(input) {
        assert!((1..=sys::VERSION_MAX_CHARS).contains(&version.chars().count()), "{version:?}");
        assert!(!version.chars().any(misleads), "{version:?}");
        assert_eq!(version.trim(), version);
        assert_eq!(sys::version(version.as_bytes()).as_deref(), Some(&*version), "clean stays");
    }
    if let Some(uptime) = sys::uptime(input) {
        assert!(uptime <= LONGEST_UPTIME, "{uptime:?}");
        let printed = format!("{} seconds", uptime.as_secs());
        assert_eq!(sys::uptime(printed.as_bytes()), Some(uptime), "it reads back the same");
    }
}

#[cfg(test)]
mod tests {
    use haltere_testkit::corpus;

    #[test]
    fn payloads_under_sys() {
        corpus::replay("sys", super::sys);
    }
}
