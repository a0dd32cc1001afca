//! What Mosquitto says on the wire.
//!
//! Floor 0: topics, and pure functions that read payloads. All of it is hostile input: whoever may
//! publish to a broker may imitate it. Texts are bounded and cleaned, numbers are checked, and nothing
//! read here decides anything.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod sys;
pub mod text;
