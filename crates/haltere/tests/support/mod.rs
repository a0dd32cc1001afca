//! Running the real binary.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The binary, without the environment variables that could change its behaviour.
pub(crate) fn haltere(folder: &Path, arguments: &[&str]) -> Command {
    program(env!("CARGO_BIN_EXE_haltere"), folder, arguments)
}

/// Another program that runs the binary.
pub(crate) fn program(name: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HALTERE_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    haltere(folder, arguments).output().expect("the binary runs")
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A server on a free port, killed when dropped.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
