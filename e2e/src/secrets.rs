//! Secrets that can be recognised wherever they turn up, whatever they were turned into.

use std::path::Path;

/// Part of every secret the tests give to haltere, so that one search finds them all.
pub const MARK: &str = "canary";

/// A secret for `purpose`, carrying the [`MARK`].
pub fn secret(purpose: &str) -> String {
    format!("{MARK}-{purpose}-2f1c9")
}

/// Whether `haystack` holds any of the secrets of this suite.
pub fn contains_mark(haystack: &[u8]) -> bool {
    find(haystack, MARK.as_bytes())
}

/// What `secret` looks like as it is, in hexadecimal, in base64 (within a longer text, too, at each of the
/// three places it may begin), and percent-encoded.
pub fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex = |digits: fn(&u8) -> String| secret.iter().map(digits).collect::<String>();
    let (lower, upper) = (hex(|byte| format!("{byte:02x}")), hex(|byte| format!("{byte:02X}")));
    let percent = |digits: &str| {
        let bytes = digits.as_bytes().chunks(2);
        bytes.flat_map(|byte| [b"%", byte].concat()).collect::<Vec<u8>>()
    };
    let mut forms = vec![secret.to_vec(), percent(&lower), percent(&upper)];
    forms.extend([lower, upper].map(String::into_bytes));
    for offset in 0..3 {
        let within = base64_within(secret, offset);
        let url_safe = within.iter().map(|letter| match letter {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        });
        forms.push(url_safe.collect());
        forms.push(within);
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The letters of base64 that depend on `secret` alone when it begins `offset` bytes after a group of three.
fn base64_within(secret: &[u8], offset: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let first_bit = (6 - offset * 8 % 6) % 6;
    let bit = |n: usize| usize::from(secret[n / 8] >> (7 - n % 8) & 1);
    let groups = (secret.len() * 8 - first_bit) / 6;
    let letter = |group: usize| (0..6).fold(0, |six, n| six << 1 | bit(first_bit + group * 6 + n));
    (0..groups).map(|group| LETTERS[letter(group)]).collect()
}

/// Whether `haystack` contains `needle`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let forms = forms(MARK.as_bytes());
        // printf '%scanary-x' '' a ab | base64, and od, and what a browser makes of it.
        for text in [
            "Y2FuYXJ5LXg=",
            "YWNhbmFyeS14",
            "YWJjYW5hcnkteA==",
            "63616e6172792d78",
            "%63%61%6E%61%72%79-x",
            "a canary-x",
        ] {
            let hits = forms.iter().filter(|form| find(text.as_bytes(), form));
            assert_eq!(hits.count(), 1, "{text}");
        }
        assert!(!forms.iter().any(|form| find(b"Y2FuYXJpZXM=", form)), "canaries");
    }
}
