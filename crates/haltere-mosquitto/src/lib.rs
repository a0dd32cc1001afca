//! Parses what Mosquitto publishes.
//!
//! Layer 0: topics, and pure functions that read payloads. All of it is hostile input: any client that
//! may publish to a broker can imitate it. Texts are bounded and cleaned, numbers are checked, and no
//! decision depends on what is read here.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod sys;
pub mod text;
