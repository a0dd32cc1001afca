//! The inputs that the fuzzers in `fuzz/` have found worth keeping, for tests.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Calls `entry` with each input of `fuzz/corpus/<target>`.
///
/// # Panics
///
/// When `entry` panics, with the name of the input; when there is no input at all.
pub fn replay(target: &str, entry: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut failed = Vec::new();
    let mut count = 0;
    for file in
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    {
        let path = file.expect("an entry").path();
        let input = fs::read(&path).expect("an input can be read");
        if catch_unwind(AssertUnwindSafe(|| entry(&input))).is_err() {
            failed.push(path);
        }
        count += 1;
    }
    assert!(failed.is_empty(), "these inputs are not taken: {failed:#?}");
    assert!(count > 0, "{} is empty", folder.display());
}
