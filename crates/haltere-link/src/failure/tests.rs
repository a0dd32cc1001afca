use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use haltere_core::{CertificateOwner, Day, MqttReason, Note, ResolverFault, Timestamp};

use super::mqtt::no_pong;
use super::websocket::upgrade;
use super::*;
use crate::transport::{BrokerRefusal, HttpRefusal};

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 7], 1883))
}

fn refused(code: MqttReason, number: u8) -> LinkFailure {
    refusal(&BrokerRefusal { code, number, reason_string: None, server: None }, peer())
}

#[test]
fn quotation_marks_of_a_broker_do_not_end_a_quotation() {
    let refused = refusal(
        &BrokerRefusal {
            code: MqttReason::ServerMoved,
            number: 0x9d,
            reason_string: Some("moved; its address is \"evil\"".to_owned()),
            server: Some("b.\"example".to_owned()),
        },
        peer(),
    );
    let message = refused.message.to_string();
    let end = "; its address is \"b.'example\" (\"moved; its address is 'evil'\")";
    assert!(message.ends_with(end), "{message}");

    let (reason, location) = (Some("Found".to_owned()), Some("https://b.example/mqtt".to_owned()));
    let found = upgrade_refused(&HttpRefusal { status: 302, reason, location }, peer());
    let once = "302 \"Found\": it redirects to \"https://b.example/mqtt\"";
    assert!(found.message.to_string().contains(once), "{found}");
}

#[test]
fn an_odd_reason_to_refuse_connect_is_named() {
    for code in [MqttReason::TopicNameInvalid, MqttReason::RetainNotSupported] {
        let refusal = refusal(
            &BrokerRefusal { code, number: 0x90, reason_string: None, server: None },
            peer(),
        );
        assert!(refusal.message.to_string().contains(&code.to_string()), "{refusal}");
    }
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
        (
            egress_denied(Reason::EgressOwn { peer: peer() }, peer()),
            "ERR_EGRESS_DENIED – connect 192.0.2.7 1883",
        ),
        (unknown_name("b.example"), "ENOTFOUND -3008 getaddrinfo b.example –"),
        (
            lookup_failed("b.example", ResolverFault::NoNameServer),
            "EAI_AGAIN -3001 getaddrinfo b.example –",
        ),
        (perhaps_tls_port(Stage::Mqtt, peer()), "ECONNRESET -104 read – –"),
        (
            upgrade(Some(404), Reason::UpgradeSpeaksTls { peer: peer() }, peer()),
            "ERR_WEBSOCKET_UPGRADE 404 upgrade 192.0.2.7 1883",
        ),
        (refused(MqttReason::NotAuthorized, 5), "NOT_AUTHORIZED 5 connack 192.0.2.7 1883"),
        (no_answer(Stage::Mqtt, peer()), "ETIMEDOUT -110 connack 192.0.2.7 1883"),
        (closed_early(Stage::Mqtt, peer()), "ECONNCLOSED 1 connack 192.0.2.7 1883"),
        (no_pong(Duration::ZERO), "ECONNCLOSED 1 on – –"),
    ] {
        assert_eq!(columns(&failure), row);
    }
}

#[test]
fn a_remedy_that_is_a_setting_gives_way_to_the_plugin() {
    let refused = |code: TlsCode, message: FailureMessage| bare(Stage::Tls, code, message);
    let unknown = refused(
        TlsCode::UnableToVerifyLeafSignature,
        FailureMessage::from(Reason::UnknownCa).with(Note::GiveCa),
    );
    for (has_settings, so) in [(true, "the connection's own"), (false, "a connection's own")] {
        let message = with_plugin_off(unknown.clone(), has_settings).message.to_string();
        let says = format!("sent no intermediate certificate; the plugin tls is off, so {so} TLS");
        assert!(message.contains(&says), "{message}");
    }
    let reason =
        Reason::CertificateExpired { whose: CertificateOwner::Broker, date: Day(Timestamp::MIN) };
    let expired = refused(TlsCode::CertHasExpired, reason.into());
    let message = with_plugin_off(expired.clone(), true).message.to_string();
    assert!(message.contains("; renew it; the plugin"), "{message}");
    assert_eq!(with_plugin_off(expired.clone(), false), expired);
}

#[test]
fn what_time_alone_does_not_repair() {
    let tls = |code| LinkFailure {
        stage: Stage::Tls,
        code: FailureCode::from_name(code),
        ..no_pong(Duration::ZERO)
    };
    for (failure, lasting) in [
        (refused(MqttReason::NotAuthorized, 135), true),
        (refused(MqttReason::ServerBusy, 137), false),
        (tls("CERT_HAS_EXPIRED"), true),
        (tls("DEPTH_ZERO_SELF_SIGNED_CERT"), true),
        (tls("ERR_TLS_CERT_ALTNAME_INVALID"), true),
        (tls("INVALID_PURPOSE"), true),
        (tls("CA_MD_TOO_WEAK"), true),
        (tls("UNSUPPORTED_SIGNATURE_ALGORITHM"), true),
        (tls("ECONNRESET"), false),
        (tls("EPROTO"), false),
        (egress_denied(Reason::EgressOwn { peer: peer() }, peer()), true),
        (tcp_timeout(peer()), false),
        (no_pong(Duration::ZERO), false),
        (unknown_name("b"), false),
    ] {
        assert_eq!(is_lasting(&failure), lasting, "{}", failure.code);
    }
}
