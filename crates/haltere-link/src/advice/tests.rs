use std::collections::BTreeSet;

use haltere_core::{
    BrokerUrl, CertificateOwner, ConnectionId, MqttReason, ProtocolVersion, Reason,
    SignatureAlgorithm, SysTopics, TlsSettings,
};

use super::*;

fn names() -> impl Iterator<Item = String> {
    FailureCode::named().map(|code| code.to_string())
}

fn spec(url: &str) -> LinkSpec {
    let id = ConnectionId::parse("a").expect("valid");
    LinkSpec::new(id, BrokerUrl::parse(url).expect("valid"), "haltere-a")
}

fn failure(stage: Stage, code: &str) -> LinkFailure {
    let code = FailureCode::from_name(code);
    assert!(!matches!(code, FailureCode::Unknown(_)), "{code} is misspelt");
    failure::bare(stage, code, Reason::LostClosed)
}

fn circumstances(audience: Audience) -> Circumstances {
    Circumstances { audience, now: Timestamp::UNIX_EPOCH }
}

fn advice(spec: &LinkSpec, failure: LinkFailure, audience: Audience) -> Vec<String> {
    let report = ProbeReport {
        stages: Vec::new(),
        failure: Some(failure),
        broker: None,
        roundtrip: None,
        peer_chain: Vec::new(),
    };
    lines(&report, spec, audience)
}

fn lines(report: &ProbeReport, spec: &LinkSpec, audience: Audience) -> Vec<String> {
    report.advice(spec, circumstances(audience)).iter().map(ToString::to_string).collect()
}

#[test]
fn advice_is_whole_sentences_about_this_very_connection() {
    for url in [
        "mqtt://broker.example:1884",
        "mqtts://broker.example:8884",
        "ws://broker.example:8080/x",
        "wss://[2001:db8::1]:8443/x",
    ] {
        let spec = spec(url);
        for code in names().chain(["ERR_SSL_ALERT_99".to_owned()]) {
            for (stage, audience) in Stage::ALL
                .into_iter()
                .flat_map(|stage| [(stage, Audience::Terminal), (stage, Audience::Api)])
            {
                let advice = advice(&spec, failure(stage, &code), audience);
                assert!(!advice.is_empty(), "{code}");
                for line in advice {
                    assert!(line.split_whitespace().count() >= 6, "{code}: too short: {line:?}");
                    assert!(!line.contains("{}") && !line.contains('\n'), "{code}: {line:?}");
                    let flag = line.contains(" --ca ")
                        || line.contains("--username")
                        || line.contains("--cert ");
                    assert!(
                        audience == Audience::Terminal || !flag,
                        "{code}: flags over HTTP: {line:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_wrong_port_is_answered_with_the_url_that_may_be_right() {
    let line =
        |url, stage, code| advice(&spec(url), failure(stage, code), Audience::Terminal).remove(0);
    for (url, stage, code, expected) in [
        ("mqtts://b:1883", Stage::Tls, "ECONNRESET", "haltere test mqtt://b:1883"),
        ("mqtt://b:8883", Stage::Mqtt, "ECONNRESET", "haltere test mqtts://b:8883"),
        ("mqtts://b:80", Stage::Tls, "EPROTO", "haltere test mqtt://b:80"),
        ("mqtt://b:80", Stage::Mqtt, "EPROTO", "haltere test ws://b:80/mqtt"),
        ("mqtt://[::1]:1", Stage::Mqtt, "ECONNCLOSED", "haltere test mqtts://[::1]:1"),
    ] {
        let line = line(url, stage, code);
        assert!(
            line.ends_with(&format!("`{expected}`")),
            "{line:?} does not end with {expected:?}"
        );
    }
}

#[test]
fn missing_and_wrong_credentials_get_different_advice_though_one_code() {
    let refused = || failure(Stage::Mqtt, "NOT_AUTHORIZED");
    let anonymous = advice(&spec("mqtt://b"), refused(), Audience::Api).join(" ");
    assert!(anonymous.contains("No user name was given"), "{anonymous}");
    let mut named = spec("mqtt://b");
    named.username = Some("press".into());
    named.password = Some(std::sync::Arc::new("hunter2".into()));
    let known = advice(&named, refused(), Audience::Api).join(" ");
    assert!(known.contains("password of \"press\"") && !known.contains("hunter2"), "{known}");
}

#[test]
fn a_broker_with_nothing_in_common_is_not_asked_for_our_certificate() {
    let code = "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE";
    let message = Reason::TlsNothingInCommon.into();
    let at_once = LinkFailure { message, ..failure(Stage::Tls, code) };
    let lines = advice(&spec("mqtts://b"), at_once, Audience::Api);
    assert!(lines[0].contains("take ciphers, ciphers_tls1.3 and tls_version out"), "{lines:?}");
    assert!(lines[1].contains("psk_file"), "{lines:?}");
    assert!(!lines.join(" ").contains("client certificate"), "{lines:?}");
    let later = advice(&spec("mqtts://b"), failure(Stage::Tls, code), Audience::Api);
    assert!(later[0].contains("client certificate"), "{later:?}");
}

#[test]
fn settings_that_did_not_count_are_mentioned_first_and_not_asked_for() {
    let advice = |stage, code: &str| {
        let report = ProbeReport {
            roundtrip: None,
            stages: Vec::new(),
            failure: Some(failure(stage, code)),
            broker: None,
            peer_chain: Vec::new(),
        };
        let ignored = LinkSpec { tls_ignored: true, tls_off: true, ..spec("mqtts://b") };
        let advice = lines(&report, &ignored, Audience::Api);
        assert!(advice[0].contains("plugin tls is off"), "{advice:?}");
        advice.len()
    };
    for code in ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT"] {
        assert_eq!(advice(Stage::Tls, code), 1, "{code}");
    }
    assert_eq!(advice(Stage::Mqtt, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), 1);
    assert!(advice(Stage::Tls, "CERT_HAS_EXPIRED") > 1);
    assert!(advice(Stage::Tcp, "ECONNREFUSED") > 1);
}

#[test]
fn what_is_replaced_is_what_is_at_fault() {
    use CertificateOwner::{Broker, Chain, Trusted};
    let key = |whose| Reason::KeyUnsupported {
        whose,
        kind: "DSA".to_owned(),
        accepted: Setting("others".into()),
    };
    let signature = |whose| Reason::SignatureUnsupported {
        whose,
        algorithm: SignatureAlgorithm::Named { scheme: "Ed448".to_owned() },
        accepted: Setting("others".into()),
    };
    for (reason, says) in [
        (key(Broker), "Make a new key for the broker"),
        (key(Trusted), "Make a new CA"),
        (key(Chain), "Make a new CA"),
        (signature(Broker), "signed again"),
        (signature(Trusted), "signed again"),
    ] {
        let failure = LinkFailure {
            message: reason.into(),
            ..failure(Stage::Tls, "UNSUPPORTED_SIGNATURE_ALGORITHM")
        };
        let said = advice(&spec("mqtts://b"), failure, Audience::Api);
        assert!(said[0].contains(says), "{says}: {said:?}");
    }
}

#[test]
fn settings_that_would_not_count_are_preceded_by_the_plugin() {
    let off = LinkSpec { tls_off: true, ..spec("mqtts://b") };
    let said = |code: &str| advice(&off, failure(Stage::Tls, code), Audience::Api);
    for code in ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT"] {
        let said = said(code);
        assert!(said[0].starts_with("The plugin tls is off: ") && said.len() > 1, "{said:?}");
    }
    let said = said("CERT_HAS_EXPIRED");
    assert!(!said[0].contains("plugin"), "{said:?}");
}

#[test]
fn a_wrong_name_of_tls_is_not_sought_in_the_url() {
    let named = |url: &str| {
        let server_name = haltere_core::TlsServerName::parse("zzz.example").ok();
        LinkSpec { tls: TlsSettings { server_name, ..TlsSettings::default() }, ..spec(url) }
    };
    let said = |spec: &LinkSpec, names: &[&str]| {
        let leaf = CertificateFacts {
            subject: "CN=b".to_owned(),
            issuer: "CN=b".to_owned(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            not_before: None,
            not_after: None,
            sha256_fingerprint: "AA:BB".to_owned(),
            pem: String::new(),
        };
        let report = ProbeReport {
            roundtrip: None,
            stages: Vec::new(),
            failure: Some(failure(Stage::Tls, "ERR_TLS_CERT_ALTNAME_INVALID")),
            broker: None,
            peer_chain: vec![leaf],
        };
        lines(&report, spec, Audience::Api).join("\n")
    };
    let with_own = said(&named("mqtts://localhost:8883"), &["localhost"]);
    assert!(with_own.starts_with("Leave out the field tls.serverName"), "{with_own}");
    let other = said(&named("mqtts://192.0.2.1:8883"), &["*.b.example", "b.example"]);
    assert!(other.starts_with("Give b.example with the field tls.serverName"), "{other}");
    for said in [with_own, other] {
        assert!(!said.contains("try the url"), "{said}");
    }
    let alert = failure(Stage::Tls, "ERR_SSL_TLSV1_UNRECOGNIZED_NAME");
    let said = advice(&named("mqtts://localhost"), alert, Audience::Api).join("\n");
    assert!(said.contains("tls.serverName") && !said.contains("in the URL"), "{said}");
}

#[test]
fn text_from_a_certificate_is_never_part_of_a_command() {
    let presented = |names: &[&str]| CertificateFacts {
        subject: "CN=`reboot`".to_owned(),
        issuer: "CN=`reboot`".to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        not_before: None,
        not_after: Some(Timestamp::MIN),
        sha256_fingerprint: "AA:BB".to_owned(),
        pem: String::new(),
    };
    let commands = |url: &str, code: &str, names: &[&str]| {
        let report = ProbeReport {
            roundtrip: None,
            stages: Vec::new(),
            failure: Some(failure(Stage::Tls, code)),
            broker: None,
            peer_chain: vec![presented(names)],
        };
        let advice = lines(&report, &spec(url), Audience::Terminal).join("\n");
        let commands = advice.split('`').skip(1).step_by(2);
        commands.map(str::to_owned).collect::<Vec<_>>()
    };
    let hostile = [
        "$(reboot)",
        "a;reboot",
        "x`reboot`",
        "*.reboot",
        "re boot",
        "a/$(reboot)",
        "a?$(reboot)",
        "a:1/$(reboot)",
        "[::1]/$(reboot)",
    ];
    for (url, code) in names().flat_map(|code| {
        ["mqtts://b:8883", "wss://b:8883/mqtt"].into_iter().map(move |url| (url, code.clone()))
    }) {
        for name in hostile {
            let commands = commands(url, &code, &[name]);
            let obeyed = commands.iter().any(|command| command.contains("reboot"));
            assert!(!obeyed, "{code}, {name}: {commands:?}");
        }
    }
    for (url, names, good) in [
        ("mqtts://b:8883", ["*.plant", "press-4.plant"], "mqtts://press-4.plant:8883"),
        ("mqtts://b:8883", ["*.plant", "2001:db8::1"], "mqtts://[2001:db8::1]:8883"),
        ("wss://b:8883/mqtt", ["*.plant", "PRESS-4.plant"], "wss://PRESS-4.plant:8883/mqtt"),
    ] {
        let commands = commands(url, "ERR_TLS_CERT_ALTNAME_INVALID", &names);
        assert_eq!(commands[0], format!("haltere test {good}"));
        assert!(commands[1].contains("'subjectAltName=DNS:b"), "{commands:?}");
    }
    // What is there already is not proposed once more.
    let commands = commands("mqtts://127.0.0.1", "ERR_TLS_CERT_ALTNAME_INVALID", &["127.0.0.1"]);
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert!(commands[0].contains("'subjectAltName=IP:127.0.0.1"), "{commands:?}");
}

#[test]
fn text_from_a_certificate_is_no_command_after_a_success_either() {
    let report = ProbeReport {
        roundtrip: None,
        stages: Vec::new(),
        failure: None,
        broker: Some(crate::facts::on_connect(ProtocolVersion::V5, None, SysTopics::Asked)),
        peer_chain: vec![CertificateFacts {
            subject: "CN=`reboot`".to_owned(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: None,
            not_after: Some(Timestamp::UNIX_EPOCH),
            sha256_fingerprint: String::new(),
            pem: String::new(),
        }],
    };
    let advice = lines(&report, &spec("mqtts://b"), Audience::Terminal).join("\n");
    assert!(advice.contains("reboot") && !advice.contains('`'), "{advice}");
}

#[test]
fn a_user_name_stays_inside_its_quotes() {
    let mut named = spec("mqtt://b");
    named.username = Some("o'; reboot; '`x`".into());
    let refused = failure(Stage::Mqtt, "NOT_AUTHORIZED");
    let advice = advice(&named, refused, Audience::Terminal).join("\n");
    let commands: Vec<_> = advice.split('`').skip(1).step_by(2).collect();
    assert!(commands.iter().all(|command| !command.contains("reboot")), "{advice}");
}

#[test]
fn what_was_chosen_for_the_broker_is_shown_harmlessly() {
    const CODES: [&str; 4] =
        ["NOT_AUTHORIZED", "CLIENT_IDENTIFIER_NOT_VALID", "SESSION_TAKEN_OVER", "PROTOCOL_ERROR"];
    let mut named = spec("ws://b/mq\u{202e}tt");
    for text in ["press\u{202e}4".to_owned(), "\u{200b}x".repeat(20_000), "a\u{9b}31m".to_owned()] {
        named.username = Some(text.as_str().into());
        named.client_id = text.into();
        for code in CODES {
            for line in advice(&named, failure(Stage::Mqtt, code), Audience::Api) {
                assert!(!line.chars().any(misleads), "{line:?}");
                assert!(line.len() < 20_000, "{}", line.len());
                assert!(!line.contains("-u 'press"), "no name that can't be typed: {line}");
            }
        }
    }
}

/// A refusal as it is reported, with the address the broker gave.
fn sent_to(code: MqttReason, server: &str) -> LinkFailure {
    let server = Some(server.to_owned());
    let refusal =
        crate::transport::BrokerRefusal { code, number: 0x9c, reason_string: None, server };
    failure::refusal(&refusal, ([192, 0, 2, 7], 1883).into())
}

fn redirected(location: &str) -> LinkFailure {
    let location = Some(location.to_owned());
    let refusal = crate::transport::HttpRefusal { status: 302, reason: None, location };
    failure::upgrade_refused(&refusal, ([192, 0, 2, 7], 80).into())
}

#[test]
fn where_a_broker_sends_us_is_shown_and_can_be_tried() {
    for (url, code, server, expected) in [
        ("mqtt://b", MqttReason::UseAnotherServer, "c.example:1884", "mqtt://c.example:1884"),
        ("mqtts://b:8883", MqttReason::ServerMoved, "c.example", "mqtts://c.example"),
        (
            "wss://b/mqtt",
            MqttReason::ServerMoved,
            "[2001:db8::1]:443 d",
            "wss://[2001:db8::1]:443/mqtt",
        ),
        ("mqtt://b", MqttReason::ServerMoved, "mqtts://c.example:8883", "mqtts://c.example:8883"),
    ] {
        let first = advice(&spec(url), sent_to(code, server), Audience::Terminal).remove(0);
        assert!(first.contains(&format!("\"{server}\"")), "{first}");
        assert!(first.ends_with(&format!("`haltere test {expected}`")), "{first}");
    }
    for (location, expected) in [
        ("https://c.example/mqtt", "wss://c.example/mqtt"),
        ("http://c.example:8080", "ws://c.example:8080"),
        ("/other", "ws://b:81/other"),
    ] {
        let first = advice(&spec("ws://b:81/x"), redirected(location), Audience::Api).remove(0);
        assert!(first.contains(&format!("\"{location}\"")), "{first}");
        assert!(first.ends_with(&format!("try the url {expected}")), "{first}");
    }
}

#[test]
fn an_address_from_a_broker_is_no_command() {
    for hostile in
        ["$(reboot)", "a;reboot", "x`reboot`", "a:1/$(reboot)", "a?x=1&reboot", "//reboot"]
    {
        for (url, failure) in [
            ("mqtt://b", sent_to(MqttReason::ServerMoved, hostile)),
            ("ws://b/x", sent_to(MqttReason::UseAnotherServer, hostile)),
            ("ws://b/x", redirected(hostile)),
            ("ws://b/x", redirected(&format!("https://b/{hostile}"))),
            ("ws://b/x", redirected(&format!("/{hostile}"))),
        ] {
            let advice = advice(&spec(url), failure, Audience::Terminal).join("\n");
            let mut commands = advice.split('`').skip(1).step_by(2);
            let obeyed = commands.any(|command| {
                command.contains("$(") || command.contains(';') || command.contains('&')
            });
            assert!(!obeyed, "{hostile}: {advice}");
        }
    }
}

#[test]
fn a_client_id_is_named_as_a_cause_where_mosquitto_does_not_say() {
    for code in ["NOT_AUTHORIZED", "CLIENT_IDENTIFIER_NOT_VALID", "IDENTIFIER_REJECTED"] {
        let mut spec = spec("mqtt://b");
        for username in [None, Some("press".to_owned())] {
            spec.username = username.map(Into::into);
            let advice = advice(&spec, failure(Stage::Mqtt, code), Audience::Api).join("\n");
            let named = advice.contains("clientid_prefixes") && advice.contains("haltere-a");
            assert!(named, "{code}: {advice}");
        }
    }
}

/// Reasons that ask for different things have different first lines.
#[test]
fn each_reason_has_its_own_first_advice() {
    let firsts = |stage, url: &str, failures: Vec<LinkFailure>| {
        let spec = spec(url);
        let lines = failures.into_iter().map(|it| {
            assert_eq!(it.stage, stage);
            advice(&spec, it, Audience::Api).remove(0)
        });
        lines.collect::<Vec<_>>()
    };
    let reasons = [
        "UNSPECIFIED_ERROR",
        "MALFORMED_PACKET",
        "PROTOCOL_ERROR",
        "IMPLEMENTATION_SPECIFIC_ERROR",
        "BAD_AUTHENTICATION_METHOD",
        "PACKET_TOO_LARGE",
        "PAYLOAD_FORMAT_INVALID",
        "NOT_AUTHORIZED",
        "CLIENT_IDENTIFIER_NOT_VALID",
    ];
    let mut refusals: Vec<_> = reasons.iter().map(|code| failure(Stage::Mqtt, code)).collect();
    refusals.push(sent_to(MqttReason::UseAnotherServer, "c"));
    let refusals = firsts(Stage::Mqtt, "mqtt://b", refusals);
    assert_eq!(BTreeSet::from_iter(&refusals).len(), refusals.len(), "{refusals:#?}");

    let status = |status| LinkFailure {
        errno: Some(status),
        ..failure(Stage::Websocket, "ERR_WEBSOCKET_UPGRADE")
    };
    let statuses = [302, 401, 403, 404, 400, 429, 500, 502, 503];
    let upgrades = firsts(Stage::Websocket, "ws://b/x", statuses.map(status).into());
    assert_eq!(BTreeSet::from_iter(&upgrades).len(), upgrades.len(), "{upgrades:#?}");
}

#[test]
fn why_version_and_uptime_are_missing() {
    let said = |sys, version: Option<&str>| {
        let mut broker = crate::facts::on_connect(ProtocolVersion::V5, None, sys);
        broker.version = version.map(str::to_owned);
        let findings = Findings { failure: None, broker: Some(&broker), chain: &[] };
        findings
            .advice(&spec("mqtt://b"), circumstances(Audience::Api))
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(said(SysTopics::EndsSession, None).contains("ends the session of a client that asks"));
    assert!(said(SysTopics::Denied, None).contains("does not let this user read $SYS/#"));
    for sys in [SysTopics::Asked, SysTopics::Granted] {
        assert!(said(sys, None).contains("publishes nothing about itself"));
        assert_eq!(said(sys, Some("mosquitto version 2")), "");
    }
    assert_eq!(said(SysTopics::Off, None), "", "that is as it was wanted");
}

#[test]
fn a_failed_round_trip_is_about_permissions_for_the_topic() {
    let failed = |code: &str, step: &'static str| {
        let failure = failure::of_call(failure(Stage::Roundtrip, code), 0, step);
        advice(&spec("mqtt://b"), failure, Audience::Api).join(" ")
    };
    assert!(failed("NOT_AUTHORIZED", "subscribe").contains("subscribePattern"));
    assert!(failed("NOT_AUTHORIZED", "publish").contains("topic write"));
    let nothing_came = failed("ETIMEDOUT", "receive");
    assert!(nothing_came.contains("topic read"), "{nothing_came}");
    assert!(nothing_came.contains("may publish"), "{nothing_came}");
    assert!(failed("ECONNCLOSED", "publish").contains("instead of refusing"));
}
