//! Finding PEM blocks (RFC 7468), as leniently as OpenSSL and people's clipboards ask for: with text around
//! them, indented, glued together, with any line ends, and with `\n` written out.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use haltere_core::Secret;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
/// The longest label, in bytes.
const MAX_LABEL: usize = 64;

/// With and without padding, whatever the unused bits are.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A block of a PEM file.
pub(super) struct Block<'a> {
    /// What it says it holds: `CERTIFICATE`.
    pub(super) label: &'a str,
    /// What is between its ends.
    pub(super) body: Body,
    /// Its position in the text, including its first and last lines.
    pub(super) range: Range<usize>,
}

/// The content between the ends of a block.
pub(super) enum Body {
    /// Bytes, DER as a rule.
    Bytes(Secret<Vec<u8>>),
    /// Encrypted the traditional way, with headers (RFC 1421 §4.6).
    Encrypted,
    /// Cut short, or not base64.
    Damaged,
}

/// All blocks in `text`, in their order. Takes time in proportion to the text.
pub(super) fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(text, BEGIN, at) {
        at = begin + BEGIN.len();
        let Some(label) = label(&text[at..]) else { continue };
        let inside = at + label.len() + DASHES.len();
        let end = find(text, DASHES, inside).unwrap_or(text.len());
        let last_line = format!("-----END {label}-----");
        let whole = text[end..].starts_with(last_line.as_bytes());
        let body = if whole { read(&text[inside..end]) } else { Body::Damaged };
        at = if whole { end + last_line.len() } else { end };
        blocks.push(Block { label, body, range: begin..at });
    }
    blocks
}

/// The text between `-----BEGIN ` and the next dashes.
fn label(text: &[u8]) -> Option<&str> {
    let length = text.iter().take(MAX_LABEL).position(|byte| *byte == b'-')?;
    let is_plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let (label, rest) = text.split_at(length);
    if !rest.starts_with(DASHES) || label.is_empty() || !label.iter().all(is_plain) {
        return None;
    }
    str::from_utf8(label).ok()
}

fn read(body: &[u8]) -> Body {
    if contains(body, b"Proc-Type") && contains(body, b"ENCRYPTED") {
        return Body::Encrypted;
    }
    match from_base64(without_headers(body)) {
        Some(bytes) if !bytes.expose().is_empty() => Body::Bytes(bytes),
        _ => Body::Damaged,
    }
}

/// The text after the headers, if there are any, and their empty line.
fn without_headers(body: &[u8]) -> &[u8] {
    let Some(colon) = body.iter().rposition(|byte| *byte == b':') else { return body };
    let line_end = if body.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut lines = body[colon..].split_inclusive(|byte| *byte == line_end);
    let mut at = colon + lines.next().map_or(0, <[u8]>::len);
    for line in lines {
        at += line.len();
        if line.trim_ascii().is_empty() {
            return &body[at..];
        }
    }
    body
}

/// Decodes base64 with white space in it.
pub(super) fn from_base64(text: &[u8]) -> Option<Secret<Vec<u8>>> {
    let mut compact = Vec::with_capacity(text.len());
    compact.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let compact = Secret::new(compact);
    // As large as it will get: a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(compact.expose().len() / 4 * 3 + 3);
    let decoded = LENIENT.decode_vec(compact.expose(), &mut bytes);
    let bytes = Secret::new(bytes);
    decoded.ok().map(|()| bytes)
}

/// A block as OpenSSL writes it.
pub(super) fn block(label: &str, der: &[u8]) -> Secret<Vec<u8>> {
    let mut encoded = String::with_capacity(der.len().div_ceil(3) * 4);
    general_purpose::STANDARD.encode_string(der, &mut encoded);
    let encoded = Secret::new(encoded);
    let length = encoded.expose().len();
    let mut text = Vec::with_capacity(length + length / 64 + 2 * label.len() + 40);
    text.extend_from_slice(format!("-----BEGIN {label}-----\n").as_bytes());
    for line in encoded.expose().as_bytes().chunks(64) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    Secret::new(text)
}

/// Whether every block begins and ends on a line of its own, as the strictest readers want it.
pub(super) fn is_laid_out(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').all(|line| {
        let line = line.trim_ascii_end();
        let marks = line.starts_with(BEGIN) || line.starts_with(b"-----END ");
        let dashes = line.windows(DASHES.len()).filter(|window| *window == DASHES).count();
        match dashes {
            0 => !line.contains(&b'\r') && !line.contains(&b'\\'),
            2 => marks && line.ends_with(DASHES),
            _ => false,
        }
    })
}

/// The text with line ends for those written out (`\n`), or nothing if there are none.
pub(super) fn with_line_ends(text: &[u8]) -> Option<Secret<Vec<u8>>> {
    let is_end = |pair: &[u8]| matches!(pair, [b'\\', b'n' | b'r' | b't']);
    if !text.windows(2).any(is_end) {
        return None;
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        // Written out twice, there are more backslashes than one.
        let backslashes = rest.iter().take_while(|byte| **byte == b'\\').count();
        let then = rest.get(backslashes);
        if backslashes > 0 && matches!(then, Some(b'n' | b'r' | b't')) {
            plain.push(b'\n');
            rest = &rest[backslashes + 1..];
        } else if backslashes > 0 {
            plain.extend_from_slice(&rest[..backslashes]);
            rest = &rest[backslashes..];
        } else {
            plain.push(first);
            rest = after;
        }
    }
    Some(Secret::new(plain))
}

pub(super) fn contains(text: &[u8], words: &[u8]) -> bool {
    find(text, words, 0).is_some()
}

fn find(text: &[u8], words: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(words.len()).position(|window| window == words).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<(String, Option<Vec<u8>>)> {
        let body = |body: &Body| match body {
            Body::Bytes(bytes) => Some(bytes.expose().clone()),
            Body::Encrypted | Body::Damaged => None,
        };
        let blocks = blocks(text.as_bytes());
        blocks.iter().map(|block| (block.label.to_owned(), body(&block.body))).collect()
    }

    #[test]
    fn blocks_are_found_in_whatever_surrounds_them() {
        let hello = |label: &str| (label.to_owned(), Some(b"hello".to_vec()));
        for (text, found) in [
            ("-----BEGIN A-----\naGVsbG8=\n-----END A-----", vec![hello("A")]),
            ("-----BEGIN A-----aGVs bG8-----END A-----", vec![hello("A")]),
            ("x: -----BEGIN A B-----\r  aGVs\r  bG8=\r-----END A B-----\r", vec![hello("A B")]),
            (
                "-----BEGIN A-----\naGVsbG8=\n-----END A----------BEGIN B-----\naGVsbG8=\n-----END B-----",
                vec![hello("A"), hello("B")],
            ),
            (
                "-----BEGIN A-----\nComment: x\nName:\n y\n\naGVsbG8=\n-----END A-----",
                vec![hello("A")],
            ),
            (
                "-----BEGIN A-----\naGVsbG8=\n-----BEGIN B-----\naGVsbG8=\n-----END B-----",
                vec![("A".to_owned(), None), hello("B")],
            ),
            ("-----BEGIN A-----\naGVsbG8=\n-----END B-----", vec![("A".to_owned(), None)]),
            ("-----BEGIN A-----\naGVs", vec![("A".to_owned(), None)]),
            ("-----BEGIN A-----\n-----END A-----", vec![("A".to_owned(), None)]),
            ("-----BEGIN \n-----BEGIN -----BEGIN", vec![]),
        ] {
            assert_eq!(read_all(text), found, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let text = block("A", &[7; 100]);
        let text = str::from_utf8(text.expose()).expect("text");
        assert_eq!(read_all(text), [("A".to_owned(), Some(vec![7; 100]))]);
        assert!(is_laid_out(text.as_bytes()) && is_laid_out(text.replace('\n', "\r\n").as_bytes()));
        for badly in [
            text.replace('\n', ""),
            text.replace('\n', "\r"),
            text.replace('\n', "\\n"),
            text.replace("---\n", "--- x\n"),
            format!(" {text}"),
            format!("{}{text}", text.trim_end()),
        ] {
            assert!(!is_laid_out(badly.as_bytes()), "{badly}");
        }
    }

    #[test]
    fn line_ends_that_are_written_out_become_real() {
        let plain = |text: &str| {
            with_line_ends(text.as_bytes()).map(|it| String::from_utf8_lossy(it.expose()).into())
        };
        assert_eq!(plain("a\nb\\x"), None);
        assert_eq!(plain(r"a\nb\\n\r\\c\"), Some("a\nb\n\n\\\\c\\".to_owned()));
    }
}
