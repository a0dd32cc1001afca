//! Failures, classified once.
//!
//! A function per row of the contract's table of codes (TLS has its own in [`crate::tls`]). The codes,
//! numbers and names of system calls are what Node.js and MQTT.js report for the same fault.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{LinkFailure, Stage};

use crate::tls;
use crate::transport::{HttpRefusal, Refusal};

/// MQTT.js has no errno for a connection that closed; the contract says 1.
const CLOSED: i32 = 1;
/// Ours; Node.js has no policy of its own.
const EGRESS_DENIED: &str = "ERR_EGRESS_DENIED";
/// Linux's EMFILE.
const TOO_MANY_FILES: i32 = 24;
/// Linux's EIO, for what has no number.
const INPUT_OUTPUT: i32 = 5;

/// Ours: haltere keeps descriptors for other things.
pub(crate) const NO_DESCRIPTORS: &str = "ERR_NO_DESCRIPTORS";

/// Whether time alone will not mend it: refused credentials, certificates that don't fit, a policy.
pub(crate) fn is_lasting(failure: &LinkFailure) -> bool {
    match failure.stage {
        Stage::Tls => is_certificate_fault(&failure.code),
        // TLS 1.3 tells what it thinks of our certificate only after the handshake.
        Stage::Mqtt => {
            failure.code.starts_with("ERR_SSL_")
                || matches!(
                    &*failure.code,
                    "NOT_AUTHORIZED"
                        | "BAD_USER_NAME_OR_PASSWORD"
                        | "BAD_AUTHENTICATION_METHOD"
                        | "CLIENT_IDENTIFIER_NOT_VALID"
                        | "IDENTIFIER_REJECTED"
                        | "BANNED"
                )
        }
        // A place that becomes free wakes it.
        Stage::Tcp => [EGRESS_DENIED, NO_DESCRIPTORS].contains(&&*failure.code),
        Stage::Dns | Stage::Websocket | Stage::Subscribe | Stage::Closed => false,
    }
}

fn is_certificate_fault(code: &str) -> bool {
    ["ERR_", "CERT_", "UNABLE_TO_", "SELF_SIGNED_", "DEPTH_ZERO_", "EE_", "CA_", "EC_"]
        .iter()
        .any(|prefix| code.starts_with(prefix))
        || matches!(
            code,
            "INVALID_PURPOSE"
                | "PATH_LENGTH_EXCEEDED"
                | "UNSPECIFIED"
                | "UNSUPPORTED_SIGNATURE_ALGORITHM"
        )
}

/// Whether a CA, a client certificate or laxer settings are what was missing.
pub(crate) fn is_for_want_of_settings(failure: &LinkFailure) -> bool {
    let code = &*failure.code;
    ["UNABLE_TO_", "SELF_SIGNED_", "DEPTH_ZERO_"].iter().any(|prefix| code.starts_with(prefix))
        || matches!(
            code,
            "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"
                | "ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE"
                | "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"
        )
}

/// Whether other TLS settings could have led to another end.
fn is_about_settings(failure: &LinkFailure) -> bool {
    is_for_want_of_settings(failure)
        || (failure.stage == Stage::Tls && is_certificate_fault(&failure.code))
}

/// Adds that the plugin `tls` is off, where that may be why, in place of a remedy that is a setting.
/// `has_settings`: the connection has TLS settings of its own.
pub(crate) fn without_own_settings(failure: LinkFailure, has_settings: bool) -> LinkFailure {
    let concerned =
        if has_settings { is_about_settings(&failure) } else { is_for_want_of_settings(&failure) };
    if !concerned {
        return failure;
    }
    let what = match failure.message.split_once("; ") {
        Some((what, remedy)) if names_settings(remedy) => what,
        _ => &failure.message,
    };
    let which = if has_settings { "the" } else { "a" };
    let message = format!(
        "{what}; the plugin tls is off, so {which} connection's own TLS settings (ca, cert, rejectUnauthorized, tls) are not used"
    );
    LinkFailure { message, ..failure }
}

fn names_settings(remedy: &str) -> bool {
    ["into the field", "the field ca", "the fields cert"].iter().any(|it| remedy.contains(it))
}

/// The name asked for comes from `tls.serverName`, and not from the URL.
pub(crate) fn about_server_name(failure: LinkFailure) -> LinkFailure {
    let message = failure
        .message
        .replace(
            tls::USE_IN_URL,
            "the first name is what tls.serverName says: leave that out or put one of the others there",
        )
        .replace(tls::NAME_OF_URL, "the name that tls.serverName says");
    LinkFailure { message, ..failure }
}

/// The name does not exist, or has no address.
pub(crate) fn unknown_name(host: &str) -> LinkFailure {
    LinkFailure {
        stage: Stage::Dns,
        code: Cow::Borrowed("ENOTFOUND"),
        errno: Some(-3008),
        syscall: Some(Cow::Borrowed("getaddrinfo")),
        address: Some(host.to_owned()),
        port: None,
        message: format!("The name {host} does not exist or has no address; check its spelling"),
    }
}

/// The name could not be looked up.
pub(crate) fn resolver_trouble(host: &str, why: &str) -> LinkFailure {
    LinkFailure {
        stage: Stage::Dns,
        code: Cow::Borrowed("EAI_AGAIN"),
        errno: Some(-3001),
        syscall: Some(Cow::Borrowed("getaddrinfo")),
        address: Some(host.to_owned()),
        port: None,
        message: format!("the name {host} could not be looked up: {why}; check the name server"),
    }
}

/// The TCP connection to `peer` did not come about.
pub(crate) fn tcp(error: &io::Error, peer: SocketAddr) -> LinkFailure {
    use io::ErrorKind as Kind;
    let (code, errno, why) = match error.kind() {
        Kind::ConnectionRefused => (
            "ECONNREFUSED",
            -111,
            "refused the connection: no broker listens there, or a firewall rejects us",
        ),
        Kind::HostUnreachable => ("EHOSTUNREACH", -113, "can't be reached: no route to the host"),
        Kind::NetworkUnreachable => {
            ("ENETUNREACH", -101, "can't be reached: there is no route to its network")
        }
        Kind::TimedOut => return tcp_timeout(peer),
        Kind::ConnectionReset => ("ECONNRESET", -104, "reset the connection while it was made"),
        Kind::PermissionDenied => ("EACCES", -13, "may not be dialled: denied by this machine"),
        Kind::AddrNotAvailable => {
            ("EADDRNOTAVAIL", -99, "was not dialled: no local address or port is left")
        }
        _ if error.raw_os_error() == Some(TOO_MANY_FILES) => {
            ("EMFILE", -24, "was not dialled: too many open files; raise the limit (ulimit -n)")
        }
        _ => {
            let errno = -error.raw_os_error().unwrap_or(INPUT_OUTPUT);
            let message = format!("{peer} could not be dialled: {error}");
            return connect_failure("EIO", errno, peer, message);
        }
    };
    connect_failure(code, errno, peer, format!("{peer} {why}"))
}

/// Nobody answered at `peer`.
pub(crate) fn tcp_timeout(peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} did not answer in time: it is down, or a firewall drops us");
    connect_failure("ETIMEDOUT", -110, peer, message)
}

/// The egress policy does not let us dial `peer`; `why` is a main clause.
pub(crate) fn egress_denied(why: &str, peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} was not dialled: {why}");
    LinkFailure { errno: None, ..connect_failure(EGRESS_DENIED, 0, peer, message) }
}

fn connect_failure(
    code: &'static str,
    errno: i32,
    peer: SocketAddr,
    message: String,
) -> LinkFailure {
    LinkFailure {
        stage: Stage::Tcp,
        code: Cow::Borrowed(code),
        errno: Some(errno),
        syscall: Some(Cow::Borrowed("connect")),
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        message,
    }
}

/// The peer took the connection and then said nothing, up to `stage`.
pub(crate) fn silent(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let awaited = match stage {
        Stage::Tls => "the TLS handshake",
        Stage::Websocket => "the WebSocket upgrade",
        _ => "MQTT CONNECT",
    };
    let message = format!(
        "{peer} accepted the connection but did not answer {awaited} in time; \
         is it a broker, and is this its port?"
    );
    at_connack(stage, "ETIMEDOUT", -110, peer, message)
}

/// The peer closed the connection before it answered CONNECT.
pub(crate) fn closed_early(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let message = format!(
        "{peer} closed the connection before it answered; the port may expect TLS or another \
         protocol, or the broker does not let us in"
    );
    at_connack(stage, "ECONNCLOSED", CLOSED, peer, message)
}

/// The broker answered CONNECT with something that is not MQTT.
pub(crate) fn not_mqtt(why: &str, peer: SocketAddr) -> LinkFailure {
    let message = format!("{peer} did not answer as an MQTT broker does: {why}");
    at_connack(Stage::Mqtt, "EPROTO", -71, peer, message)
}

/// The broker refused CONNECT.
pub(crate) fn refusal(refusal: &Refusal, peer: SocketAddr) -> LinkFailure {
    let why = match refusal.code {
        "NOT_AUTHORIZED" => {
            "it does not accept this user name and password, or does not allow this client id in"
        }
        "BAD_USER_NAME_OR_PASSWORD" => "it does not accept this user name and password",
        "SERVER_UNAVAILABLE" => "the broker is not available now",
        "SERVER_BUSY" => "the broker is busy",
        "BANNED" => "the client is banned",
        "CLIENT_IDENTIFIER_NOT_VALID" | "IDENTIFIER_REJECTED" => "the client id is not allowed",
        "UNSUPPORTED_PROTOCOL_VERSION" | "UNACCEPTABLE_PROTOCOL_VERSION" => {
            "the broker speaks neither MQTT 5 nor 3.1.1"
        }
        "CONNECTION_RATE_EXCEEDED" => "too many connections were made in a short time",
        "QUOTA_EXCEEDED" => "a quota is used up",
        "UNSPECIFIED_ERROR" => "it gives no reason",
        "MALFORMED_PACKET" => "it could not read our CONNECT",
        "PROTOCOL_ERROR" => "our CONNECT breaks a rule it holds us to",
        "IMPLEMENTATION_SPECIFIC_ERROR" => "our CONNECT breaks a rule of its own",
        "BAD_AUTHENTICATION_METHOD" => {
            "it wants extended authentication, which haltere does not speak"
        }
        "PACKET_TOO_LARGE" => "our CONNECT is larger than the packets it takes",
        "PAYLOAD_FORMAT_INVALID" => "it objects to a will message, though haltere sends none",
        "USE_ANOTHER_SERVER" => "it sends us to another server for now",
        "SERVER_MOVED" => "the broker has moved to another server for good",
        _ => "the broker gave this reason",
    };
    let message = format!("The broker refused the connection: {why}{}", own_words(refusal));
    at_connack(Stage::Mqtt, refusal.code, refusal.number.into(), peer, message)
}

/// The broker ended a session that was up, and said why.
pub(crate) fn sent_away(why: &Refusal) -> LinkFailure {
    let reason = match why.code {
        "SESSION_TAKEN_OVER" => "another client came with the same client id",
        "SERVER_SHUTTING_DOWN" => "the broker shuts down",
        "KEEP_ALIVE_TIMEOUT" => "the broker did not hear from us in time",
        "ADMINISTRATIVE_ACTION" => "an administrator of the broker ended it",
        "NOT_AUTHORIZED" => "the broker no longer allows us in",
        "USE_ANOTHER_SERVER" => "the broker sends us to another server for now",
        "SERVER_MOVED" => "the broker has moved to another server for good",
        _ => "the broker ended it",
    };
    lost(&format!("{reason}: {}{}", why.code, own_words(why)))
}

/// In front of the server's address, which [`server_reference`] looks for: before any words of the broker.
const SERVER: &str = "; its address is \"";
/// In front of where a redirect leads, which [`location`] looks for.
const LOCATION: &str = "; it redirects to \"";

/// The address and the reason a broker gave, for the end of a message.
fn own_words(refusal: &Refusal) -> String {
    let server = refusal.server.as_deref().map(|server| format!("{SERVER}{}\"", inside(server)));
    let words = refusal.words.as_deref().map(|words| format!(" (\"{}\")", inside(words)));
    server.into_iter().chain(words).collect()
}

/// What a stranger wrote, fit to stand between quotation marks.
fn inside(text: &str) -> String {
    text.replace('"', "'")
}

/// The address that a broker sends us to, as it wrote it.
pub(crate) fn server_reference(failure: &LinkFailure) -> Option<&str> {
    quoted_behind(SERVER, failure)
}

/// Where a web server redirects us to, as it wrote it.
pub(crate) fn location(failure: &LinkFailure) -> Option<&str> {
    quoted_behind(LOCATION, failure)
}

fn quoted_behind<'a>(mark: &str, failure: &'a LinkFailure) -> Option<&'a str> {
    // No stranger's text has quotation marks, or a blank at its end, so none can look like the mark.
    let (_, behind) = failure.message.split_once(mark)?;
    behind.split_once('"').map(|(found, _)| found)
}

fn at_connack(
    stage: Stage,
    code: &'static str,
    errno: i32,
    peer: SocketAddr,
    message: String,
) -> LinkFailure {
    LinkFailure {
        stage,
        code: Cow::Borrowed(code),
        errno: Some(errno),
        syscall: Some(Cow::Borrowed("connack")),
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        message,
    }
}

/// The peer reset the connection, or just dropped us in a way that looks like it, before we were in.
pub(crate) fn reset(stage: Stage, peer: SocketAddr, hint: &str) -> LinkFailure {
    LinkFailure {
        stage,
        code: Cow::Borrowed("ECONNRESET"),
        errno: Some(-104),
        syscall: Some(Cow::Borrowed("read")),
        address: None,
        port: None,
        message: format!("{peer} dropped the connection; {hint}"),
    }
}

/// What plain MQTT on a TLS port looks like, and WebSocket on any other kind of port.
pub(crate) fn is_this_port_tls(stage: Stage, peer: SocketAddr) -> LinkFailure {
    let hint = match stage {
        Stage::Websocket => {
            "does this port speak WebSocket? If not, use mqtt:// or mqtts://; if with TLS, wss://"
        }
        _ => "is this port TLS? Then use mqtts:// (or wss://)",
    };
    reset(stage, peer, hint)
}

/// Reading or writing failed before the broker had let us in.
pub(crate) fn before_connack(
    stage: Stage,
    error: &io::Error,
    peer: SocketAddr,
    encrypted: bool,
) -> LinkFailure {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match error.kind() {
        ConnectionReset | BrokenPipe if encrypted => {
            reset(stage, peer, "the broker may not let this client in; its log says more")
        }
        ConnectionReset | BrokenPipe => is_this_port_tls(stage, peer),
        UnexpectedEof => closed_early(stage, peer),
        _ => LinkFailure {
            stage,
            code: Cow::Borrowed("EIO"),
            errno: Some(-error.raw_os_error().unwrap_or(INPUT_OUTPUT)),
            syscall: Some(Cow::Borrowed("read")),
            address: None,
            port: None,
            message: format!("The connection to {peer} failed: {error}"),
        },
    }
}

/// A web server answered the WebSocket upgrade with another status than 101.
pub(crate) fn upgrade_refused(refusal: &HttpRefusal, peer: SocketAddr) -> LinkFailure {
    let HttpRefusal { status, reason, location } = refusal;
    let why = match status {
        300..=399 => "it sends us elsewhere",
        401 | 407 => "it asks for a login of its own",
        403 => "it does not let us in",
        400 | 426 => "it does not take our request for an upgrade",
        404 | 405 | 410 | 200..=299 => "there is no broker at this path; check the path",
        429 => "too many requests were made in a short time",
        502 | 504 => "it does not reach the broker behind it",
        503 => "it, or the broker behind it, is not available now",
        500..=599 => "it failed",
        _ => "it does not speak WebSocket at this path; check the path",
    };
    let reason = reason.as_deref().map(|reason| format!(" \"{}\"", inside(reason)));
    let location = location.as_deref().map(|it| format!("{LOCATION}{}\"", inside(it)));
    let why = format!(
        "HTTP status {status}{}: {why}{}",
        reason.unwrap_or_default(),
        location.unwrap_or_default()
    );
    upgrade(Some(*status), &why, peer)
}

/// The server answered the WebSocket upgrade with something that is none; `why` is a main clause.
pub(crate) fn no_upgrade(why: &str, peer: SocketAddr) -> LinkFailure {
    upgrade(None, why, peer)
}

fn upgrade(status: Option<u16>, why: &str, peer: SocketAddr) -> LinkFailure {
    LinkFailure {
        stage: Stage::Websocket,
        code: Cow::Borrowed("ERR_WEBSOCKET_UPGRADE"),
        errno: status.map(i32::from),
        syscall: Some(Cow::Borrowed("upgrade")),
        address: Some(peer.ip().to_string()),
        port: Some(peer.port()),
        message: format!("{peer} refused the WebSocket upgrade: {why}"),
    }
}

/// A link that was up ended, for the reason given.
pub(crate) fn lost(why: &str) -> LinkFailure {
    LinkFailure {
        stage: Stage::Closed,
        code: Cow::Borrowed("ECONNCLOSED"),
        errno: Some(CLOSED),
        syscall: Some(Cow::Borrowed("on")),
        address: None,
        port: None,
        message: format!("The connection was lost: {why}"),
    }
}

/// A link that was up fell silent.
pub(crate) fn no_pong(after: Duration) -> LinkFailure {
    lost(&format!("the broker did not answer a ping within {} s", after.as_secs_f32()))
}

/// The user name, password or client id can't be sent in MQTT.
pub(crate) fn unsendable(why: &str) -> LinkFailure {
    LinkFailure {
        stage: Stage::Mqtt,
        code: Cow::Borrowed("EINVAL"),
        errno: Some(-22),
        syscall: Some(Cow::Borrowed("connack")),
        address: None,
        port: None,
        message: format!("CONNECT can't be made: {why}"),
    }
}

/// The connection's certificates or key can't be used.
pub(crate) fn tls_material(why: &str) -> LinkFailure {
    LinkFailure {
        stage: Stage::Tls,
        code: Cow::Borrowed("ERR_TLS_INVALID_CONTEXT"),
        errno: None,
        syscall: None,
        address: None,
        port: None,
        message: format!("The connection's TLS settings can't be used: {why}"),
    }
}

/// As many links as there are descriptors for have their sockets. This one waits until one of them lets go.
pub(crate) fn no_descriptors() -> LinkFailure {
    LinkFailure {
        stage: Stage::Tcp,
        code: Cow::Borrowed(NO_DESCRIPTORS),
        errno: None,
        syscall: None,
        address: None,
        port: None,
        message: "Waits for its turn: haltere has no more file descriptors for brokers; raise LimitNOFILE of its service (ulimit -n)".to_owned(),
    }
}

/// haltere itself failed. The link goes on with its back-off.
pub(crate) fn internal(what: &str) -> LinkFailure {
    LinkFailure {
        stage: Stage::Closed,
        code: Cow::Borrowed("ERR_INTERNAL"),
        errno: None,
        syscall: None,
        address: None,
        port: None,
        message: format!("haltere failed, which is a bug: {what}"),
    }
}

/// A link panicked. What the panic said goes to the log only: it may quote anything.
pub(crate) fn panicked() -> LinkFailure {
    internal("A link panicked, and the log says more; it is started again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 7], 1883))
    }

    fn refused(code: &'static str, number: u8) -> LinkFailure {
        refusal(&Refusal { code, number, words: None, server: None }, peer())
    }

    #[test]
    fn an_address_is_found_again_and_words_are_not_taken_for_one() {
        let says = |server: Option<&str>, words: Option<&str>| {
            let [server, words] = [server, words].map(|text| text.map(str::to_owned));
            refusal(&Refusal { code: "SERVER_MOVED", number: 0x9d, words, server }, peer())
        };
        let both = says(Some("b.example:1884"), Some("moved; its address is \"evil\""));
        assert_eq!(server_reference(&both), Some("b.example:1884"));
        assert!(both.message.contains("moved; its address is 'evil'"), "{both}");
        assert_eq!(server_reference(&says(None, Some("; its address is \"evil\""))), None);
        assert_eq!(server_reference(&says(Some("a\"b"), None)), Some("a'b"));

        let redirect = |location: Option<&str>, reason: &str| {
            let location = location.map(str::to_owned);
            let reason = Some(reason.to_owned());
            upgrade_refused(&HttpRefusal { status: 302, reason, location }, peer())
        };
        let found = redirect(Some("https://b.example/mqtt"), "Found");
        assert_eq!(location(&found), Some("https://b.example/mqtt"));
        assert!(found.message.contains("302 \"Found\""), "{found}");
        assert_eq!(location(&redirect(None, "; it redirects to \"evil\"")), None);
    }

    /// The columns of the contract: code, errno, syscall, address, port.
    fn columns(failure: &LinkFailure) -> String {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        [
            failure.code.to_string(),
            or_dash(failure.errno.map(|errno| errno.to_string())),
            or_dash(failure.syscall.as_deref().map(str::to_owned)),
            or_dash(failure.address.clone()),
            or_dash(failure.port.map(|port| port.to_string())),
        ]
        .join(" ")
    }

    #[test]
    fn the_rows_of_the_contract() {
        let os = |code| tcp(&io::Error::from_raw_os_error(code), peer());
        for (failure, row) in [
            (os(111), "ECONNREFUSED -111 connect 192.0.2.7 1883"),
            (os(110), "ETIMEDOUT -110 connect 192.0.2.7 1883"),
            (os(113), "EHOSTUNREACH -113 connect 192.0.2.7 1883"),
            (os(101), "ENETUNREACH -101 connect 192.0.2.7 1883"),
            (tcp_timeout(peer()), "ETIMEDOUT -110 connect 192.0.2.7 1883"),
            (egress_denied("x", peer()), "ERR_EGRESS_DENIED – connect 192.0.2.7 1883"),
            (unknown_name("b.example"), "ENOTFOUND -3008 getaddrinfo b.example –"),
            (resolver_trouble("b.example", "x"), "EAI_AGAIN -3001 getaddrinfo b.example –"),
            (is_this_port_tls(Stage::Mqtt, peer()), "ECONNRESET -104 read – –"),
            (
                upgrade(Some(404), "made up", peer()),
                "ERR_WEBSOCKET_UPGRADE 404 upgrade 192.0.2.7 1883",
            ),
            (refused("NOT_AUTHORIZED", 5), "NOT_AUTHORIZED 5 connack 192.0.2.7 1883"),
            (silent(Stage::Mqtt, peer()), "ETIMEDOUT -110 connack 192.0.2.7 1883"),
            (closed_early(Stage::Mqtt, peer()), "ECONNCLOSED 1 connack 192.0.2.7 1883"),
            (lost("x"), "ECONNCLOSED 1 on – –"),
        ] {
            assert_eq!(columns(&failure), row);
        }
    }

    #[test]
    fn a_remedy_that_is_a_setting_gives_way_to_the_plugin() {
        let refused = |code, message: &str| LinkFailure {
            stage: Stage::Tls,
            code: Cow::Borrowed(code),
            message: message.to_owned(),
            ..lost("made up for the test")
        };
        let unknown = refused(
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "The authority is not known; paste its CA certificate into the field ca",
        );
        for (has_settings, so) in [(true, "the connection's own"), (false, "a connection's own")] {
            let message = without_own_settings(unknown.clone(), has_settings).message;
            let begins = format!("The authority is not known; the plugin tls is off, so {so} TLS");
            assert!(message.starts_with(&begins), "{message}");
        }
        let expired = refused("CERT_HAS_EXPIRED", "It expired on 2020-01-01; renew it");
        let message = without_own_settings(expired.clone(), true).message;
        assert!(message.starts_with("It expired on 2020-01-01; renew it; the plugin"), "{message}");
        assert_eq!(without_own_settings(expired.clone(), false), expired);
    }

    #[test]
    fn what_time_alone_does_not_mend() {
        let tls = |code| LinkFailure {
            stage: Stage::Tls,
            code: Cow::Borrowed(code),
            ..lost("made up for the test")
        };
        for (failure, lasting) in [
            (refused("NOT_AUTHORIZED", 135), true),
            (refused("SERVER_BUSY", 137), false),
            (tls("CERT_HAS_EXPIRED"), true),
            (tls("DEPTH_ZERO_SELF_SIGNED_CERT"), true),
            (tls("ERR_TLS_CERT_ALTNAME_INVALID"), true),
            (tls("INVALID_PURPOSE"), true),
            (tls("CA_MD_TOO_WEAK"), true),
            (tls("UNSUPPORTED_SIGNATURE_ALGORITHM"), true),
            (tls("ECONNRESET"), false),
            (tls("EPROTO"), false),
            (egress_denied("x", peer()), true),
            (tcp_timeout(peer()), false),
            (lost("x"), false),
            (unknown_name("b"), false),
        ] {
            assert_eq!(is_lasting(&failure), lasting, "{}", failure.code);
        }
    }
}
