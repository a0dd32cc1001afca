//! One whole run, with something recognisable in every field that is secret, and then a search for it in
//! everything the run has left behind, in every form.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use e2e::{Answer, Client, Haltere, Options, secret, secrets};
use haltere_testkit::{Ca, Listener, Mosquitto};
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::audit::trail;
use crate::support::{connection, pem, until_connected};

const LIST: &str = "/api/connections";
const IMPORT: &str = "/api/connection-import";
const TEST: &str = "/api/connection-test";

/// How much of the beginning of each form is looked up; none is shorter.
const BEGINNING: usize = 6;

/// What must not turn up.
#[derive(Default)]
struct Canaries {
    /// Name and form.
    forms: Vec<(String, Vec<u8>)>,
    by_beginning: HashMap<[u8; BEGINNING], Vec<usize>>,
}

impl Canaries {
    fn add(&mut self, name: &str, secret: &[u8]) {
        for form in secrets::forms(secret) {
            let beginning = form[..BEGINNING].try_into().expect("six bytes");
            self.by_beginning.entry(beginning).or_default().push(self.forms.len());
            self.forms.push((name.to_owned(), form));
        }
    }

    /// An encoded text: the text and the bytes.
    fn add_encoded(&mut self, name: &str, text: &str, encoding: &impl base64::Engine) {
        self.add(name, text.as_bytes());
        self.add(name, &encoding.decode(text).expect("base64"));
    }

    /// The names of those in `place`, each with its surroundings.
    fn hits(&self, place: &[u8]) -> Vec<String> {
        let mut hits = Vec::new();
        for (at, beginning) in place.windows(BEGINNING).enumerate() {
            let beginning: [u8; BEGINNING] = beginning.try_into().expect("six bytes");
            for &index in self.by_beginning.get(&beginning).into_iter().flatten() {
                let (name, form) = &self.forms[index];
                if place[at..].starts_with(form) {
                    let around = &place[at.saturating_sub(60)..place.len().min(at + 60)];
                    hits.push(format!("{name}: …{}…", String::from_utf8_lossy(around)));
                }
            }
        }
        hits
    }

    fn not_in(&self, what: &str, place: &[u8]) {
        assert_eq!(self.hits(place), Vec::<String>::new(), "{what}");
    }

    fn not_in_answer(&self, what: &str, answer: &Answer) {
        self.not_in(what, &answer.body);
        self.not_in(what, format!("{:?}", answer.headers).as_bytes());
    }

    fn not_in_folder(&self, folder: &Path, except: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                self.not_in_folder(&path, except);
            } else if path != except {
                let content = std::fs::read(&path).expect("a file");
                self.not_in(&path.display().to_string(), &content);
            }
        }
    }
}

/// Logs in; the client, and the token in its cookie.
async fn log_in(haltere: &Haltere, name: &str, password: &str) -> (Client, String) {
    let client = haltere.anonymous();
    let answer = client.try_login(name, password).await.expect_status(200);
    let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default();
    let (_, token) = cookie.split_once('=').expect("a cookie");
    (client, token.to_owned())
}

/// Asks for a stream that ends by itself, and reads all of it.
async fn whole_stream(client: &Client, target: &str, body: &Value) -> Vec<u8> {
    let request = client.request(Method::POST, target).header(ACCEPT, "text/event-stream");
    let response = request.json(body).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{target}");
    response.bytes().await.expect("a stream that ends").to_vec()
}

/// The run.
struct Run {
    haltere: Haltere,
    broker: Mosquitto,
    admin: Client,
    viewer: Client,
    canaries: Canaries,
    /// Files that were given to haltere, or that it wrote because it was asked for secrets.
    outside: tempfile::TempDir,
    /// A connection with all that can be secret.
    body: Value,
}

impl Run {
    async fn begin() -> Self {
        let outside = tempfile::tempdir().expect("a folder");
        let password = outside.path().join("password");
        std::fs::write(&password, secret("admin")).expect("a file");
        let ca = Ca::new("factory");
        let identity = ca.client("haltere");
        let listener = Listener::tls(&ca.server(&["127.0.0.1"])).require_certificate(&ca.pem());
        let broker = Mosquitto::builder()
            .listener(listener)
            .user("haltere", &secret("broker"))
            .start()
            .await;
        let haltere = Options::default()
            .with_broken_brokers()
            .without_admin()
            .env("HALTERE_ADMIN_PASSWORD_FILE", password.to_str().expect("UTF-8"))
            .env("HALTERE_LOG_LEVEL", "trace")
            .start()
            .await;
        let (admin, token) = log_in(&haltere, "admin", &secret("admin")).await;
        let viewer = haltere.user("vera", &["viewer"]).await;

        let mut canaries = Canaries::default();
        canaries.add("a password", secrets::MARK.as_bytes());
        canaries.add_encoded("a session", &token, &BASE64_URL_SAFE_NO_PAD);
        let key: Vec<_> = identity.key_pem.lines().filter(|it| !it.starts_with('-')).collect();
        // A line in the middle of it: the first one is the same in all keys.
        canaries.add_encoded("a private key", key[key.len() / 2], &BASE64_STANDARD);
        canaries.add("a private key", b"PRIVATE KEY");
        let master = std::fs::read(haltere.data().join("master.key")).expect("a master key");
        canaries.add("the master key", master.trim_ascii());
        if let Ok(bytes) = BASE64_STANDARD.decode(master.trim_ascii()) {
            canaries.add("the master key", &bytes);
        }

        let mut body = connection("c", &broker.url());
        body["ca"] = pem(&ca.pem());
        body["cert"] = pem(&identity.cert_pem);
        body["key"] = pem(&identity.key_pem);
        body["credentials"] = json!({ "username": "haltere", "password": secret("broker") });
        Self { haltere, broker, admin, viewer, canaries, outside, body }
    }

    fn with_password(&self, id: &str, password: &Value) -> Value {
        let mut body = self.body.clone();
        (body["id"], body["name"]) = (json!(id), json!(format!("Broker {id}")));
        body["credentials"]["password"] = password.clone();
        body
    }

    /// A request that is refused, whose refusal quotes nothing.
    async fn refused(&self, client: &Client, method: Method, target: &str, body: String) {
        let answer = client.send_raw(method.clone(), target, body).await;
        let what = format!("{method} {target}: {}", answer.text());
        assert!((400..500).contains(&answer.status), "{what}");
        self.canaries.not_in_answer(&what, &answer);
    }

    async fn people(&self) {
        let anonymous = self.haltere.anonymous();
        for name in ["admin", "unknown"] {
            let answer = anonymous.try_login(name, &secret("guess")).await.expect_status(401);
            self.canaries.not_in_answer("a failed login", &answer);
            let form = [("username", name), ("password", &secret("guess"))];
            let request = anonymous.request(Method::POST, "/auth").form(&form);
            let answer = anonymous.send(request, "/auth").await.expect_status(302);
            self.canaries.not_in_answer("a failed login of a browser", &answer);
        }
        let torn = format!("{{\"username\": \"admin\", \"password\": \"{}", secret("torn"));
        self.refused(&anonymous, Method::POST, "/auth?json=1", torn).await;
        let wrong = json!({ "oldPassword": secret("wrong"), "password": secret("new") });
        self.refused(&self.viewer, Method::PUT, "/api/profile", wrong.to_string()).await;
        let short = json!({ "oldPassword": secret("vera"), "password": ["canary"] });
        self.refused(&self.viewer, Method::PUT, "/api/profile", short.to_string()).await;
        let right = json!({ "oldPassword": secret("vera"), "password": secret("new") });
        let changed = self.viewer.put("/api/profile", &right).await.expect_status(200);
        self.canaries.not_in_answer("a changed password", &changed);
        let token_in_url = format!("{LIST}?token={}", secret("token"));
        self.refused(&self.admin, Method::GET, &token_in_url, String::new()).await;
    }

    async fn connections(&self) {
        let Self { admin, viewer, canaries, .. } = self;
        let mut events = [admin.events(None).await, viewer.events(None).await];
        let wrong = self.with_password("c", &json!(secret("wrong")));
        admin.post(LIST, &wrong).await.expect_status(202);
        admin.put(&format!("{LIST}/c"), &wrong).await;
        let patch = json!({ "credentials": self.body["credentials"] });
        admin.patch(&format!("{LIST}/c"), &patch).await;
        until_connected(admin, "c").await;

        let mut places = vec![
            self.with_password("d", &json!([secret("array")])),
            self.with_password("d", &json!({ "secret": secret("object") })),
            self.with_password("d", &json!(secret("long").repeat(20_000))),
        ];
        for field in ["id", "name", "url", "ca", "cert", "key", "credentials", "noMetricsMode"] {
            let mut body = self.body.clone();
            body[field] = json!({ "data": secret("misplaced"), "encoding": "base64" });
            places.push(body);
        }
        let mut broken = self.with_password("d", &json!(secret("e")));
        broken["key"] = pem(&format!("{}{}", secret("key"), self.body["key"]));
        places.push(broken);
        for body in &places {
            self.refused(admin, Method::POST, LIST, body.to_string()).await;
            self.refused(admin, Method::PATCH, "/api/connections/c", body.to_string()).await;
            self.refused(admin, Method::POST, TEST, body.to_string()).await;
            self.refused(viewer, Method::POST, LIST, body.to_string()).await;
        }
        let torn = self.body.to_string();
        self.refused(admin, Method::POST, LIST, torn[..torn.len() - 1].to_owned()).await;

        for body in [&self.body, &wrong] {
            let answer = admin.post(TEST, body).await.expect_status(200);
            canaries.not_in_answer("a test", &answer);
            let stream = whole_stream(admin, TEST, body).await;
            canaries.not_in("a test that is streamed", &stream);
        }
        for target in [LIST, "/api/connections/c", "/api/connections/c/history"] {
            let answer = viewer.get(target).await.expect_status(200);
            canaries.not_in_answer(target, &answer);
        }
        let answer = admin.get("/api/connections?secrets=omit").await.expect_status(200);
        canaries.not_in_answer("what was asked for without secrets", &answer);
        let shown = admin.get(LIST).await.expect_status(200);
        assert!(
            !canaries.hits(&shown.body).is_empty(),
            "the contract shows administrators secrets"
        );

        admin.post("/api/connections/c/disconnect", &json!({})).await.expect_status(200);
        for stream in &mut events {
            stream.until("the end", |event| event.data.contains("\"idle\"")).await;
            let seen = format!("{:?}", stream.seen());
            canaries.not_in("events", seen.as_bytes());
        }
        admin.post("/api/connections/c/connect", &json!({})).await.expect_status(200);
    }

    async fn moving(&self) {
        let Self { admin, canaries, .. } = self;
        let answer = admin.get("/api/connection-export").await.expect_status(200);
        canaries.not_in_answer("an export", &answer);
        let with = admin.get("/api/connection-export?secrets=include").await.expect_status(200);
        assert!(!canaries.hits(&with.body).is_empty(), "asked for, an export holds secrets");
        let again = admin.post(IMPORT, &with.json()).await.expect_status(200);
        canaries.not_in_answer("an import that is skipped", &again);

        let good = self.with_password("imported", &json!(secret("import")));
        for bad in [
            self.with_password("bad", &json!([secret("import")])),
            json!({ "name": "x", "url": "mqtt://h", "key": { "data": secret("import") } }),
            json!({ "name": "x", "url": format!("mqtt://u:/{}@h", secret("url")) }),
            json!(secret("import")),
        ] {
            let file = json!({ "connections": [&good, bad] });
            self.refused(admin, Method::POST, IMPORT, file.to_string()).await;
            let stream = whole_stream(admin, IMPORT, &file).await;
            canaries.not_in("an import that is refused", &stream);
        }
        let torn = format!("{{\"connections\": [{{\"password\": \"{}", secret("torn"));
        self.refused(admin, Method::POST, IMPORT, torn).await;
        let file = json!({ "connections": [good], "tools": { "password": secret("tools") } });
        let stream = whole_stream(admin, IMPORT, &file).await;
        canaries.not_in("an import", &stream);
        until_connected(admin, "c").await;
    }

    /// A file next to the run.
    fn outside(&self, name: &str) -> PathBuf {
        self.outside.path().join(name)
    }

    async fn command_line(&self) {
        let url = self.broker.url();
        let import = self.with_password("by-hand", &json!(secret("import"))).to_string();
        let import = format!("{{\"connections\": [{import}]}}");
        let broken = format!("{{\"connections\": [{{\"password\": \"{}\"}}]}}", secret("import"));
        let path = |name: &str| self.outside(name).to_str().expect("UTF-8").to_owned();
        let (with, backup) = (path("with-secrets.json"), path("backup"));
        let test = ["test", &url, "--username", "haltere", "--password-stdin", "--insecure"];
        let commands: [(&[&str], String); 9] = [
            (&["users", "add", "nina", "--role", "viewer", "--password-stdin"], secret("nina")),
            (&["users", "passwd", "nina", "--password-stdin"], secret("nina-new")),
            (&["users", "list"], String::new()),
            (&["import", "mmc", "-"], import),
            (&["import", "mmc", "-"], broken),
            (&["export"], String::new()),
            (&["export", "--secrets", &with], String::new()),
            (&["backup", &backup], String::new()),
            (&["secrets", "verify"], String::new()),
        ];
        for (arguments, stdin) in &commands {
            let output = self.haltere.cli(arguments, Some(stdin)).await;
            let said = format!("{}\n{}", output.stdout, output.stderr);
            self.canaries.not_in(&arguments.join(" "), said.as_bytes());
        }
        let output =
            e2e::haltere::cli_in(self.outside.path(), &test, Some(&secret("broker"))).await;
        let said = format!("{}\n{}", output.stdout, output.stderr);
        assert!(said.contains("tcp") || said.contains("tls"), "{said}");
        self.canaries.not_in("haltere test", said.as_bytes());
        let written = std::fs::read(with).expect("the export");
        assert!(!self.canaries.hits(&written).is_empty(), "asked for, an export holds secrets");
        let backup = std::fs::read(backup).expect("the backup");
        assert!(backup.len() > 10_000, "it holds all of it");
        self.canaries.not_in("a backup", &backup);
    }

    /// What other users of the machine can see of the process, and of the processes it has started.
    fn surroundings(&self) {
        let process = self.haltere.process();
        for file in ["cmdline", "environ"] {
            let content = std::fs::read(process.join(file)).expect("it runs");
            assert!(!content.is_empty());
            self.canaries.not_in(file, &content);
        }
        for task in std::fs::read_dir(process.join("task")).expect("it runs") {
            let children = task.expect("a thread").path().join("children");
            // A thread may have ended meanwhile.
            let Ok(children) = std::fs::read_to_string(&children) else { continue };
            assert_eq!(children, "", "haltere starts no other program");
        }
    }

    async fn left_behind(&self) {
        let master = self.haltere.data().join("master.key");
        self.canaries.not_in_folder(&self.haltere.data(), &master);
        for record in trail(&self.haltere).await {
            let text = format!("{record:?}");
            self.canaries.not_in("the audit trail", text.as_bytes());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_run_leaves_no_secret_anywhere() {
    let mut run = Run::begin().await;
    run.connections().await;
    run.moving().await;
    run.command_line().await;
    run.people().await;
    run.surroundings();
    run.left_behind().await;

    run.haltere.kill().await;
    let mut log = run.haltere.log().text();
    run.left_behind().await;
    run.haltere.restart().await;
    let (admin, token) = log_in(&run.haltere, "admin", &secret("admin")).await;
    run.canaries.add_encoded("a session", &token, &BASE64_URL_SAFE_NO_PAD);
    until_connected(&admin, "c").await;
    admin.get("/logout").await.expect_status(302);
    let stale = run.haltere.anonymous();
    let cookie = format!("haltere.sid={token}");
    let request = stale.request(Method::GET, LIST).header("Cookie", cookie);
    let answer = stale.send(request, LIST).await.expect_status(401);
    run.canaries.not_in_answer("a stale session", &answer);
    run.surroundings();
    run.haltere.stop().await;
    run.left_behind().await;

    log.push_str(&run.haltere.log().text());
    let n_requests = log.matches("\"message\":\"answered\"").count();
    assert!(
        n_requests > 50,
        "the log level is the finest, and only {n_requests} requests were logged"
    );
    run.canaries.not_in("the log", log.as_bytes());
}

#[test]
fn what_is_there_is_found() {
    let mut canaries = Canaries::default();
    canaries.add("a password", secrets::MARK.as_bytes());
    for form in secrets::forms(b"a canary in a cage") {
        let hidden = [b"...".as_slice(), &form, b"..."].concat();
        assert!(!canaries.hits(&hidden).is_empty(), "{}", String::from_utf8_lossy(&form));
    }
    assert_eq!(canaries.hits(b"a sparrow in a cage"), Vec::<String>::new());
}
