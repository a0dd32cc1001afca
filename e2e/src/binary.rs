//! Finding the binary under test, and building it when it is missing or old.
//!
//! Cargo gives the path of a binary only to tests of the same package. `cargo nextest run
//! --workspace` has built it by the time this runs; `cargo nextest run -p e2e` has not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

/// The `haltere` to test: `E2E_BINARY` if that is set, else the one that is built like this test.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| env::var_os("E2E_BINARY").map_or_else(|| built(IS_STATIC), PathBuf::from))
}

/// The same program without shared libraries, as it ships.
pub fn static_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| built(true))
}

/// Whether this test has no shared libraries; then it is built for a named target.
const IS_STATIC: bool = cfg!(target_feature = "crt-static");

fn built(is_static: bool) -> PathBuf {
    // Tests are in `<target>/<profile>/deps`, those for a named target in `<target>/<triple>/<profile>/deps`.
    let test = env::current_exe().expect("this test has an executable");
    let mut folders = test.ancestors().skip(2);
    let profile = folders.next().and_then(Path::file_name).expect("the folder of a profile");
    let target = folders.nth(usize::from(IS_STATIC)).expect("the folder of the target");
    let triple = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let folder = if is_static { target.join(&triple) } else { target.to_owned() };
    let binary = folder.join(profile).join("haltere");
    if !is_fresh(&binary) {
        let profile = profile.to_str().expect("profiles have plain names");
        if is_static {
            // Without naming the target, macros would be linked statically too, and could not be loaded.
            let flags = include_str!("../../packaging/static.flags").replace('\n', " ");
            build(target, profile, &["--target", &triple], &[("RUSTFLAGS", &flags)]);
        } else {
            build(target, profile, &[], &[]);
        }
    }
    binary
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

fn build(target: &Path, profile: &str, arguments: &[&str], environment: &[(&str, &str)]) {
    let profile = if profile == "debug" { "dev" } else { profile };
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "build",
            "--quiet",
            "--package",
            "haltere",
            "--bin",
            "haltere",
            "--profile",
            profile,
        ])
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target)
        .status()
        .expect("cargo can be started");
    assert!(status.success(), "building the binary under test failed: {status}");
}
