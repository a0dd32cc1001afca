//! The disk is full, fails, or has become read-only: changes are refused at once and with a reason,
//! everything else goes on, and so do changes once the disk is well again.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::{Answer, Client, Event, EventStream, Haltere, Options, eventually, secret};
use haltere_testkit::{Disk, Mosquitto, netns};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::database::Database;
use crate::support::{connection, find, until_connected, until_failed};

/// Less than the ten seconds for which a store waits for a lock: a refusal must not wait.
const AT_ONCE: Duration = Duration::from_secs(8);

#[test]
fn a_full_disk() {
    netns::run(async {
        let folder = folder();
        let disk = Disk::in_memory(folder.path(), 8 << 10);
        let mut story = Story::begin(&folder, "the disk is full").await;
        disk.fill();
        story.changes_are_refused_and_reads_go_on().await;
        disk.free();
        story.changes_go_on().await;
        story.everything_acknowledged_is_there().await;
    });
}

/// A limit on file sizes makes every write fail in the kernel: an I/O error on an intact disk.
#[test]
fn a_failing_disk() {
    netns::run(async {
        let folder = folder();
        let mut story = Story::begin(&folder, "the disk fails").await;
        story.limit_file_size("0");
        story.changes_are_refused_and_reads_go_on().await;
        story.limit_file_size("unlimited");
        story.changes_go_on().await;
        story.everything_acknowledged_is_there().await;
    });
}

/// What the kernel does to an ext4 after an error. Only mounting it again helps, which requires that no
/// process has files open on it.
#[test]
fn a_disk_that_has_become_read_only() {
    netns::run(async {
        let (around, folder) = (folder(), folder());
        let image = around.path().join("image");
        let test = "disk::a_disk_that_has_become_read_only";
        let Some(disk) = Disk::ext4(&image, folder.path(), test) else { return };
        let mut story = Story::begin(&folder, "the disk fails").await;
        disk.abort();
        story.write_until_refused().await;
        // The open file fails; opening it again says why.
        story.trouble = "the database is read-only";
        story.changes_are_refused_and_reads_go_on().await;
        story.haltere.kill().await;
        disk.unmount();
        let _disk = Disk::mount_again(&image, folder.path());
        story.everything_acknowledged_is_there().await;
    });
}

#[test]
fn a_start_on_a_disk_that_takes_nothing_says_so() {
    netns::run(async {
        let folder = folder();
        let disk = Disk::in_memory(folder.path(), 8 << 10);
        Options::default().data_dir(&folder).start().await.stop().await;
        disk.fill();
        let (status, said) = Options::default().data_dir(&folder).start_refused().await;
        assert!(!status.success() && said.contains("space"), "{said}");
        disk.free();
        disk.make_read_only();
        let (status, said) = Options::default().data_dir(&folder).start_refused().await;
        assert!(!status.success() && said.to_lowercase().contains("read-only"), "{said}");
    });
}

fn folder() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().expect("a folder can be made"))
}

/// A haltere with two brokers, before, while and after its disk takes nothing.
struct Story {
    haltere: Haltere,
    admin: Client,
    broker: Mosquitto,
    events: EventStream,
    /// What is said of the trouble.
    trouble: &'static str,
    /// The ids of all connections whose creation was acknowledged.
    acknowledged: Vec<String>,
    session: Client,
}

impl Story {
    async fn begin(folder: &Arc<TempDir>, trouble: &'static str) -> Self {
        let broker = Mosquitto::plain().await;
        let options = Options::default().data_dir(folder).with_broken_brokers();
        let haltere = options.expect_complaint("nothing can be stored").start().await;
        let admin = haltere.admin().await;
        let mut body = connection("secretive", &broker.url());
        body["credentials"] = json!({ "username": "u", "password": secret("broker") });
        admin.post("/api/connections", &body).await.expect_status(200);
        // Once on record, reads of the same are only counted for a while; not when nothing can be counted on.
        for _ in 0..3 {
            for path in ["/api/connections", "/api/connections/secretive"] {
                admin.get(path).await.expect_status(200);
            }
        }
        let (events, session) = (admin.events(None).await, haltere.admin().await);
        let acknowledged = vec!["secretive".to_owned()];
        Self { haltere, admin, broker, events, trouble, acknowledged, session }
    }

    async fn changes_are_refused_and_reads_go_on(&mut self) {
        self.write_until_refused().await;
        self.every_change_is_refused().await;
        self.reads_go_on().await;
        self.live_status_goes_on().await;
        self.it_is_logged_once().await;
    }

    /// What is left of the log of the database takes a few writes more.
    async fn write_until_refused(&mut self) {
        for number in 0.. {
            let id = format!("last-{number}");
            let body = connection(&id, "mqtt://127.0.0.1:1");
            let answer = at_once(self.admin.post("/api/connections", &body)).await;
            if answer.status >= 500 {
                self.is_refusal(&answer);
                return;
            }
            self.acknowledged.push(id);
            assert!(number < 1000, "the disk takes everything");
        }
    }

    async fn every_change_is_refused(&self) {
        let path = "/api/connections/secretive";
        let calls = [
            (Method::POST, "/api/connections", connection("new", "mqtt://127.0.0.1:1")),
            (Method::PUT, path, connection("secretive", "mqtt://127.0.0.1:1")),
            (Method::PATCH, path, json!({ "name": "another" })),
            (Method::POST, "/api/connections/secretive/disconnect", Value::Null),
            (Method::DELETE, path, Value::Null),
            (Method::PUT, "/api/plugins/tls", json!({ "enabled": false })),
            (Method::POST, "/api/connection-test", connection("t", "mqtt://127.0.0.1:1")),
            (Method::POST, "/auth?json=1", credentials()),
            (Method::GET, "/logout", Value::Null),
        ];
        for (method, path, body) in calls {
            let client = if path == "/logout" { &self.session } else { &self.admin };
            let mut request = client.request(method.clone(), path);
            if body != Value::Null {
                request = request.json(&body);
            }
            let answer = at_once(client.send(request, path)).await;
            assert_eq!(answer.status, 500, "{method} {path}: {}", answer.text());
            self.is_refusal(&answer);
        }
        self.a_streamed_import_says_why().await;
        // A session that could not be ended has not ended.
        self.session.get("/api/profile").await.expect_status(200);
    }

    /// Its status is sent before anything is tried.
    async fn a_streamed_import_says_why(&self) {
        let file = json!([connection("moved-in", "mqtt://127.0.0.1:1")]);
        let mut stream = self.admin.import_stream(&file).await;
        let error = stream.until("the end", |event| event.kind == "error").await.json();
        assert_eq!(error["code"], "NOT_ALLOWED");
        assert_eq!(error["message"], "An internal server error occurred");
        assert!(error["reason"].as_str().is_some_and(|it| it.contains(self.trouble)), "{error}");
    }

    async fn reads_go_on(&self) {
        let list = self.admin.get("/api/connections?secrets=omit").await.expect_status(200).json();
        let secretive = find(&list, "secretive").expect("it was not deleted");
        assert_eq!(secretive["name"], "Broker secretive");
        assert_eq!(list.as_array().map(Vec::len), Some(self.acknowledged.len()));
        for path in ["/api/connections/secretive?secrets=omit", "/api/profile", "/api/plugins", "/"]
        {
            at_once(self.admin.get(path)).await.expect_status(200);
        }
        // Secrets are not returned while the audit trail can't record it.
        for path in ["/api/connections", "/api/connections/secretive"] {
            let answer = at_once(self.admin.get(path)).await.expect_status(500);
            self.is_refusal(&answer);
            assert!(!e2e::secrets::contains_mark(&answer.body), "{path} gives secrets away");
        }
    }

    async fn live_status_goes_on(&mut self) {
        self.broker.kill();
        until_failed(&self.admin, "secretive").await;
        let lost = |event: &Event| event.data.contains("ECONN");
        self.events.until("the loss of the broker", lost).await;
        self.broker.start_again().await;
        until_connected(&self.admin, "secretive").await;
    }

    async fn it_is_logged_once(&self) {
        let ready = self.haltere.anonymous().get("/readyz").await.expect_status(503).json();
        assert_eq!(ready["reasons"], json!([self.trouble]));
        self.haltere.anonymous().get("/healthz").await.expect_status(200);
        assert_eq!(self.logged(self.trouble), 1, "{}", self.haltere.log().text());
    }

    async fn changes_go_on(&mut self) {
        eventually("haltere is ready again", async || {
            (self.haltere.anonymous().get("/readyz").await.status == 200).then_some(())
        })
        .await;
        let body = connection("after", "mqtt://127.0.0.1:1");
        self.admin.post("/api/connections", &body).await.expect_status(202);
        self.acknowledged.push("after".to_owned());
        self.admin.get("/api/connections").await.expect_status(200);
        self.haltere.admin().await;
        assert_eq!(self.logged(self.trouble), 1);
        assert_eq!(self.logged("can be stored again"), 1);
        self.haltere.kill().await;
    }

    /// To be checked after haltere has ended.
    async fn everything_acknowledged_is_there(&mut self) {
        self.haltere.restart().await;
        let mut database = Database::of(&self.haltere).await;
        assert_eq!(database.integrity().await, "ok");
        assert_eq!(database.connections().await, self.acknowledged);
        let admin = self.admin.at(&self.haltere.base());
        let list = admin.get("/api/connections").await.expect_status(200).json();
        let secretive = find(&list, "secretive").expect("it is there");
        assert_eq!(secretive["credentials"]["password"], secret("broker"));
        self.haltere.stop().await;
    }

    fn is_refusal(&self, answer: &Answer) {
        let (code, message) = answer.error();
        assert!(matches!(&*code, "NOT_ALLOWED" | "INTERNAL_ERROR"), "{code}");
        assert_eq!(message, "An internal server error occurred");
        let reason = answer.json()["reason"].as_str().unwrap_or_default().to_owned();
        assert!(reason.contains(self.trouble), "{}", answer.text());
    }

    fn logged(&self, text: &str) -> usize {
        self.haltere.log().lines().iter().filter(|line| line.contains(text)).count()
    }

    fn limit_file_size(&self, bytes: &str) {
        let pid = self.haltere.pid().to_string();
        let soft = format!("--fsize={bytes}:");
        let status = Command::new("prlimit").args(["--pid", &pid, &soft]).status();
        assert!(status.expect("prlimit can be run").success());
    }
}

fn credentials() -> Value {
    json!({ "username": "admin", "password": e2e::haltere::admin_password() })
}

async fn at_once(answer: impl Future<Output = Answer>) -> Answer {
    let since = Instant::now();
    let answer = answer.await;
    assert!(since.elapsed() < AT_ONCE, "took {:?}: {}", since.elapsed(), answer.text());
    answer
}
