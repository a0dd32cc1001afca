use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt as _;

use haltere_app::testing::TestApp;
use haltere_core::error_chain;
use haltere_testkit::wait::{DEADLINE, until};
use haltere_testkit::{Ca, CapturedLog, MockClock};
use tempfile::TempDir;
use tracing::Level;

use super::*;
use crate::tls::Tls;

struct Setup {
    ca: Ca,
    folder: TempDir,
    watch: CertificateWatch,
    clock: MockClock,
}

const REFUSED: &str = "failed to read the server's certificate";

impl Setup {
    fn new() -> Self {
        let ca = Ca::new("root");
        let folder = tempfile::tempdir().expect("a folder");
        let identity = ca.server(&["localhost"]);
        let (cert, key) = (folder.path().join("cert"), folder.path().join("key"));
        fs::write(&cert, &identity.cert_pem).expect("written");
        fs::write(&key, &identity.key_pem).expect("written");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("ours");
        let clock = MockClock::now_frozen();
        let (_, watch) =
            Tls::open(cert, key, NonZeroUsize::MIN, Arc::new(clock.clone())).expect("good");
        Self { ca, folder, watch, clock }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// Checks the files; whether something new is in use afterwards.
    async fn check(&mut self, reason: Reason) -> bool {
        let before = self.watch.config.load_full();
        let _ = self.watch.check(reason).await;
        !Arc::ptr_eq(&before, &self.watch.config.load_full())
    }
}

#[tokio::test]
async fn half_an_exchange_is_waited_out_and_a_lasting_fault_is_said_once() {
    let log = CapturedLog::start(Level::INFO);
    let mut setup = Setup::new();
    assert!(!setup.check(Reason::Time).await, "nothing has changed");

    let new = setup.ca.server(&["localhost"]);
    setup.write("cert", &new.cert_pem);
    assert!(!setup.check(Reason::Time).await, "the key is still the old one");
    assert_eq!(log.count(REFUSED), 0, "it may be under way");
    setup.write("key", &new.key_pem);
    assert!(setup.check(Reason::Time).await);

    setup.write("cert", &new.cert_pem[..200]);
    for _ in 0..4 {
        assert!(!setup.check(Reason::Time).await);
    }
    assert_eq!(log.count(REFUSED), 1);
    assert_eq!(log.count("server.tls_cert"), 1);
    assert!(!setup.check(Reason::Request).await);
    assert_eq!(log.count(REFUSED), 2, "each request to reload is answered");
    fs::remove_file(setup.folder.path().join("key")).expect("there");
    for _ in 0..3 {
        assert!(!setup.check(Reason::Time).await);
    }
    assert_eq!(log.count(REFUSED), 3, "another fault");
    setup.write("key", &new.key_pem);
    setup.write("cert", &new.cert_pem);
    assert!(setup.check(Reason::Time).await, "and back");
    assert_eq!(log.count(REFUSED), 3);
}

#[tokio::test]
async fn links_are_followed() {
    let mut setup = Setup::new();
    // As certbot and Kubernetes have it: a link that is moved to another folder.
    let new = setup.ca.server(&["localhost"]);
    let at = |name: &str| setup.folder.path().join(name);
    for (name, text) in [("cert", &new.cert_pem), ("key", &new.key_pem)] {
        fs::write(at(&format!("{name}2")), text).expect("written");
        std::os::unix::fs::symlink(at(&format!("{name}2")), at("link")).expect("linked");
        fs::rename(at("link"), at(name)).expect("renamed");
    }
    assert!(setup.check(Reason::Time).await);
}

#[tokio::test]
async fn a_key_that_everybody_can_read_and_an_end_that_nears_are_warned_of() {
    let log = CapturedLog::start(Level::INFO);
    let mut setup = Setup::new();
    assert_eq!(log.count("every user of this machine"), 0);
    let key = setup.folder.path().join("key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("ours");
    assert!(setup.check(Reason::Time).await, "permissions are a change, too");
    assert_eq!(log.count("every user of this machine"), 1);

    assert_eq!(log.count("about to expire"), 0);
    let end = setup.watch.validity.end();
    setup.clock.set(end - jiff::SignedDuration::from_hours(24));
    setup.check(Reason::Time).await;
    assert_eq!(log.count("about to expire"), 1);
}

#[tokio::test]
async fn a_run_fails_while_the_files_can_not_be_used() {
    let mut setup = Setup::new();
    let cert = fs::read_to_string(setup.folder.path().join("cert")).expect("there");
    setup.write("cert", "no certificate");
    setup.watch.check(Reason::Time).await.expect("may be in progress");
    for _ in 0..2 {
        let error = setup.watch.check(Reason::Time).await.expect_err("it lasts");
        assert!(error_chain(&error).contains("server.tls_cert"), "{error:?}");
    }
    setup.write("cert", &cert);
    setup.watch.check(Reason::Time).await.expect("repaired");
    setup.write("cert", "no certificate");
    setup.watch.check(Reason::Request).await.expect_err("reported at once");
}

#[tokio::test]
async fn a_request_to_reload_needs_no_wait() {
    let log = CapturedLog::start(Level::INFO);
    let (setup, app) = (Setup::new(), TestApp::start().await);
    setup.write("cert", "no certificate");
    let reload = Arc::new(Notify::new());
    reload.notify_one();
    setup.watch.start(&app.app, reload);
    until("the task to report it", DEADLINE, async || {
        let tasks = app.app.background().tasks();
        let watch = tasks.into_iter().find(|task| task.name == "certificate-watch")?;
        watch.last_run?.failure
    })
    .await;
    assert_eq!(log.count(REFUSED), 1);
    app.shutdown().await;
}
