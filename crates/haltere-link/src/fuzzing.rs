//! The entry points of the fuzzers in `fuzz/`. The tests replay the inputs that the fuzzers have found.
//!
//! Each accepts any bytes, and panics if an invariant is violated.

pub use crate::tls::fuzzing::{certificate, pem};
pub use crate::transport::fuzzing::{driver, framer};

#[cfg(test)]
mod tests {
    use haltere_testkit::corpus;

    #[test]
    fn the_framer_cuts_streams_into_packets() {
        corpus::replay("framer", super::framer);
    }

    #[test]
    fn sessions_end_by_themselves() {
        corpus::replay("driver", super::driver);
    }

    #[test]
    fn pasted_certificates_and_keys_are_read() {
        corpus::replay("pem", super::pem);
    }

    #[test]
    fn presented_certificates_are_parsed() {
        corpus::replay("certificate", super::certificate);
    }
}
