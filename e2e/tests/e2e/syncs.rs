//! How often the disk is waited for.

use e2e::Options;
use haltere_testkit::Mosquitto;

use crate::support::connection;

const CREATED: usize = 60;
/// For the tables, the first administrator, the keys, the audit trail's writer, a login, and the log folded into a new
/// database: fewer than would be one more per create.
const START: usize = 45;

/// What is answered is on disk; that costs one wait, of the kind that spares writing down when the file was
/// last changed.
#[tokio::test]
async fn a_create_waits_for_the_disk_once() {
    let broker = Mosquitto::plain().await;
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace");
    let path = trace.to_str().expect("a plain path");
    let strace = ["strace", "-D", "-f", "-qq", "-y", "-e", "trace=fsync,fdatasync", "-o", path];
    let mut haltere = Options::default().under(&strace).start().await;
    let admin = haltere.admin().await;
    for n in 0..CREATED {
        let body = connection(&format!("c{n}"), &broker.url());
        admin.post("/api/connections", &body).await.expect_status(200);
    }
    haltere.stop().await;

    let trace = std::fs::read_to_string(&trace).expect("strace has written");
    let count = |call: &str| {
        trace.lines().filter(|line| line.contains(call) && line.contains("-wal>")).count()
    };
    let (fdatasync, fsync) = (count(" fdatasync("), count(" fsync("));
    assert!((CREATED..CREATED + START).contains(&fdatasync), "{fdatasync}:\n{trace}");
    assert_eq!(fsync, 0, "SQLite was compiled without fdatasync: see .cargo/config.toml\n{trace}");
}
