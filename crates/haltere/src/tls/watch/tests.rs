use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt as _;

use haltere_testkit::{Ca, CapturedLog, MockClock};
use tempfile::TempDir;
use tracing::Level;

use super::*;
use crate::tls::Tls;

struct Setup {
    ca: Ca,
    folder: TempDir,
    watch: Watch,
    clock: MockClock,
}

const DEADLINE: Duration = Duration::from_secs(10);
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

    /// Looks, and says whether something new is in use afterwards.
    async fn look(&mut self, because: Because) -> bool {
        let before = self.watch.config.load_full();
        self.watch.look(because).await;
        !Arc::ptr_eq(&before, &self.watch.config.load_full())
    }
}

#[tokio::test]
async fn half_an_exchange_is_waited_out_and_a_lasting_fault_is_said_once() {
    let log = CapturedLog::start(Level::INFO);
    let mut setup = Setup::new();
    assert!(!setup.look(Because::Time).await, "nothing has changed");

    let new = setup.ca.server(&["localhost"]);
    setup.write("cert", &new.cert_pem);
    assert!(!setup.look(Because::Time).await, "the key is still the old one");
    assert_eq!(log.count(REFUSED), 0, "it may be under way");
    setup.write("key", &new.key_pem);
    assert!(setup.look(Because::Time).await);

    setup.write("cert", &new.cert_pem[..200]);
    for _ in 0..4 {
        assert!(!setup.look(Because::Time).await);
    }
    assert_eq!(log.count(REFUSED), 1);
    assert_eq!(log.count("server.tls_cert"), 1);
    assert!(!setup.look(Because::Asked).await);
    assert_eq!(log.count(REFUSED), 2, "each request to reload is answered");
    fs::remove_file(setup.folder.path().join("key")).expect("there");
    for _ in 0..3 {
        assert!(!setup.look(Because::Time).await);
    }
    assert_eq!(log.count(REFUSED), 3, "another fault");
    setup.write("key", &new.key_pem);
    setup.write("cert", &new.cert_pem);
    assert!(setup.look(Because::Time).await, "and back");
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
    assert!(setup.look(Because::Time).await);
}

#[tokio::test]
async fn a_key_that_everybody_can_read_and_an_end_that_nears_are_warned_of() {
    let log = CapturedLog::start(Level::INFO);
    let mut setup = Setup::new();
    assert_eq!(log.count("every user of this machine"), 0);
    let key = setup.folder.path().join("key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("ours");
    assert!(setup.look(Because::Time).await, "permissions are a change, too");
    assert_eq!(log.count("every user of this machine"), 1);

    assert_eq!(log.count("about to expire"), 0);
    let end = setup.watch.validity.end();
    setup.clock.set(end - jiff::SignedDuration::from_hours(24));
    let stop = Stop::default();
    let reload = Arc::new(Notify::new());
    reload.notify_one();
    let run = tokio::spawn(setup.watch.run(reload, stop.clone()));
    haltere_testkit::wait::until("the warning", DEADLINE, async || {
        (log.count("about to expire") == 1).then_some(())
    })
    .await;
    stop.soft.cancel();
    run.await.expect("ended");
}

#[tokio::test(start_paused = true)]
async fn changes_are_noticed_by_themselves() {
    let setup = Setup::new();
    let config = Arc::clone(&setup.watch.config);
    let before = config.load_full();
    let stop = Stop::default();
    let new = setup.ca.server(&["localhost"]);
    let folder = setup.folder;
    let run = tokio::spawn(setup.watch.run(Arc::default(), stop.clone()));
    fs::write(folder.path().join("cert"), &new.cert_pem).expect("written");
    fs::write(folder.path().join("key"), &new.key_pem).expect("written");
    let started = tokio::time::Instant::now();
    while Arc::ptr_eq(&before, &config.load_full()) {
        assert!(started.elapsed() < 3 * LOOK_EVERY, "not noticed");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    stop.soft.cancel();
    run.await.expect("ended");
}
