//! The fuzzers in `fuzz/` are outside the workspace, because they need a nightly compiler. What they
//! have found is not: each target is described, has a corpus, and a test goes through it.

#![expect(clippy::panic, reason = "the helpers of tests are tests as well")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// The corpora are there to be read by every test run, and lie in the repository.
const MOST_INPUTS: usize = 400;
const MOST_BYTES: u64 = 1024 * 1024;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn names_in(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            path.file_stem().expect("a name").to_string_lossy().into_owned()
        })
        .collect()
}

fn targets() -> BTreeSet<String> {
    names_in("fuzz/fuzz_targets")
}

#[test]
fn every_target_is_built_and_described() {
    let manifest: Table = read("fuzz/Cargo.toml").parse().expect("a manifest is TOML");
    let bins = manifest["bin"].as_array().expect("a list");
    let built: BTreeSet<_> =
        bins.iter().filter_map(|bin| Some(bin["name"].as_str()?.to_owned())).collect();
    assert_eq!(built, targets(), "left: fuzz/Cargo.toml, right: fuzz/fuzz_targets");
    let page = read("fuzz/README.md");
    let name = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    let described: BTreeSet<_> = page.lines().filter_map(name).collect();
    assert_eq!(described, targets(), "left: fuzz/README.md, right: fuzz/fuzz_targets");
}

#[test]
fn every_corpus_is_gone_through_by_a_test() {
    assert_eq!(names_in("fuzz/corpus"), targets(), "left: fuzz/corpus, right: fuzz/fuzz_targets");
    let mut tests = String::new();
    for entry in fs::read_dir(root().join("crates")).expect("a folder") {
        let file = entry.expect("an entry").path().join("src/fuzzing.rs");
        tests += &fs::read_to_string(file).unwrap_or_default();
    }
    for target in targets() {
        let call = format!("corpus::replay(\"{target}\"");
        assert!(tests.contains(&call), "no test goes through fuzz/corpus/{target}");
    }
}

#[test]
fn the_corpora_are_small() {
    let mut inputs = 0;
    let mut bytes = 0;
    for target in targets() {
        for entry in fs::read_dir(root().join("fuzz/corpus").join(target)).expect("a folder") {
            inputs += 1;
            bytes += entry.expect("an entry").metadata().expect("readable").len();
        }
    }
    assert!(inputs <= MOST_INPUTS && bytes <= MOST_BYTES, "{inputs} inputs, {bytes} bytes");
}
