//! The Debian package, packed from the binary under test: installed into a copy of this machine that
//! is thrown away, started as its unit would, used, installed again, removed and purged.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::static_binary;
use tempfile::TempDir;

fn packaging(script: &str) -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging").join(script))
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the script can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{said}");
    output
}

/// The package of the binary, without what only a debugger needs.
fn pack(folder: &Path) -> PathBuf {
    let stripped = folder.join("haltere");
    run(Command::new("strip").arg("-o").arg(&stripped).arg(static_binary()));
    let mut pack = packaging("pack");
    let packed = run(pack.arg(&stripped).arg(folder).env("DEB_COMPRESSION", "none"));
    PathBuf::from(String::from_utf8_lossy(&packed.stdout).trim())
}

/// Making a copy of the machine takes what root may do; elsewhere the test is skipped, and says so,
/// unless `TESTS_REQUIRE_NETNS` forbids it.
fn may_make_namespaces() -> bool {
    let mut attempt = Command::new("unshare");
    attempt.args(["--mount", "--net", "--pid", "--fork", "true"]);
    let possible = attempt.output().is_ok_and(|output| output.status.success());
    if !possible {
        assert!(std::env::var_os("TESTS_REQUIRE_NETNS").is_none(), "needs root");
        let _ = writeln!(std::io::stderr(), "SKIPPED package: installing it takes root");
    }
    possible
}

#[test]
fn it_is_installed_started_used_removed_and_purged() {
    if !may_make_namespaces() {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    run(packaging("try").arg(pack(folder.path())));
}

#[test]
fn the_same_binary_makes_the_same_package() {
    let folders = [TempDir::new().expect("a folder"), TempDir::new().expect("a folder")];
    let [one, other] = folders.map(|folder| std::fs::read(pack(folder.path())).expect("a package"));
    assert!(one == other, "two packages of one binary differ");
}
