//! The container image, made from the static binary under test: unpacked, and run in a root folder with
//! nothing else in it, as an engine would.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use e2e::haltere::cli;
use e2e::log::Log;
use e2e::{Client, Options, admin_password, eventually, secret, static_binary};
use haltere_testkit::certs::Ca;
use haltere_testkit::{Listener, Mosquitto};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;

use crate::support::{connection, pem, until_connected, until_failed};

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{said}");
    output
}

/// The archive, of a binary without what only a debugger needs.
fn image(folder: &Path) -> PathBuf {
    let stripped = folder.join("haltere");
    run(Command::new("strip").arg("-o").arg(&stripped).arg(static_binary()));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/image");
    let output = run(Command::new(script).arg(&stripped).arg(folder));
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}

/// What another program, which engines are built on, makes of the archive.
fn copy(archive: &Path, transport: &str, to: &Path) {
    let source = format!("{transport}:{}", archive.display());
    let target = format!("dir:{}", to.display());
    run(Command::new("skopeo").args(["copy", "--insecure-policy", "--quiet", &source, &target]));
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON")
}

/// An unpacked image.
struct Unpacked {
    root: TempDir,
    config: Value,
}

impl Unpacked {
    fn of(archive: &Path) -> Self {
        let (copied, root) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        copy(archive, "oci-archive", copied.path());
        // As engines make it; its user has to get through.
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).expect("ours");
        let manifest = read_json(&copied.path().join("manifest.json"));
        let blob = |descriptor: &Value| {
            let digest = descriptor["digest"].as_str().expect("a digest");
            copied.path().join(digest.trim_start_matches("sha256:"))
        };
        let config = read_json(&blob(&manifest["config"]))["config"].clone();
        for layer in manifest["layers"].as_array().expect("layers") {
            let mut tar = Command::new("tar");
            let tar = tar.args(["--extract", "--same-owner", "--same-permissions", "--file"]);
            run(tar.arg(blob(layer)).arg("--directory").arg(root.path()));
        }
        Self { root, config }
    }

    /// The program of the image, as its user, with its environment and nothing else.
    fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut command = Command::new("/usr/sbin/chroot");
        command.arg(format!("--userspec={}", text(&self.config["User"]))).arg(self.root.path());
        command.arg(text(&self.config["Entrypoint"][0])).args(arguments).env_clear();
        for pair in self.config["Env"].as_array().expect("variables") {
            let pair = text(pair);
            let (name, value) = pair.split_once('=').expect("NAME=VALUE");
            command.env(name, value);
        }
        command.envs(environment.iter().copied());
        command
    }
}

/// Another root folder and another user take what root may do; elsewhere the test is skipped, and says
/// so, unless `TESTS_REQUIRE_NETNS` forbids it.
fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        assert!(std::env::var_os("TESTS_REQUIRE_NETNS").is_none(), "needs root");
        let _ = writeln!(std::io::stderr(), "SKIPPED image: running it takes root");
    }
    is_root
}

/// A started server, killed when dropped.
struct Container {
    child: Child,
    log: Log,
    base: String,
}

impl Container {
    async fn start(unpacked: &Unpacked, environment: &[(&str, &str)]) -> Self {
        let mut all = vec![("HALTERE_LISTEN", "127.0.0.1:0"), ("HALTERE_LOG_FORMAT", "json")];
        all.extend(environment);
        let mut command = tokio::process::Command::from(unpacked.command(&["serve"], &all));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().expect("it can be started");
        let log = Log::default();
        log.collect(child.stdout.take().expect("a pipe"));
        log.collect(child.stderr.take().expect("a pipe"));
        let line = log.until("haltere is listening on http://").await;
        let base = line.trim_start_matches("haltere is listening on ").to_owned();
        Self { child, log, base }
    }

    /// Stops it as an engine does, and looks at how it ended.
    async fn stop(mut self) {
        let pid = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(pid.expect("it runs"), Signal::TERM).expect("it can be signalled");
        let status = self.child.wait().await.expect("it ends");
        assert!(status.success(), "{status}\n{}", self.log.text());
    }
}

#[test]
fn the_same_binary_makes_the_same_image_and_engines_read_it() {
    let folders = [TempDir::new().expect("a folder"), TempDir::new().expect("a folder")];
    let archives = folders.each_ref().map(|folder| image(folder.path()));
    let [one, other] = archives.each_ref().map(|file| fs::read(file).expect("an archive"));
    assert!(one == other, "two images of one binary differ");
    for transport in ["oci-archive", "docker-archive"] {
        let copied = TempDir::new().expect("a folder");
        copy(&archives[0], transport, copied.path());
        assert!(copied.path().join("manifest.json").exists(), "{transport}");
    }
}

#[tokio::test]
async fn it_runs_with_nothing_else_and_keeps_a_link_over_tls() {
    if !is_root() {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let unpacked = Unpacked::of(&image(folder.path()));
    let ca = Ca::new("factory");
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&ca.server(&["127.0.0.1"])))
        .user("haltere", &secret("broker"))
        .start()
        .await;

    let password = admin_password();
    let container =
        Container::start(&unpacked, &[("HALTERE_ADMIN_PASSWORD", password.as_str())]).await;
    let address = container.base.trim_start_matches("http://").to_owned();
    let health = |arguments: &[&str]| {
        let listen = [("HALTERE_LISTEN", address.as_str())];
        unpacked.command(&[&["health"], arguments].concat(), &listen).output().expect("started")
    };
    let ready = health(&[]);
    assert!(ready.status.success(), "{ready:?}");
    assert_eq!(String::from_utf8_lossy(&ready.stdout), "ready\n");
    assert!(health(&["--alive"]).status.success());

    let admin = Client::anonymous(&container.base);
    admin.login("admin", &password).await;
    let mut body = connection("tls", &broker.url());
    body["credentials"] = json!({ "username": "haltere", "password": secret("broker") });
    // There are no roots in the image; those in the binary do not know this authority.
    admin.post("/api/connections", &body).await.expect_status(202);
    let code = until_failed(&admin, "tls").await;
    assert_eq!(code, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    container.log.until("using Mozilla's").await;
    body["ca"] = pem(&ca.pem());
    admin.post("/api/connections", &body).await.expect_status(200);
    until_connected(&admin, "tls").await;

    // The compose file sets it up, with one command while the server runs.
    let plain = Mosquitto::plain().await;
    let variables = [
        ("CEDALO_MC_BROKER_URL", plain.url()),
        ("CEDALO_MC_USERNAME", "operator".to_owned()),
        ("CEDALO_MC_PASSWORD", secret("operator")),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    run(&mut unpacked.command(&["import", "mmc-env"], &variables));
    until_connected(&admin, "mosquitto").await;
    Client::anonymous(&container.base).login("operator", &secret("operator")).await;

    container.stop().await;
    let gone = eventually("the health check says no", async || {
        let output = health(&[]);
        (!output.status.success()).then_some(output)
    })
    .await;
    assert!(String::from_utf8_lossy(&gone.stderr).contains("failed to connect"), "{gone:?}");

    // What was kept is in the volume, and a second start goes on with it.
    let container = Container::start(&unpacked, &[]).await;
    let admin = Client::anonymous(&container.base);
    admin.login("admin", &password).await;
    until_connected(&admin, "tls").await;
    container.stop().await;
}

#[tokio::test]
async fn the_health_check_speaks_tls_where_the_server_does() {
    let ca = Ca::new("factory");
    let identity = ca.server(&["console.example.org"]);
    let folder = TempDir::new().expect("a folder");
    let [cert, key] =
        [("cert.pem", identity.cert_pem), ("key.pem", identity.key_pem)].map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("ours");
            path.display().to_string()
        });
    let arguments = ["--tls-cert", cert.as_str(), "--tls-key", key.as_str()];
    let options = arguments.iter().fold(Options::default(), |options, one| options.arg(one));
    let mut haltere = options.start().await;
    let address = haltere.base().trim_start_matches("https://localhost").to_owned();
    let listen = format!("127.0.0.1{address}");
    let health = ["health", "--listen", listen.as_str()];
    let output = cli(&[&health[..], &arguments].concat()).await;
    assert!(output.status.success(), "{output:?}");
    // Plain HTTP to a TLS listener gets no answer that is haltere's.
    let output = cli(&health).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    haltere.stop().await;
    let output = cli(&["health", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
