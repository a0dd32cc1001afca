use super::*;
use crate::labels::{LabelKey, LabelValue};

fn text(text: &str) -> MqttString {
    MqttString::parse(text).expect("it fits")
}

fn password(text: &str) -> MqttPassword {
    MqttPassword::parse(text.into()).expect("it fits")
}

fn bare() -> ConnectionSettings {
    let name = ConnectionName::parse("Press").expect("a name");
    ConnectionSettings::new(name, BrokerUrl::parse("mqtts://h").expect("a URL"))
}

/// A value in every field.
fn full() -> ConnectionPatch {
    let pem = |text: &str| Pem::new(text.as_bytes().to_vec());
    ConnectionPatch {
        name: Some(ConnectionName::parse("Other").expect("a name")),
        url: Some(BrokerUrl::parse("mqtts://other").expect("a URL")),
        username: FieldChange::Set(text("ann")),
        password: FieldChange::Set(password("hunter2")),
        client_id: FieldChange::Set(text("press")),
        reject_unauthorized: FieldChange::Set(false),
        ca: FieldChange::Set(pem("ca")),
        cert: FieldChange::Set(pem("cert")),
        key: FieldChange::Set(Secret::new(pem("key"))),
        alpn: FieldChange::Set(Alpn::parse("mqtt").expect("protocols")),
        server_name: FieldChange::Set(TlsServerName::parse("h.example").expect("a name")),
        labels: LabelChanges {
            replaces_all: false,
            changes: [(
                LabelKey::parse("site").expect("a key"),
                Some(LabelValue::parse("graz").expect("a value")),
            )]
            .into(),
        },
        no_metrics_mode: FieldChange::Set(true),
        ca_file: FieldChange::Set("a".to_owned()),
        cert_file: FieldChange::Set("b".to_owned()),
        key_file: FieldChange::Set("c".to_owned()),
    }
}

#[test]
fn a_patch_sets_every_field_and_each_has_a_name() {
    let changed = bare().patched(full());
    assert_eq!(bare().differences(&changed).len(), 16);
    assert_eq!(changed.given().len(), 16);
    assert_eq!(bare().given(), ["name", "url"]);
    assert_eq!(changed.differences(&changed), [""; 0]);
    assert_eq!(changed.clone().patched(ConnectionPatch::default()), changed);
}

#[test]
fn of_first_and_last_credentials_only_those_there_are_differ() {
    let set = |patch| bare().patched(patch);
    let username =
        set(ConnectionPatch { username: FieldChange::Set(text("ann")), ..Default::default() });
    let client_id =
        set(ConnectionPatch { client_id: FieldChange::Set(text("press")), ..Default::default() });
    for (changed, name) in [(username, "credentials.username"), (client_id, "credentials.clientId")]
    {
        assert_eq!(bare().differences(&changed), [name]);
        assert_eq!(changed.differences(&bare()), [name]);
    }
}

#[test]
fn a_replacement_removes_all_it_leaves_out_except_secrets() {
    let changed = bare().patched(full());
    let nothing = ConnectionPatch::default().replacing_all();
    let name_and_url = ConnectionSettings::new(changed.name.clone(), changed.url.clone());
    assert_eq!(changed.clone().patched(nothing), name_and_url);

    let without_secrets =
        ConnectionPatch { password: FieldChange::Keep, key: FieldChange::Keep, ..full() };
    assert_eq!(changed.clone().patched(without_secrets.replacing_all()), changed);
}

#[test]
fn credentials_without_a_username_keep_only_the_client_id() {
    assert_eq!(Credentials::new(Some(text("")), Some(password("p")), None), None);
    let with_client_id = Credentials::new(None, Some(password("p")), Some(text("me")));
    let expected = Credentials { username: None, password: None, client_id: Some(text("me")) };
    assert_eq!(with_client_id, Some(expected));
}

#[test]
fn the_audit_trail_has_the_fields_that_differ_and_no_secrets() {
    let mut before = bare();
    before.labels = Labels::parse("site=graz,line=2").expect("labels");
    let mut after =
        ConnectionSettings { url: BrokerUrl::parse("mqtts://b").expect("a URL"), ..before.clone() };
    after.labels = Labels::parse("site=linz").expect("labels");
    after.credentials = Credentials::new(
        Some(MqttString::parse("ada").expect("a text")),
        Some(MqttPassword::parse(Secret::new("hunter2".to_owned())).expect("a password")),
        None,
    );
    after.tls.ca = Some(Pem::new(b"certificate".to_vec()));
    let changes = ConnectionSettings::audit_changes(Some(&before), Some(&after)).to_string();
    let url = before.url.as_str();
    let expected = format!(
        "url\t={url}\t=mqtts://b\ncredentials.username\t\t=ada\nlabels.line\t=2\t\nlabels.site\t=graz\t=linz\n\
        credentials.password\t!set\nca\t!set\n"
    );
    assert_eq!(changes, expected);
    assert!(ConnectionSettings::audit_changes(Some(&after), Some(&after)).is_empty());
    let removed = ConnectionSettings::audit_changes(Some(&after), None);
    let fields: Vec<_> = removed.iter().map(|change| change.field.as_str()).collect();
    let expected =
        ["name", "url", "credentials.username", "labels.site", "credentials.password", "ca"];
    assert_eq!(fields, expected);
}
