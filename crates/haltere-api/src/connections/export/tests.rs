//! The route, driven through the real router, and the way there and back.

use std::sync::LazyLock;

use haltere_app::connections::{
    ImportEntry, ImportFile, ImportMode, ImportProgress, Incoming, NewConnection, Secrets, Source,
    Transfer,
};
use haltere_app::testing::TestTransfer;
use haltere_app::{Ctx, SecretsPolicy};
use haltere_core::{
    Alpn, BrokerUrl, ConnectionId, ConnectionName, ConnectionSettings, Credentials, Intent,
    LabelKey, LabelSelector, LabelValue, Labels, MmcFields, Pem, Role, Secret, TlsServerName,
    TlsSettings,
};
use haltere_testkit::builders::{mqtt_password, mqtt_text};
use haltere_testkit::{Ca, certs::Identity};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::connection_files;
use crate::test_support::{TestApi, closed_port, connection, encoded};

const PATH: &str = "/api/connection-export";
const WITH_SECRETS: &str = "/api/connection-export?secrets=include";

/// The connection `a` with a password and a private key.
fn connection_with_secrets(url: &str) -> Value {
    let client = Ca::new("factory").client("haltere");
    let mut body = connection("a", url);
    body["credentials"] = json!({"username": "u", "password": "hunter2"});
    body["cert"] = encoded(&client.cert_pem);
    body["key"] = encoded(&client.key_pem);
    body
}

#[tokio::test]
async fn secrets_are_in_it_only_when_an_administrator_asks() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let mut body = connection_with_secrets(&url);
    assert_eq!(admin.post("/api/connections", body.clone()).await.status, 202);
    assert_eq!(admin.post("/api/connections/a/disconnect", json!({})).await.status, 200);

    let manager = api.role(Role::ConnectionManager).await;
    for (client, path) in
        [(&manager, PATH), (&admin, PATH), (&admin, "/api/connection-export?secrets=omit")]
    {
        let response = client.get(path).await;
        assert_eq!(response.status, 200);
        assert!(!response.text.contains("hunter2"), "{}", response.text);
        let export = response.json();
        let exported = &export["connections"][0];
        assert_eq!((&export["secrets"], exported.get("key")), (&json!(false), None));
        assert_eq!(exported["withheld"], json!(["credentials.password", "key"]));
        assert_eq!(exported["disconnected"], json!(true));
        assert!(exported.get("status").is_none());
    }
    manager.get(WITH_SECRETS).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    assert_eq!(api.app.audit().await[0], "connectionManager connection.export  denied");

    let response = admin.get(WITH_SECRETS).await;
    let disposition = response.header("content-disposition");
    assert_eq!(disposition, Some("attachment; filename=\"haltere-connections.json\""));
    let exported = &response.json()["connections"][0];
    body["disconnected"] = json!(true);
    assert_eq!(*exported, body);
    assert_eq!(api.app.audit().await[0], "admin connection.export  success");
    admin.get("/api/connection-export?secrets=yes").await.is_refusal(
        400,
        "INVALID",
        "secrets: must be omit or include",
    );
    api.role(Role::Viewer).await.get(PATH).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
}

#[tokio::test]
async fn write_only_secrets_never_leave() {
    let api =
        TestApi::start_with(|config| config.settings.secrets = SecretsPolicy::WriteOnly).await;
    let admin = api.admin().await;
    admin.get(WITH_SECRETS).await.is_refusal(
        403,
        "NOT_ALLOWED",
        "secrets: connections.secrets is \"write-only\", so no export contains them",
    );
    assert_eq!(admin.get(PATH).await.status, 200);
}

#[tokio::test]
async fn what_was_held_back_comes_in_disconnected_and_says_so() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (url, _port) = closed_port();
    let body = connection_with_secrets(&url);
    assert_eq!(admin.post("/api/connections", body).await.status, 202);
    let export = admin.get(PATH).await.json();
    assert_eq!(admin.delete("/api/connections/a").await.status, 200);
    let response = admin.post("/api/connection-import", export).await;
    assert_eq!(
        response.json()["entries"][0]["notes"],
        json!([
            "credentials.password: is not in the file; give it, and connect",
            "key: is not in the file, so cert is not taken over; give both, and connect",
            "comes in disconnected",
        ]),
        "{}",
        response.text
    );
    let stored = &admin.get("/api/connections?state=inactive").await.json()[0];
    assert_eq!((&stored["id"], stored.get("cert")), (&json!("a"), None));
}

/// A CA and two clients of it: keys take their time to be made.
static MATERIAL: LazyLock<(String, [Identity; 2])> = LazyLock::new(|| {
    let ca = Ca::new("factory");
    (ca.pem(), [ca.client("one"), ca.client("two")])
});

fn any_tls() -> impl Strategy<Value = TlsSettings> {
    let alpn = prop::option::of(prop::sample::select(vec!["mqtt", "x-amzn-mqtt-ca http/1.1"]));
    let server_name = prop::option::of("[a-z]{1,8}[.][a-z]{2,5}");
    let client = prop::option::of(0..2_usize);
    (any::<Option<bool>>(), any::<bool>(), client, alpn, server_name).prop_map(
        |(reject_unauthorized, ca, client, alpn, server_name)| {
            let (authority, clients) = &*MATERIAL;
            let pem = |text: &str| Pem::new(text.as_bytes().to_vec());
            TlsSettings {
                reject_unauthorized,
                ca: ca.then(|| pem(authority)),
                cert: client.map(|n| pem(&clients[n].cert_pem)),
                key: client.map(|n| Secret::new(pem(&clients[n].key_pem))),
                alpn: alpn.map(|names| Alpn::parse(names).expect("protocols")),
                server_name: server_name
                    .map(|name| TlsServerName::parse(&name).expect("a host name")),
            }
        },
    )
}

fn any_labels() -> impl Strategy<Value = Labels> {
    let labels = prop::collection::vec(("(x[.]example/)?[a-z]{1,8}", "[A-Z0-9]{0,8}"), 0..4);
    labels.prop_map(|labels| {
        let labels = labels.iter().map(|(key, value)| {
            let key = LabelKey::parse(key).expect("a key");
            (key, LabelValue::parse(value).expect("a value"))
        });
        labels.collect()
    })
}

fn any_mmc() -> impl Strategy<Value = MmcFields> {
    let path = || prop::option::of(".{0,20}");
    (any::<Option<bool>>(), path(), path(), path()).prop_map(
        |(no_metrics_mode, ca_file, cert_file, key_file)| MmcFields {
            no_metrics_mode,
            ca_file,
            cert_file,
            key_file,
        },
    )
}

fn any_incoming() -> impl Strategy<Value = Incoming> {
    let text = || prop::option::of("[^\0]{1,20}");
    let url = prop::sample::select(vec![
        "mqtt://broker.example",
        "mqtts://10.1.2.3:8884",
        "wss://broker.example/mqtt?x=1",
        "ws://[2001:db8::1]:9001",
    ]);
    let credentials = (text(), text(), text()).prop_map(|(username, password, client_id)| {
        Credentials::new(
            username.as_deref().map(mqtt_text),
            password.as_deref().map(mqtt_password),
            client_id.as_deref().map(mqtt_text),
        )
    });
    (url, credentials, any_tls(), any_labels(), any_mmc(), any::<bool>()).prop_map(
        |(url, credentials, tls, labels, mmc, up)| {
            let settings = ConnectionSettings {
                name: ConnectionName::parse("to be replaced").expect("a name"),
                url: BrokerUrl::parse(url).expect("a URL"),
                credentials,
                tls,
                labels,
                mmc,
            };
            let connection = NewConnection { id: None, settings };
            let intent = if up { Intent::Connected } else { Intent::Disconnected };
            Incoming { connection, intent }
        },
    )
}

/// Ids and names of all kinds, no two the same.
fn any_file() -> impl Strategy<Value = ImportFile> {
    // What hides or turns text is in no new id or name.
    let text = || {
        let text = "[^\\p{Cc}.\u{200c}\u{200d}]{1,40}";
        text.prop_map(|text| text.replace(haltere_core::text::misleads, "."))
    };
    let entry = (text(), text(), any_incoming());
    prop::collection::vec(entry, 0..12).prop_map(|entries| {
        let entries = entries.into_iter().enumerate().map(|(n, (id, name, mut incoming))| {
            let (id, name) = (format!("{n}:{id}"), format!("{n}:{name}"));
            incoming.connection.id = Some(ConnectionId::parse(&id).expect("an id"));
            incoming.connection.settings.name = ConnectionName::parse(&name).expect("a name");
            let name = incoming.connection.settings.name.as_str().to_owned();
            ImportEntry { id: Some(id), name: Some(name), content: Ok(incoming), notes: Vec::new() }
        });
        let entries = entries.collect();
        ImportFile { source: Source::Haltere, entries, not_taken_over: Vec::new() }
    })
}

async fn import(transfer: &Transfer, file: ImportFile) {
    let (reporter, _) = ImportProgress::channel();
    let ctx = Ctx::system("test");
    let report = transfer.import(&ctx, file, ImportMode::Store, reporter).await.expect("a report");
    assert!(report.done, "{report:?}");
}

async fn exported(transfer: &Transfer) -> (Vec<u8>, Value) {
    let export = transfer
        .export(&Ctx::system("test"), Secrets::Include, &LabelSelector::default())
        .await
        .expect("an export");
    let bytes = connection_files::write(&export).to_vec();
    let connections = serde_json::from_slice::<Value>(&bytes).expect("JSON")["connections"].take();
    (bytes, connections)
}

async fn there_and_back(file: ImportFile) {
    let (one, other) = (TestTransfer::start().await, TestTransfer::start().await);
    import(&one.transfer, file.clone()).await;
    let (bytes, expected) = exported(&one.transfer).await;
    let read = connection_files::read(&bytes).expect("a file of ours");
    let contents = |file: &ImportFile| -> Vec<_> {
        file.entries.iter().map(|entry| entry.content.clone().expect("sound")).collect()
    };
    assert_eq!(contents(&read), contents(&file), "what is read is what was stored");
    import(&other.transfer, read).await;
    assert_eq!(exported(&other.transfer).await.1, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_exported_comes_back_the_same(file in any_file()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(there_and_back(file));
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = connection_files::read(&bytes);
    }

    #[test]
    fn no_text_in_the_right_frame_makes_reading_panic(text in r#"[\[\]{}",:a0 ]{0,40}"#) {
        let _ = connection_files::read(format!("{{\"connections\": [{text}]}}").as_bytes());
        let _ = connection_files::read(format!("[{text}]").as_bytes());
    }
}
