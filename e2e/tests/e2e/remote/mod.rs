//! The command line against a remote haltere: `haltere login`, and `--remote`.

mod hostile;
mod same;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use e2e::haltere::{admin_password, cli_of};
use e2e::{CliOutput, Haltere, Options, eventually, secret};
use haltere_core::{Timestamp, UserName};
use haltere_store::{Sealed, SecondFactorRecord, Transactions as _};
use haltere_testkit::Ca;
use tempfile::TempDir;

use crate::audit::open;
use crate::edge::with_tls;

/// Where the commands of a test keep the login.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn login_file(&self) -> PathBuf {
        self.0.path().join("haltere/login.json")
    }

    async fn cli(&self, arguments: &[&str], stdin: Option<&str>) -> CliOutput {
        cli_of(self.0.path(), arguments, stdin).await
    }

    async fn remote(&self, arguments: &[&str], stdin: Option<&str>) -> CliOutput {
        self.cli(&[&["--remote"], arguments].concat(), stdin).await
    }

    /// Logs in as the administrator, with more arguments.
    async fn log_in(&self, url: &str, more: &[&str]) -> CliOutput {
        let arguments = ["login", url, "--user", "admin", "--password-stdin"];
        self.cli(&[&arguments, more].concat(), Some(&admin_password())).await
    }

    /// What is kept.
    fn login(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.login_file()).expect("a login");
        serde_json::from_str(&text).expect("JSON")
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

/// The command did its work.
fn done(output: &CliOutput) -> &CliOutput {
    assert!(output.status.success(), "{output:?}");
    assert!(!output.stderr.contains("hlt_"), "{output:?}");
    output
}

/// The command failed with this exit status and says this.
fn failed<'o>(output: &'o CliOutput, status: i32, words: &str) -> &'o CliOutput {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    assert!(output.stderr.contains(words), "{words:?} is not in {output:?}");
    assert!(!output.stderr.contains("hlt_") && output.stdout.is_empty(), "{output:?}");
    output
}

#[tokio::test]
async fn a_login_is_kept_until_the_logout_and_for_its_user_only() {
    let mut haltere = Haltere::start().await;
    let (home, base) = (Home::new(), haltere.base());
    failed(&home.remote(&["users", "list"], None).await, 2, "`haltere login URL` makes one");
    let output = home.log_in(&base, &[]).await;
    let said = &done(&output).stderr;
    assert!(said.starts_with(&format!("logged in at {base} as admin; the token admin@")), "{said}");
    let file = home.login_file();
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().expect("a folder")), 0o700);
    assert!(done(&home.remote(&["users", "list"], None).await).stdout.contains("admin  admin"));
    // The session that made the token has ended.
    let sessions = haltere.admin().await.get("/api/profile/sessions").await.json();
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");

    let first = home.login();
    done(&home.log_in(&base, &["--expires", "2"]).await);
    let second = home.login();
    assert_ne!(first["token"], second["token"]);
    let listed = haltere.cli(&["tokens", "list"], None).await.stdout;
    assert_eq!(listed.lines().count(), 1, "the former token is revoked: {listed}");

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("ours");
    failed(
        &home.remote(&["users", "list"], None).await,
        2,
        "has mode 640, so others may have read",
    );
    done(&home.cli(&["logout"], None).await);
    assert!(!file.exists());
    assert_eq!(haltere.cli(&["tokens", "list"], None).await.stdout, "");
    done(&home.cli(&["logout"], None).await);

    std::fs::write(&file, second.to_string()).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("ours");
    let words = "failed to list the users: Unauthorized: the token is not valid, or not any more";
    failed(&home.remote(&["users", "list"], None).await, 1, words);
    done(&home.cli(&["logout"], None).await);
    haltere.stop().await;
}

#[tokio::test]
async fn a_logout_removes_the_login_even_when_the_server_is_away() {
    let mut haltere = Haltere::start().await;
    let (home, base) = (Home::new(), haltere.base());
    done(&home.log_in(&base, &[]).await);
    haltere.stop().await;
    let words = format!("failed to list the users: failed to reach {base}");
    failed(&home.remote(&["users", "list"], None).await, 1, &words);
    let words = "removed the login, but failed to revoke the token admin@";
    failed(&home.cli(&["logout"], None).await, 1, words);
    assert!(!home.login_file().exists());
}

#[tokio::test]
async fn only_a_trusted_certificate_gets_the_password() {
    let (ca, other) = (Ca::new("ours"), Ca::new("others"));
    let (folder, options) = with_tls(&ca.server(&["localhost"]));
    let mut haltere = options.start().await;
    let (home, base) = (Home::new(), haltere.base());
    let at = |name: &str, ca: &Ca| {
        let path = folder.path().join(name);
        std::fs::write(&path, ca.pem()).expect("written");
        path.display().to_string()
    };
    let (ours, others) = (at("ca.pem", &ca), at("other.pem", &other));
    for more in [&[][..], &["--ca", &others]] {
        failed(&home.log_in(&base, more).await, 1, &format!("failed to reach {base}"));
        assert!(!home.login_file().exists());
    }
    failed(&home.log_in(&base, &["--ca", "/none"]).await, 2, "failed to read /none");
    done(&home.log_in(&base, &["--ca", &ours]).await);
    // The login has what the file had.
    std::fs::remove_file(ours).expect("removed");
    assert!(done(&home.remote(&["users", "list"], None).await).stdout.contains("admin"));
    done(&home.cli(&["logout"], None).await);
    haltere.stop().await;
}

#[tokio::test]
async fn who_may_not_make_tokens_brings_one() {
    let mut haltere = Haltere::start().await;
    haltere.user("max", &["viewer"]).await;
    let (home, base) = (Home::new(), haltere.base());
    let arguments = ["login", &base, "--user", "max", "--password-stdin"];
    let output = home.cli(&arguments, Some(&secret("max"))).await;
    failed(&output, 1, "an administrator can make one, for --token-file: Not allowed");
    assert!(!home.login_file().exists());
    let output = home.cli(&arguments, Some("wrong")).await;
    failed(&output, 1, "failed to log in as max: wrong user name, password or code");

    let create = ["tokens", "create", "max", "--user", "max", "--role", "viewer", "--valid-for"];
    let token = haltere.cli(&[&create[..], &["1d"]].concat(), None).await.stdout;
    let output = eventually("the server knows the token", async || {
        let output = home.cli(&["login", &base, "--token-file", "-"], Some(&token)).await;
        output.status.success().then_some(output)
    })
    .await;
    assert_eq!(done(&output).stderr, format!("logged in at {base} as max\n"));
    let output = home.remote(&["users", "list"], None).await;
    failed(&output, 1, &format!("failed to list the users: Not allowed ({base})"));
    // It is not ours to revoke.
    done(&home.cli(&["logout"], None).await);
    assert!(haltere.cli(&["tokens", "list"], None).await.stdout.contains("max"));
    let output = home.cli(&["login", &base, "--token-file", "-"], Some("hlt_x")).await;
    failed(&output, 2, "that is no token of haltere");
    haltere.stop().await;
}

/// A token can't reset a second factor: at a remote haltere, this needs the password.
#[tokio::test]
async fn a_second_factor_is_reset_with_the_password_of_the_login() {
    let mut haltere = Haltere::start().await;
    haltere.user("max b/c?", &["viewer"]).await;
    let (home, base) = (Home::new(), haltere.base());
    done(&home.log_in(&base, &[]).await);
    let user = UserName::parse("max b/c?").expect("a name");
    let mut tx = open(&haltere).await.write().await.expect("a write begins");
    let secret = Sealed(vec![0; 16]);
    let confirmed_at = Some(Timestamp::UNIX_EPOCH);
    let factor = SecondFactorRecord { user, secret, confirmed_at, last_step: 0 };
    tx.second_factors().put(&factor).await.expect("stored");
    tx.commit().await.expect("committed");
    let has_one =
        async || home.remote(&["users", "list"], None).await.stdout.contains("second factor");
    assert!(has_one().await);

    let reset = ["users", "reset-second-factor", "max b/c?", "--password-stdin"];
    failed(
        &home.remote(&reset[..3], None).await,
        1,
        "there is no terminal to ask for the password",
    );
    let wrong = home.remote(&reset, Some("wrong")).await;
    failed(&wrong, 1, "failed to log in as admin: wrong user name, password or code");
    let local = haltere.cli(&reset, Some("wrong")).await;
    failed(&local, 2, "--password-stdin: is for --remote only");
    assert!(has_one().await);
    let output = home.remote(&reset, Some(&admin_password())).await;
    let said = "removed the second factor of max b/c?; their sessions have ended\n";
    assert_eq!(done(&output).stderr, said);
    assert!(!has_one().await);
    let again = home.remote(&reset, Some(&admin_password())).await;
    failed(&again, 1, "failed to reset the second factor of max b/c?");
    let trail = haltere.cli(&["audit", "tail"], None).await.stdout;
    assert!(trail.contains("user.reset_second_factor"), "{trail}");
    // The sessions that did it have ended.
    let sessions = haltere.admin().await.get("/api/profile/sessions").await.json();
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
    haltere.stop().await;
}

#[tokio::test]
async fn a_login_is_as_long_as_tokens_may_be() {
    let options = Options::default().env("HALTERE_TOKENS_MAX_LIFETIME", "48h");
    let mut haltere = options.start().await;
    let (home, base) = (Home::new(), haltere.base());
    let output = home.log_in(&base, &["--expires", "3"]).await;
    failed(&output, 1, "validUntil: must be at most 2 days from now (tokens.max_lifetime)");
    done(&home.log_in(&base, &[]).await);
    haltere.stop().await;
}

#[tokio::test]
async fn a_command_never_works_on_another_haltere_than_it_says() {
    let mut haltere = Haltere::start().await;
    let (home, base) = (Home::new(), haltere.base());
    done(&home.log_in(&base, &[]).await);
    let none = home.0.path().join("none").display().to_string();
    for (arguments, words) in [
        (&["backup", &none][..], "`haltere backup` works on the machine that it is called on only"),
        (&["audit", "verify"], "`haltere audit verify` works on the machine"),
        (&["import", "mmc-env"], "`haltere import mmc-env` works on the machine"),
        (&["config", "show"], "`haltere config` works on the machine"),
        (&["users", "break-glass", "admin"], "without --remote only"),
        (&["users", "list", "--data-dir", &none], "--data-dir is about this machine"),
        (
            &["tokens", "create", "x", "--user", "ann", "--role", "viewer", "--valid-for", "1d"],
            "the login is that of admin",
        ),
    ] {
        failed(&home.remote(arguments, None).await, 2, words);
    }
    // Without the flag, a login means nothing.
    let output = home.cli(&["users", "list", "--data-dir", &none], None).await;
    failed(&output, 1, "there is no haltere database");
    failed(&home.log_in("http://192.0.2.1:8088", &[]).await, 2, "use https, or --insecure-http");
    failed(&home.log_in("https://admin:x@localhost", &[]).await, 2, "must not contain a user name");
    haltere.stop().await;
}
