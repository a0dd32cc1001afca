//! Where the fuzzers in `fuzz/` come in. The tests go the same way with what the fuzzers have found.
//!
//! Each takes any bytes, and panics when something that has to hold does not.

pub use crate::tls::fuzzing::{certificate, pem};
pub use crate::transport::fuzzing::{driver, framer};

#[cfg(test)]
mod tests {
    use haltere_testkit::corpus;

    #[test]
    fn streams_cut_into_packets() {
        corpus::replay("framer", super::framer);
    }

    #[test]
    fn whole_sessions() {
        corpus::replay("driver", super::driver);
    }

    #[test]
    fn pasted_certificates_and_keys() {
        corpus::replay("pem", super::pem);
    }

    #[test]
    fn presented_certificates() {
        corpus::replay("certificate", super::certificate);
    }
}
