//! Secrets that can be recognised wherever they turn up.

use std::path::Path;

/// Stands in every secret the tests hand to haltere, so that one search finds them all.
pub const MARK: &str = "canary";

/// A secret for `purpose`, carrying the [`MARK`].
pub fn secret(purpose: &str) -> String {
    format!("{MARK}-{purpose}-2f1c9")
}

/// Whether `haystack` holds any of the secrets of this suite.
pub fn contains_mark(haystack: &[u8]) -> bool {
    find(haystack, MARK.as_bytes())
}

/// Whether `needle` stands in `haystack`.
pub fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The files under `dir` that hold one of `needles`, for a failing test to name.
pub fn files_holding(dir: &Path, needles: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(files_holding(&path, needles));
        } else if let Ok(content) = std::fs::read(&path) {
            for needle in needles.iter().filter(|needle| find(&content, needle)) {
                found.push(format!("{}: {}", path.display(), String::from_utf8_lossy(needle)));
            }
        }
    }
    found
}
