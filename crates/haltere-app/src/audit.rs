//! Making audit entries.
