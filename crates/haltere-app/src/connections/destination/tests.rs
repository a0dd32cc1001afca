use haltere_core::Connection;
use haltere_testkit::builders::{
    ConnectionExt, connection, mqtt_password, mqtt_text, trusting, url,
};

use super::*;
use crate::connections::update::{self, Edit};

const PASSWORD: &str = "credentials.password";

fn stored(at: &str) -> Connection {
    connection("a").at(at).logging_in("u", "hunter2")
}

/// The field that has to be given again after `patch`, and why.
fn refused(stored: &Connection, patch: &ConnectionPatch) -> Option<(String, String)> {
    let readable = update::apply(stored.clone(), patch.clone(), SecretsPolicy::Readable);
    assert!(readable.is_ok(), "readable secrets go along: {:?}", readable.err());
    let invalid = update::apply(stored.clone(), patch.clone(), SecretsPolicy::WriteOnly).err()?;
    Some((invalid.field.into_owned(), invalid.reason))
}

fn to(text: &str) -> ConnectionPatch {
    ConnectionPatch { url: Some(url(text)), ..ConnectionPatch::default() }
}

#[test]
fn another_spelling_of_the_same_place_keeps_the_password() {
    for (from, other) in [
        ("mqtt://broker.example", "mqtt://BROKER.example.:1883/"),
        ("mqtts://broker.example:8883", "ssl://broker.example"),
        ("ws://broker.example/mqtt", "ws://broker.example:80/mqtt"),
        ("wss://broker.example", "wss://broker.example:443/"),
        ("mqtt://10.0.0.1", "mqtt://[::ffff:10.0.0.1]:1883"),
        ("mqtt://b\u{fc}cher.example", "tcp://xn--bcher-kva.example"),
    ] {
        assert_eq!(refused(&stored(from), &to(other)), None, "{from} {other}");
    }
}

#[test]
fn another_place_or_a_weaker_way_there_needs_the_password_again() {
    for (from, other) in [
        ("mqtt://broker.example", "mqtt://evil.example"),
        ("mqtt://broker.example", "mqtt://broker.example:1884"),
        ("mqtt://broker.example", "mqtt://broker.example.evil.example"),
        ("mqtts://broker.example", "mqtt://broker.example:8883"),
        ("mqtts://broker.example", "wss://broker.example:8883"),
        ("wss://broker.example", "ws://broker.example:443"),
        ("wss://broker.example/one", "wss://broker.example/two"),
        ("ws://broker.example/mqtt", "ws://broker.example/mqtt?to=elsewhere"),
    ] {
        let (field, reason) = refused(&stored(from), &to(other)).expect(other);
        let expected =
            "must be given again, because the stored one was entered for another url".to_owned();
        assert_eq!((field.as_str(), reason), (PASSWORD, expected), "{from} {other}");
    }
}

#[test]
fn another_way_to_verify_the_broker_needs_the_password_again() {
    let destination = "mqtts://broker.example";
    let verifying =
        |change| ConnectionPatch { reject_unauthorized: change, ..ConnectionPatch::default() };
    let trusting_pem = |change| ConnectionPatch { ca: change, ..ConnectionPatch::default() };
    let (one, two) = (Pem::new(b"one".to_vec()), Pem::new(b"two".to_vec()));
    let with_ca = stored(destination).with_tls(trusting("one"));
    let lax = TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() };
    let lax = stored(destination).with_tls(lax);
    for (from, patch, why) in [
        (&stored(destination), verifying(FieldChange::Set(true)), None),
        (&lax, verifying(FieldChange::Set(false)), None),
        (&with_ca, trusting_pem(FieldChange::Set(one)), None),
        (&stored(destination), verifying(FieldChange::Set(false)), Some("rejectUnauthorized")),
        (&lax, verifying(FieldChange::Clear), Some("rejectUnauthorized")),
        (&with_ca, trusting_pem(FieldChange::Clear), Some("ca")),
    ] {
        let reason = refused(from, &patch).map(|(_, reason)| reason);
        let ends = reason.as_deref().map(|it| it.rsplit(' ').next().expect("a word"));
        assert_eq!(ends, why, "{patch:?}");
    }
    // One port may serve several hosts and protocols.
    let asking = ConnectionPatch {
        alpn: FieldChange::Set(Alpn::parse("mqtt").expect("a protocol")),
        ..ConnectionPatch::default()
    };
    let naming = ConnectionPatch {
        server_name: FieldChange::Set(TlsServerName::parse("evil.example").expect("a name")),
        ..ConnectionPatch::default()
    };
    for (patch, why) in [(asking, "tls.alpn"), (naming, "tls.serverName")] {
        let (field, reason) = refused(&stored(destination), &patch).expect("refused");
        assert!(field == PASSWORD && reason.ends_with(why), "{field}: {reason}");
    }
    // What a CA holds is judged elsewhere.
    let kept = RetainedSecrets { password: true, key: true };
    let other = with_ca.clone().with_tls(TlsSettings { ca: Some(two), ..TlsSettings::default() });
    let before = Destination::new(&with_ca.settings.url, &with_ca.settings.tls);
    let refused = kept.check(SecretsPolicy::WriteOnly, Some(&before), &other.settings);
    assert_eq!(refused.expect_err("another CA").field, PASSWORD);
}

#[test]
fn secrets_in_the_edit_itself_are_not_stored_ones() {
    let from = stored("mqtts://broker.example");
    let away = to("mqtt://evil.example");
    let given =
        ConnectionPatch { password: FieldChange::Set(mqtt_password("hunter2")), ..away.clone() };
    assert_eq!(refused(&from, &given), None);
    let without = ConnectionPatch { password: FieldChange::Clear, ..away.clone() };
    assert_eq!(refused(&from, &without), None);
    let anonymous = ConnectionPatch { username: FieldChange::Clear, ..away.clone() };
    assert_eq!(refused(&from, &anonymous), None);
    let anonymous = connection("a").at("mqtts://broker.example");
    assert_eq!(refused(&anonymous, &away), None);
    // Without the address it is an edit like any other.
    let user = ConnectionPatch {
        username: FieldChange::Set(mqtt_text("v")),
        ..ConnectionPatch::default()
    };
    assert_eq!(refused(&from, &user), None);
}

#[test]
fn a_private_key_is_a_secret_as_well() {
    let tls = TlsSettings { key: Some(Pem::new(b"key".to_vec()).into()), ..TlsSettings::default() };
    let destination = "mqtts://broker.example";
    let (from, away) =
        (connection("a").at(destination).with_tls(tls.clone()), "mqtts://evil.example");
    assert_eq!(refused(&from, &to(away)).expect("refused").0, "key");
    let both = stored(destination).with_tls(tls);
    assert_eq!(refused(&both, &to(away)).expect("refused").0, PASSWORD);
    let password = ConnectionPatch { password: FieldChange::Set(mqtt_password("x")), ..to(away) };
    assert_eq!(refused(&both, &password).expect("refused").0, "key");
}

#[test]
fn an_unreadable_connection_has_no_known_destination() {
    let kept = RetainedSecrets { password: true, key: true };
    let changed = stored("mqtt://broker.example");
    let refused = kept.check(SecretsPolicy::WriteOnly, None, &changed.settings);
    assert_eq!(refused.expect_err("unknown").field, PASSWORD);
    assert_eq!(kept.check(SecretsPolicy::Readable, None, &changed.settings), Ok(()));
    let change =
        update::apply(changed.clone(), ConnectionPatch::default(), SecretsPolicy::WriteOnly);
    let Edit { fields, .. } = change.expect("nothing changes");
    assert!(fields.is_empty());
}
