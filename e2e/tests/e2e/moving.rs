//! Moving in and out: from the management center for Mosquitto, between halteres, and when the power goes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use e2e::{Client, Haltere, Options, eventually, secret};
use haltere_testkit::ports::ReservedPort;
use haltere_testkit::{Ca, Disk, Listener, Mosquitto, netns};
use reqwest::Method;
use serde_json::{Value, json};

use crate::audit::trail;
use crate::support::{ids, pem};

const PATH: &str = "/api/connection-import";

/// A file next to the data folder.
fn write(haltere: &Haltere, name: &str, content: &Value) -> PathBuf {
    let path = haltere.data_dir().path().join(name);
    std::fs::write(&path, content.to_string()).expect("the file can be written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

async fn stored(client: &Client) -> Vec<String> {
    ids(&client.get("/api/connections?secrets=omit").await.json())
}

/// The brokers of a plant: one open, one with a password, one with a CA of its own, one that requires a client
/// certificate, and one that is down.
struct Plant {
    open: Mosquitto,
    guarded: Mosquitto,
    tls: Mosquitto,
    mutual: Mosquitto,
    down: ReservedPort,
    ca: Ca,
}

impl Plant {
    async fn build() -> Self {
        let ca = Ca::new("plant");
        let server = ca.server(&["localhost", "127.0.0.1"]);
        let listener = Listener::tls(&server);
        let mutual = Listener::tls(&server).require_certificate(&ca.pem());
        Self {
            open: Mosquitto::plain().await,
            guarded: Mosquitto::builder().user("mmc", &secret("broker")).start().await,
            tls: Mosquitto::builder().listener(listener).start().await,
            mutual: Mosquitto::builder().listener(mutual).start().await,
            down: ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into()),
            ca,
        }
    }

    /// What the management center has written for its connection number `n`, oddities included.
    fn connection(&self, n: usize, client: &(Value, Value)) -> Value {
        let mut connection = json!({
            "id": format!("broker-{n:03}"),
            "name": format!("Halle {} · Presse {n}", n / 50),
            "status": {"connected": n.is_multiple_of(7), "timestamp": 1_600_000_000_000_u64 + n as u64},
        });
        let ca = pem(&self.ca.pem());
        match n % 5 {
            0 => {
                connection["url"] = json!(self.open.url());
                connection["credentials"] = json!({"username": "", "password": ""});
                connection["noMetricsMode"] = json!("true");
            }
            1 => {
                connection["url"] = json!(format!(" {} ", self.guarded.url()));
                connection["credentials"] =
                    json!({"username": "mmc", "password": secret("broker")});
                connection["status"]["error"] = json!({"code": "ECONNREFUSED", "errno": "-111"});
            }
            2 => {
                connection["url"] = json!(self.tls.url());
                connection["ca"] = json!({"data": ca["data"], "endoding": "base64"});
                connection["rejectUnauthorized"] = json!("true");
                connection["caFile"] = json!("/etc/mmc/ca.crt");
            }
            3 => {
                connection["url"] = json!(self.mutual.url());
                connection["ca"] = json!({"data": self.ca.pem()});
                (connection["cert"], connection["key"]) = client.clone();
                connection["supportsRestart"] = json!(false);
            }
            _ => {
                connection["url"] = json!(format!("mqtt://{}", self.down.address()));
                connection["websocketsUrl"] = json!("ws://elsewhere.example");
            }
        }
        if n.is_multiple_of(40) {
            // An old one, from before there were ids.
            connection.as_object_mut().expect("an object").remove("id");
        }
        connection
    }
}

#[tokio::test]
async fn a_plant_of_200_brokers_moves_in_by_one_command() {
    let plant = Plant::build().await;
    let haltere = Options::default().with_broken_brokers().start().await;
    let admin = haltere.admin().await;
    let client = plant.ca.client("haltere");
    let client = (pem(&client.cert_pem), pem(&client.key_pem));
    let connections: Vec<_> = (0..200).map(|n| plant.connection(n, &client)).collect();
    let config = json!({
        "connections": connections,
        "tools": {"streamsheets": {"instances": []}},
        "plugins": [{"id": "tls"}, {"name": "old"}],
        "loadMode": {"explicitPluginLoad": false}, "softMode": true, "parameters": {}, "themes": [],
    });
    let file = write(&haltere, "config.json", &config);

    let plan = haltere.cli(&["import", "mmc", text(&file), "--dry-run"], None).await;
    assert!(plan.status.success(), "{plan:?}");
    assert!(plan.stdout.contains("200 to import, 0 to skip, 0 refused"), "{}", plan.stdout);
    assert!(stored(&admin).await.is_empty());

    let done = haltere.cli(&["import", "mmc", text(&file)], None).await;
    assert!(done.status.success(), "{done:?}");
    let summary = done.stdout.lines().last();
    assert_eq!(summary, Some("200 imported, 0 skipped"), "{}", done.stdout);
    let named = "not taken over: tools, plugins, loadMode, softMode, parameters, themes";
    assert!(done.stdout.contains(named), "{}", done.stdout);

    // Four in five are up; the others say why not.
    eventually("the plant is up", async || {
        let list = admin.get("/api/connections?secrets=omit").await.json();
        let list = list.as_array().expect("an array");
        let up = list.iter().filter(|one| one["status"]["connected"] == true).count();
        let refused = |one: &&Value| one["status"]["error"]["code"] == "ECONNREFUSED";
        (list.len() == 200 && up == 160 && list.iter().filter(refused).count() == 40).then_some(())
    })
    .await;
    let again = haltere.cli(&["import", "mmc", text(&file)], None).await;
    assert!(again.stdout.ends_with("0 imported, 200 skipped\n"), "{}", again.stdout);

    let trail = trail(&haltere).await;
    let count =
        |action: &str| trail.iter().filter(|record| record.entry.action.as_str() == action).count();
    assert_eq!((count("connection.create"), count("connection.import")), (200, 1));
}

#[tokio::test]
async fn a_faulty_file_is_refused_by_name_and_changes_nothing() {
    let haltere = Haltere::start().await;
    let config = json!({"connections": [
        {"id": "a", "name": "A", "url": "mqtt://a.example"},
        {"id": "b", "name": "B", "url": "http://b.example", "colour": "red"},
        {"id": "c", "name": "A", "url": "mqtt://c.example"},
    ]});
    let file = write(&haltere, "config.json", &config);
    let refused = haltere.cli(&["import", "mmc", text(&file)], None).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let lines: Vec<_> = refused.stdout.lines().collect();
    assert!(lines[0].starts_with("refused  connections[1] \"B\": url: "), "{lines:#?}");
    assert!(lines[0].ends_with("colour: unknown property"), "{lines:#?}");
    assert_eq!(lines[1], "refused  connections[2] \"A\": name: is that of connections[0], too");
    assert!(refused.stderr.contains("nothing was imported"), "{refused:?}");
    assert!(stored(&haltere.admin().await).await.is_empty());

    let no_file = haltere.cli(&["import", "mmc", "missing.json"], None).await;
    assert!(no_file.stderr.contains("failed to read missing.json"), "{no_file:?}");
    let no_json = haltere.cli(&["import", "haltere", "-"], Some("nonsense")).await;
    assert!(no_json.stderr.contains("standard input: malformed JSON at line 1"), "{no_json:?}");
    let other = haltere.cli(&["import", "haltere", text(&file)], None).await;
    assert!(other.stderr.contains("is no export of haltere"), "{other:?}");
}

#[tokio::test]
async fn from_one_haltere_to_another() {
    let (one, mut other) = (Haltere::start().await, Haltere::start().await);
    let (broker, folder) = (Mosquitto::plain().await, tempfile::tempdir().expect("a folder"));
    let admin = one.admin().await;
    let mut body = json!({"id": "a/b", "name": "A", "url": broker.url()});
    body["credentials"] = json!({"username": "u", "password": secret("broker")});
    assert_eq!(admin.post("/api/connections", &body).await.status, 200);
    assert_eq!(admin.post("/api/connections/a%2Fb/disconnect", &json!({})).await.status, 200);

    let file = folder.path().join("all.json");
    let exported = one.cli(&["export", "--secrets", text(&file)], None).await;
    assert!(exported.status.success(), "{exported:?}");
    let mode = std::fs::metadata(&file).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "for this user only");
    let again = one.cli(&["export", text(&file)], None).await;
    assert!(again.stderr.contains("is already there; nothing was written"), "{again:?}");

    // Without a server the other one takes it, too.
    other.stop().await;
    let imported = other.cli(&["import", "haltere", text(&file)], None).await;
    assert!(imported.status.success(), "{imported:?}");
    other.restart().await;
    let list = other.admin().await.get("/api/connections").await.json();
    assert_eq!(
        (&list[0]["credentials"], &list[0]["status"]["state"]),
        (&body["credentials"], &json!("idle"))
    );

    let without = one.cli(&["export"], None).await;
    assert!(!without.stdout.contains(&secret("broker")), "{without:?}");
    let mmc = other.cli(&["import", "mmc", "-"], Some(&without.stdout)).await;
    assert!(mmc.stderr.contains("use `haltere import haltere -`"), "{mmc:?}");
    let actions: Vec<_> = trail(&one).await.into_iter().map(|record| record.entry).collect();
    let exports: Vec<_> =
        actions.iter().filter(|it| it.action.as_str() == "connection.export").collect();
    assert_eq!(exports.len(), 2);
    assert_eq!(exports[0].detail, "1 connections, with passwords and private keys");
}

#[tokio::test]
async fn where_secrets_are_write_only_the_command_line_does_not_give_them_out_either() {
    let haltere = Haltere::start().await;
    let mut command = haltere.command(&["export", "--secrets"]);
    command.env("HALTERE_CONNECTIONS_SECRETS", "write-only").stderr(std::process::Stdio::piped());
    let output = command.output().await.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("write-only"), "{said}");
}

/// Enough that storing them takes a while.
const MANY: usize = 600;
const ROUNDS: usize = 8;

/// Connections that are not dialled.
fn many(round: usize) -> Value {
    let ca = pem(&Ca::new("plant").pem());
    let connection = |n: usize| {
        json!({"id": format!("{round}-{n}"), "name": format!("{round} {n}"), "url": "mqtts://b.example",
            "ca": ca, "disconnected": true,
            "credentials": {"username": "u", "password": secret("broker")}})
    };
    let connections: Vec<_> = (0..MANY).map(connection).collect();
    json!({"format": "haltere-connections", "formatVersion": 1, "connections": connections})
}

/// How many of a round are stored: all or none.
async fn of_round(client: &Client, round: usize) -> usize {
    let prefix = format!("{round}-");
    let count = stored(client).await.iter().filter(|id| id.starts_with(&prefix)).count();
    assert!(count == 0 || count == MANY, "round {round}: {count} of {MANY} are stored");
    count
}

#[tokio::test]
async fn an_import_that_is_killed_has_moved_in_all_or_nothing() {
    let mut haltere = Haltere::start().await;
    let mut outcomes = [0, 0];
    for round in 0..ROUNDS {
        let file = many(round);
        let admin = haltere.admin().await;
        // Later and later, over all that an import goes through.
        let delay = Duration::from_millis(60 * round as u64);
        let answered = if round.is_multiple_of(2) {
            let request = admin.request(Method::POST, PATH).json(&file);
            let (answer, ()) = tokio::join!(admin.try_send(request, PATH), async {
                tokio::time::sleep(delay).await;
                haltere.kill().await;
            });
            haltere.restart().await;
            answer.is_ok_and(|answer| answer.status == 200)
        } else {
            let path = write(&haltere, "many.json", &file);
            let mut child =
                haltere.command(&["import", "haltere", text(&path)]).spawn().expect("it starts");
            tokio::time::sleep(delay).await;
            // It may have ended by itself.
            let _ = child.start_kill();
            child.wait().await.expect("it ends").success()
        };
        let admin = haltere.admin().await;
        if answered {
            eventually("the server has noticed", async || {
                (of_round(&admin, round).await == MANY).then_some(())
            })
            .await;
        }
        outcomes[usize::from(of_round(&admin, round).await == MANY)] += 1;
    }
    // What the killed ones have left: each connection of a round that is stored is on record, and no other.
    haltere.stop().await;
    haltere.restart().await;
    let mut expected = stored(&haltere.admin().await).await;
    let trail = trail(&haltere).await.into_iter().map(|record| record.entry);
    let created = trail.filter(|entry| entry.action.as_str() == "connection.create");
    let mut created: Vec<_> = created.map(|entry| entry.object).collect();
    expected.sort();
    created.sort();
    assert_eq!(created, expected);
    assert!(outcomes[0] > 0, "no import was interrupted: {outcomes:?}");
}

#[test]
fn an_export_that_does_not_fit_leaves_nothing_behind() {
    netns::run(async {
        let mut haltere = Options::default().with_broken_brokers().start().await;
        let admin = haltere.admin().await;
        for n in 0..20 {
            let mut body =
                json!({"id": format!("{n}"), "name": format!("{n}"), "url": "mqtt://127.0.0.1:1"});
            body["credentials"] = json!({"username": "u".repeat(16_000)});
            admin.post("/api/connections", &body).await.expect_status(202);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::in_memory(folder.path(), 128);
        let file = folder.path().join("export.json");
        let full = haltere.cli(&["export", text(&file)], None).await;
        assert!(!full.status.success() && full.stderr.contains("space"), "{full:?}");
        assert_eq!(e2e::haltere::listing(folder.path()), Vec::<String>::new());

        // An existing file stays, and nothing else is left in the folder.
        std::fs::write(&file, "mine").expect("it fits");
        let there = haltere.cli(&["export", text(&file)], None).await;
        assert!(!there.status.success() && there.stderr.contains("already there"), "{there:?}");
        assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "mine");
        assert_eq!(e2e::haltere::listing(folder.path()), ["export.json"]);
        disk.unmount();
        let elsewhere = folder.path().join("export.json");
        let fits = haltere.cli(&["export", text(&elsewhere)], None).await;
        assert!(fits.status.success(), "{fits:?}");
        assert_eq!(e2e::haltere::listing(folder.path()), ["export.json"]);
        haltere.stop().await;
    });
}
