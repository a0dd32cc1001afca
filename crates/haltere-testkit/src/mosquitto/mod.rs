//! A real Mosquitto of one's own.

mod builder;
mod listener;
mod process;

pub use builder::Builder;
pub use listener::Listener;
pub use process::{Mosquitto, StartError};

use std::fs;

use tempfile::TempDir;

/// Writes a file; returns its path.
fn save(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a file in our temporary folder");
    path.to_str().expect("a temporary folder with a plain name").to_owned()
}
