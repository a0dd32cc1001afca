//! Where settings come from, and what happens to unknown ones.

use e2e::haltere::cli;
use e2e::{Options, secret};
use tempfile::TempDir;

fn file(toml: &str) -> (TempDir, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("haltere.toml");
    std::fs::write(&path, toml).expect("a file");
    let path = path.to_str().expect("a plain path").to_owned();
    (dir, path)
}

/// The line of `config show` about a setting.
fn line<'a>(shown: &'a str, name: &str) -> &'a str {
    let wanted = |line: &&str| line.split([' ', '=']).next() == Some(name);
    let found = shown.lines().find(wanted);
    assert!(found.is_some(), "{name} is not shown:\n{shown}");
    found.unwrap_or_default()
}

#[tokio::test]
async fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let mut haltere = Options::default()
        .config("[connections]\nmax = 1\n[server]\nlisten = \"127.0.0.1:1\"\n[sessions]\nidle = \"20m\"\n")
        .env("HALTERE_SESSIONS_IDLE", "10m")
        .with_broken_brokers()
        .start()
        .await;
    // Listening at all means that --listen has beaten the file's port 1.
    let admin = haltere.admin().await;
    let list = "/api/connections";
    let dead = |id: &str| crate::support::connection(id, "mqtt://127.0.0.1:9");
    admin.post(list, &dead("a")).await.expect_status(202);
    let (code, message) = admin.post(list, &dead("b")).await.expect_status(403).error();
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("NOT_ALLOWED", "Maximum number of connections reached")
    );
    haltere.stop().await;
}

#[tokio::test]
async fn config_show_prints_each_value_and_its_source() {
    let (_dir, path) =
        file(&format!("[admin]\npassword = \"{}\"\n[log]\nlevel = \"debug\"\n", secret("file")));
    let shown = cli(&["config", "show", "--config", &path, "--listen", "127.0.0.1:7"]).await;
    assert!(shown.status.success(), "{shown:?}");
    assert!(line(&shown.stdout, "listen").contains("127.0.0.1:7"));
    assert!(line(&shown.stdout, "listen").contains("--listen"));
    assert!(line(&shown.stdout, "level").contains("debug"));
    assert!(line(&shown.stdout, "level").contains(&path));
    assert!(line(&shown.stdout, "max").contains("default"));
    assert!(!shown.stdout.contains("canary"), "a secret is shown:\n{}", shown.stdout);
}

#[tokio::test]
async fn an_unknown_key_is_an_error_naming_it() {
    let (_dir, path) = file("[server]\nlissten = \"127.0.0.1:0\"\n");
    let output = cli(&["config", "show", "--config", &path]).await;
    assert!(!output.status.success() && output.stderr.contains("server.lissten"), "{output:?}");

    let (status, said) = Options::default().config("[colour]\nred = 1\n").start_refused().await;
    assert!(!status.success() && said.contains("colour"), "{said}");
    let (status, said) = Options::default().env("HALTERE_LISSTEN", "x").start_refused().await;
    assert!(!status.success() && said.contains("HALTERE_LISSTEN"), "{said}");
    let (status, said) =
        Options::default().env("HALTERE_CONNECTIONS_MAX", "many").start_refused().await;
    assert!(!status.success() && said.contains("HALTERE_CONNECTIONS_MAX"), "{said}");
}

#[tokio::test]
async fn the_template_is_a_file_that_works() {
    let template = cli(&["config", "template"]).await;
    assert!(template.status.success(), "{template:?}");
    let mut haltere = Options::default().config(&template.stdout).start().await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_secret_may_come_in_a_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("password");
    std::fs::write(&path, format!("{}\n", secret("by-file"))).expect("a file");
    let path = path.to_str().expect("a plain path");
    let mut haltere =
        Options::default().without_admin().env("HALTERE_ADMIN_PASSWORD_FILE", path).start().await;
    haltere.login("admin", &secret("by-file")).await;
    haltere.stop().await;
}
