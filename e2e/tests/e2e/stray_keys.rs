//! A private key where certificates belong: it is sealed or refused, and never shown.

use std::path::Path;

use e2e::{Client, Haltere, Options, secrets};
use haltere_core::{ConnectionId, Pem};
use haltere_store::{ConnectionRecord, Store as _, Transactions as _};
use haltere_testkit::certs::Identity;
use haltere_testkit::certs::openssl::{Key, Workshop};
use serde_json::{Value, json};

use crate::audit::{open, trail};
use crate::support::{connection, pem};

const LIST: &str = "/api/connections";
const IMPORT: &str = "/api/connection-import";
/// Nothing listens there.
const URL: &str = "mqtts://127.0.0.1:1";

/// Lines of a private key that no other key contains, in every form.
struct Canary(Vec<Vec<u8>>);

impl Canary {
    fn of(keys: &[&str]) -> Self {
        let lines = keys.iter().flat_map(|key| key.lines().skip(3)).filter(|it| it.len() == 64);
        let mut forms: Vec<_> = lines.flat_map(|line| secrets::forms(line.as_bytes())).collect();
        forms.extend(secrets::forms(b"PRIVATE KEY"));
        Self(forms)
    }

    fn not_in(&self, what: &str, place: &[u8]) {
        let found = self.0.iter().find(|form| secrets::find(place, form));
        let found = found.map(|form| String::from_utf8_lossy(form).into_owned());
        assert_eq!(found, None, "{what}");
    }

    fn not_in_database(&self, haltere: &Haltere) {
        let needles: Vec<_> = self.0.iter().map(Vec::as_slice).collect();
        assert_eq!(haltere.files_holding(&needles), Vec::<String>::new());
    }
}

/// A certificate, its key in the forms that openssl writes, and what tools make of them.
struct Files {
    cert: String,
    key: String,
    both: Vec<String>,
    canary: Canary,
}

fn files() -> Files {
    let workshop = Workshop::new();
    let Identity { cert_pem: cert, key_pem: key } = workshop.self_signed("me", Key::Rsa2048);
    let traditional = workshop.traditional_key(&key);
    let indented = |text: &str| text.lines().flat_map(|it| ["  ", it, "\n"]).collect::<String>();
    let both = vec![
        format!("{cert}{key}"),
        format!("{traditional}{cert}"),
        format!("{}{key}", cert.trim_end()),
        indented(&format!("{cert}{traditional}")),
        format!("{cert}{key}").replace('\n', "\r\n"),
        format!("{cert}{key}").replace('\n', "\\n"),
        format!("Bag Attributes\n  localKeyID: 01\n{cert}Key Attributes: <No Attributes>\n{key}"),
    ];
    let canary = Canary::of(&[&key, &traditional]);
    Files { cert, key, both, canary }
}

fn body(id: &str, field: &str, content: Value) -> Value {
    let mut body = connection(id, URL);
    body[field] = content;
    body
}

/// Whatever people without secrets can read.
async fn look_everywhere(haltere: &Haltere, admin: &Client, viewer: &Client, canary: &Canary) {
    let mut events = viewer.events(None).await;
    events.until("all connections", |event| event.kind == "connections").await;
    canary.not_in("events", format!("{:?}", events.seen()).as_bytes());
    for (who, target) in [
        (viewer, LIST.to_owned()),
        (viewer, format!("{LIST}/0/certificates")),
        (admin, format!("{LIST}?secrets=omit")),
        (admin, "/api/connection-export".to_owned()),
    ] {
        let answer = who.get(&target).await.expect_status(200);
        assert!(secrets::find(&answer.body, b"0"), "{target}");
        canary.not_in(&target, &answer.body);
    }
    let export = haltere.cli(&["export"], None).await;
    assert!(export.stdout.contains("\"cert\""), "{export:?}");
    canary.not_in("haltere export", format!("{export:?}").as_bytes());
}

#[tokio::test]
async fn a_key_among_certificates_is_sealed_or_refused_and_never_shown() {
    let Files { cert, key, both, canary } = files();
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    let viewer = haltere.user("vera", &["viewer"]).await;
    for (number, both) in both.iter().enumerate() {
        let id = number.to_string();
        let one = format!("{LIST}/{id}");
        let created = admin.post(LIST, &body(&id, "cert", pem(both))).await.expect_status(202);
        let stored = &created.json()["connection"];
        assert_eq!(stored["cert"], pem(&cert), "{both}");
        let imported = body(&format!("i{id}"), "cert", json!(both));
        let file = json!({ "connections": [imported] });
        let answer = admin.post(IMPORT, &file).await.expect_status(200);
        canary.not_in("an import", &answer.body);

        for (field, own_key) in [("ca", None), ("cert", Some(&key))] {
            let mut bad = body("bad", field, pem(both));
            if let Some(key) = own_key {
                bad["key"] = pem(key);
            }
            let mut patch = json!({ field: bad[field] });
            patch["key"] = bad["key"].clone();
            let mut replacement = bad.clone();
            replacement["id"] = json!(id);
            for answer in [
                admin.post(LIST, &bad).await,
                admin.post("/api/connection-test", &bad).await,
                admin.patch(&one, &patch).await,
                admin.put(&one, &replacement).await,
                admin.post(IMPORT, &json!({ "connections": [bad] })).await,
                admin
                    .post(
                        IMPORT,
                        &json!({ "format": "haltere-connections", "formatVersion": 1, "connections": [bad] }),
                    )
                    .await,
            ] {
                let text = answer.text();
                assert_eq!(answer.status, 400, "{text}");
                // The words of the refusal hold two of the canary's.
                let says = format!("{field}: holds a private key");
                assert!(text.contains(&says), "{text}");
                let rest = text.replace("private key", "");
                canary.not_in("a refusal", rest.as_bytes());
            }
        }
    }
    let path = body("bad", "keyFile", json!(key));
    let refused = admin.post(LIST, &path).await.expect_status(400);
    assert!(refused.text().contains("keyFile: must be the path of a file"), "{}", refused.text());

    look_everywhere(&haltere, &admin, &viewer, &canary).await;
    canary.not_in_database(&haltere);
    haltere.stop().await;
    canary.not_in_database(&haltere);
    canary.not_in("the log", haltere.log().text().as_bytes());
}

/// As versions before this stored it.
async fn spoil(haltere: &Haltere, both: &[String]) {
    let store = open(haltere).await;
    let mut write = store.write().await.expect("a write begins");
    for (number, both) in both.iter().enumerate() {
        let id = ConnectionId::parse(&number.to_string()).expect("an id");
        let row = write.connections().find(&id).await.expect("asked for").expect("there");
        let keeps_key = number.is_multiple_of(2);
        let row = ConnectionRecord {
            ca: Some(Pem::new(both.as_str())),
            cert: Some(Pem::new(both.as_str())),
            key: row.key.clone().filter(|_| keeps_key),
            revision: row.revision.next(),
            ..row
        };
        write.connections().update(&row).await.expect("changed");
    }
    write.commit().await.expect("kept");
    store.close().await;
}

async fn restored(haltere: &Haltere, backup: &Path) -> Haltere {
    let folder = std::sync::Arc::new(tempfile::tempdir().expect("a folder"));
    let data = folder.path().join("data");
    let key = haltere.data().join("master.key");
    let paths = [backup, &key, &data].map(|path| path.to_str().expect("UTF-8"));
    let [backup, key, data] = paths;
    let arguments = ["restore", backup, "--master-key-file", key, "--data-dir", data];
    let output = e2e::haltere::cli(&arguments).await;
    assert!(output.status.success(), "{output:?}");
    let options = Options::default().with_broken_brokers().expect_complaint("private key");
    options.data_dir(&folder).start().await
}

#[tokio::test]
async fn keys_that_were_stored_among_certificates_are_taken_out_at_the_start() {
    let Files { cert, key, both, canary } = files();
    let options = Options::default().with_broken_brokers().expect_complaint("private key");
    let mut haltere = options.start().await;
    let admin = haltere.admin().await;
    haltere.user("vera", &["viewer"]).await;
    for number in 0..both.len() {
        let body = body(&number.to_string(), "cert", pem(&both[0]));
        admin.post(LIST, &body).await.expect_status(202);
    }
    haltere.stop().await;
    spoil(&haltere, &both).await;
    let backup = haltere.data_dir().path().join("backup");
    let output = haltere.cli(&["backup", backup.to_str().expect("UTF-8")], None).await;
    assert!(output.status.success(), "{output:?}");
    let mut from_backup = restored(&haltere, &backup).await;
    haltere.restart().await;

    for haltere in [&mut haltere, &mut from_backup] {
        canary.not_in_database(haltere);
        let admin = haltere.admin().await;
        let viewer = haltere.login("vera", &e2e::secret("vera")).await;
        look_everywhere(haltere, &admin, &viewer, &canary).await;
        for number in 0..both.len() {
            let stored = admin.get(&format!("{LIST}/{number}")).await.json();
            assert_eq!([&stored["ca"], &stored["cert"]], [&pem(&cert); 2], "{number}");
            assert!(stored["key"]["data"].is_string(), "{number}");
        }
        assert!(haltere.log().text().contains("cert held a private key"));
        let entries = trail(haltere).await;
        let recorded = entries.iter().filter(|it| it.entry.detail.contains("held a private key"));
        assert_eq!(recorded.count(), both.len());
        haltere.stop().await;
        canary.not_in_database(haltere);
    }
    drop(key);
}
