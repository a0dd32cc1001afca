//! Finding the binary under test, and building it when it is missing or old.
//!
//! Cargo gives the path of a binary only to tests of the same package. `cargo nextest run
//! --workspace` has built it by the time this runs; `cargo nextest run -p e2e` has not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

/// The `haltere` to test: `E2E_BINARY` if that is set, else the one next to this test's executable.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| env::var_os("E2E_BINARY").map_or_else(built, PathBuf::from))
}

/// The same program without shared libraries, as the container image has it.
pub fn static_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let triple = format!("{}-unknown-linux-gnu", env::consts::ARCH);
        let profile = profile();
        let name = profile.file_name().expect("the folder of a profile has a name");
        let binary = target(&profile).join(&triple).join(name).join("haltere");
        if !is_fresh(&binary) {
            // Without naming the target, macros would be linked statically too, and could not be loaded.
            let flags = include_str!("../../packaging/static.flags").replace('\n', " ");
            build(&profile, &["--target", &triple], &[("RUSTFLAGS", &flags)]);
        }
        binary
    })
}

fn built() -> PathBuf {
    let profile = profile();
    let binary = profile.join("haltere");
    if !is_fresh(&binary) {
        build(&profile, &[], &[]);
    }
    binary
}

/// `<target>/<profile>`: tests lie in `<target>/<profile>/deps`.
fn profile() -> PathBuf {
    let test = env::current_exe().expect("this test has an executable");
    test.ancestors().nth(2).expect("tests lie in <target>/<profile>/deps").to_owned()
}

fn target(profile: &Path) -> &Path {
    profile.parent().expect("profiles lie in the target folder")
}

/// Whether the binary is younger than everything it was built from, according to Cargo's
/// `.d` file next to it. Asking Cargo itself would cost every test process a second of lock and scan.
fn is_fresh(binary: &Path) -> bool {
    let Ok(built) = fs::metadata(binary).and_then(|file| file.modified()) else { return false };
    let Ok(rule) = fs::read_to_string(binary.with_extension("d")) else { return false };
    let Some((_, sources)) = rule.split_once(": ") else { return false };
    // Blanks inside a path are written as `\ `.
    sources.trim_end().replace("\\ ", "\0").split(' ').all(|source| {
        let source = source.replace('\0', " ");
        fs::metadata(source).and_then(|file| file.modified()).is_ok_and(|changed| changed <= built)
    })
}

fn build(profile: &Path, arguments: &[&str], environment: &[(&str, &str)]) {
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(name) => name,
        None => panic!("{} names no profile", profile.display()),
    };
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", "haltere", "--bin", "haltere", "--profile", name])
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target(profile))
        .status()
        .expect("cargo can be started");
    assert!(status.success(), "building the binary under test failed: {status}");
}
