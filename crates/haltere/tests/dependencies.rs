//! Every third-party crate has its line in `docs/dependencies.md`, and is used.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifest(path: &Path) -> Table {
    let text = fs::read_to_string(path).expect("a manifest can be read");
    text.parse().expect("a manifest is TOML")
}

/// The foreign crates that the workspace names.
fn named() -> BTreeSet<String> {
    let manifest = manifest(&root().join("Cargo.toml"));
    let dependencies = manifest["workspace"]["dependencies"].as_table().expect("a table");
    dependencies.keys().filter(|name| !name.starts_with("haltere")).cloned().collect()
}

/// The crates that have a line: `` | `name` | … ``.
fn described() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/dependencies.md")).expect("readable");
    let name = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    text.lines().filter_map(name).collect()
}

/// The crates that some manifest of ours asks for.
fn used() -> BTreeSet<String> {
    let mut manifests = vec![root().join("e2e/Cargo.toml")];
    for entry in fs::read_dir(root().join("crates")).expect("a folder") {
        manifests.push(entry.expect("an entry").path().join("Cargo.toml"));
    }
    let mut used = BTreeSet::new();
    for path in manifests {
        let manifest = manifest(&path);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = manifest.get(kind).and_then(|table| table.as_table());
            used.extend(table.into_iter().flat_map(|table| table.keys().cloned()));
        }
    }
    used
}

#[test]
fn every_dependency_says_what_it_is_for() {
    assert_eq!(described(), named(), "left: docs/dependencies.md, right: Cargo.toml");
}

#[test]
fn no_dependency_is_left_over() {
    let used = used();
    let left_over: Vec<_> = named().into_iter().filter(|name| !used.contains(name)).collect();
    assert!(left_over.is_empty(), "nothing uses {left_over:?}; remove them from Cargo.toml");
}
