//! What an error of input or output says.

use std::io;

use haltere_core::{Code, IoFault, ProtocolViolation};

use crate::tls;

/// Why reading or writing failed.
pub(super) fn io_fault(error: &io::Error) -> IoFault {
    use io::ErrorKind as Kind;
    if let Some(fault) = tls::io_fault(error) {
        return fault;
    }
    match error.kind() {
        Kind::HostUnreachable => IoFault::NoRouteToHost,
        Kind::NetworkUnreachable => IoFault::NoRouteToNetwork,
        Kind::NetworkDown => IoFault::NetworkDown,
        Kind::BrokenPipe => IoFault::BrokenPipe,
        Kind::ConnectionAborted => IoFault::Aborted,
        _ if error.raw_os_error().is_some() => IoFault::System { words: error.to_string() },
        kind => IoFault::OtherIo { code: Code::of_variant(&kind) },
    }
}

/// How the peer broke a rule of WebSocket, if that is what failed.
pub(crate) fn violation_in(error: &io::Error) -> Option<&ProtocolViolation> {
    error.get_ref()?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_operating_systems_own_text_is_quoted() {
        let of_system = |number| io_fault(&io::Error::from_raw_os_error(number));
        assert_eq!(of_system(100), IoFault::NetworkDown);
        assert_eq!(of_system(32), IoFault::BrokenPipe);
        assert!(matches!(of_system(105), IoFault::System { words } if words.contains("buffer")));
        let other = io_fault(&io::Error::other("text of a library"));
        assert_eq!(other.to_string(), "other");
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::InternalError);
        let alert = io_fault(&io::Error::new(io::ErrorKind::InvalidData, alert));
        assert_eq!(alert.to_string(), "TLS alert: internal error");
    }
}
