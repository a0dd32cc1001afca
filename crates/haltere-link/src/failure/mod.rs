//! Failures, classified once.
//!
//! A function per row of the contract's table of codes (TLS has its own in [`crate::tls`]). The codes,
//! numbers and names of system calls are what Node.js and MQTT.js report for the same failure.

mod class;
mod io_fault;
mod mqtt;
mod network;
mod quoted;
mod roundtrip;
mod unanswered;
mod websocket;
mod wording;

use std::borrow::Cow;

use haltere_core::{
    Bug, FailureCode, FailureMessage, LinkFailure, NetworkCode, Reason, Stage, TlsCode,
};

pub(crate) use class::{is_lasting, lacks_address_family, lacks_settings};
pub(crate) use io_fault::violation_in;
pub(crate) use mqtt::{refusal, session_lost};
pub(crate) use network::{
    egress_denied, lookup_failed, lookup_timeout, no_descriptors, tcp, tcp_timeout, unknown_name,
};
pub(crate) use roundtrip::{RoundtripStep, roundtrip_lost, roundtrip_refused, roundtrip_timeout};
pub(crate) use unanswered::{
    before_connack, closed_early, no_answer, not_mqtt, perhaps_tls_port, unsendable,
};
pub(crate) use websocket::{no_upgrade, speaks_tls, upgrade_refused};
pub(crate) use wording::{about_server_name, with_plugin_off};

use crate::tls::MaterialError;

/// MQTT.js has no errno for a connection that closed; the contract says 1.
const CLOSED: i32 = 1;
/// Linux's EIO, for an error of the system without a number.
const INPUT_OUTPUT: i32 = 5;

/// A failure without errno, system call and address.
pub(crate) fn bare(
    stage: Stage,
    code: impl Into<FailureCode>,
    message: impl Into<FailureMessage>,
) -> LinkFailure {
    LinkFailure {
        stage,
        code: code.into(),
        errno: None,
        syscall: None,
        address: None,
        port: None,
        message: message.into(),
    }
}

/// The same, with what a system call returned.
pub(crate) fn of_call(failure: LinkFailure, errno: i32, syscall: &'static str) -> LinkFailure {
    LinkFailure { errno: Some(errno), syscall: Some(Cow::Borrowed(syscall)), ..failure }
}

/// The connection's certificates or key can't be used.
pub(crate) fn tls_material(why: MaterialError) -> LinkFailure {
    let MaterialError { field, reason: fault } = why;
    let reason = Reason::TlsSettings { field: field.to_owned(), fault };
    bare(Stage::Tls, TlsCode::InvalidContext, reason)
}

/// haltere itself failed. The link continues after its back-off.
pub(crate) fn internal(bug: Bug) -> LinkFailure {
    bare(Stage::Closed, NetworkCode::Internal, Reason::Internal { bug })
}

/// A link panicked. The panic's message goes to the log only: it may quote anything.
pub(crate) fn panicked() -> LinkFailure {
    bare(Stage::Closed, NetworkCode::Internal, Reason::LinkPanicked)
}

#[cfg(test)]
mod tests;
