use std::io;
use std::net::SocketAddr;

use haltere_core::MqttReason;

use super::websocket::upgrade;
use super::*;
use crate::transport::{HttpRefusal, Refusal};

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 7], 1883))
}

fn refused(code: MqttReason, number: u8) -> LinkFailure {
    refusal(&Refusal { code, number, reason_string: None, server: None }, peer())
}

#[test]
fn an_address_is_found_again_and_words_are_not_taken_for_one() {
    let says = |server: Option<&str>, reason: Option<&str>| {
        let [server, reason_string] = [server, reason].map(|text| text.map(str::to_owned));
        refusal(
            &Refusal { code: MqttReason::ServerMoved, number: 0x9d, reason_string, server },
            peer(),
        )
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
    let once = "302 \"Found\": it redirects to \"https://b.example/mqtt\"";
    assert!(found.message.contains(once), "{found}");
    assert_eq!(location(&redirect(None, "it redirects to \"evil\"")), None);
}

#[test]
fn an_odd_reason_to_refuse_connect_is_named() {
    for code in [MqttReason::TopicNameInvalid, MqttReason::RetainNotSupported] {
        let refusal =
            refusal(&Refusal { code, number: 0x90, reason_string: None, server: None }, peer());
        assert!(refusal.message.contains(&code.to_string()), "{refusal}");
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
        (egress_denied("x", peer()), "ERR_EGRESS_DENIED – connect 192.0.2.7 1883"),
        (unknown_name("b.example"), "ENOTFOUND -3008 getaddrinfo b.example –"),
        (lookup_failed("b.example", "x"), "EAI_AGAIN -3001 getaddrinfo b.example –"),
        (perhaps_tls_port(Stage::Mqtt, peer()), "ECONNRESET -104 read – –"),
        (upgrade(Some(404), "a test", peer()), "ERR_WEBSOCKET_UPGRADE 404 upgrade 192.0.2.7 1883"),
        (refused(MqttReason::NotAuthorized, 5), "NOT_AUTHORIZED 5 connack 192.0.2.7 1883"),
        (no_answer(Stage::Mqtt, peer()), "ETIMEDOUT -110 connack 192.0.2.7 1883"),
        (closed_early(Stage::Mqtt, peer()), "ECONNCLOSED 1 connack 192.0.2.7 1883"),
        (lost("x"), "ECONNCLOSED 1 on – –"),
    ] {
        assert_eq!(columns(&failure), row);
    }
}

#[test]
fn a_remedy_that_is_a_setting_gives_way_to_the_plugin() {
    let refused = |code: TlsCode, message: &str| bare(Stage::Tls, code, message.to_owned());
    let unknown = refused(
        TlsCode::UnableToVerifyLeafSignature,
        "The authority is not known; paste its CA certificate into the field ca",
    );
    for (has_settings, so) in [(true, "the connection's own"), (false, "a connection's own")] {
        let message = with_plugin_off(unknown.clone(), has_settings).message;
        let begins = format!("The authority is not known; the plugin tls is off, so {so} TLS");
        assert!(message.starts_with(&begins), "{message}");
    }
    let expired = refused(TlsCode::CertHasExpired, "It expired on 2020-01-01; renew it");
    let message = with_plugin_off(expired.clone(), true).message;
    assert!(message.starts_with("It expired on 2020-01-01; renew it; the plugin"), "{message}");
    assert_eq!(with_plugin_off(expired.clone(), false), expired);
}

#[test]
fn what_time_alone_does_not_repair() {
    let tls = |code| LinkFailure {
        stage: Stage::Tls,
        code: FailureCode::from_name(code),
        ..lost("a test")
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
        (egress_denied("x", peer()), true),
        (tcp_timeout(peer()), false),
        (lost("x"), false),
        (unknown_name("b"), false),
    ] {
        assert_eq!(is_lasting(&failure), lasting, "{}", failure.code);
    }
}
