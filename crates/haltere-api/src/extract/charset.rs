//! The encodings of text that bodies come in: UTF-8, as RFC 8259 has it, with the mark that some editors
//! put before it, and UTF-16, which Express takes as well.

use std::ops::Deref;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use zeroize::Zeroizing;

use super::params::printable;
use crate::error::{ApiError, ErrorCode};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const LITTLE_MARK: &[u8] = b"\xff\xfe";
const BIG_MARK: &[u8] = b"\xfe\xff";

/// The encoding of a body, as far as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, unless a byte order mark says UTF-16.
    Unsaid,
    Utf8,
    /// In the order that the byte order mark gives.
    Utf16,
    Utf16Little,
    Utf16Big,
}

/// Text in UTF-8, without a mark: as it came, or made of it and overwritten when it is dropped.
pub(crate) enum Utf8<'a> {
    Same(&'a [u8]),
    Made(Zeroizing<Vec<u8>>),
}

impl Deref for Utf8<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Same(bytes) => bytes,
            Self::Made(bytes) => bytes,
        }
    }
}

/// Why text can't be read; its encoding is said to be UTF-16, or begins with a mark of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not UTF-16")]
pub(crate) struct NotUtf16;

impl From<NotUtf16> for ApiError {
    fn from(error: NotUtf16) -> Self {
        Self::invalid(error.to_string())
    }
}

impl Charset {
    /// What the header Content-Type says; 415 for one we don't read.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let Some(name) = said(headers) else { return Ok(Self::Unsaid) };
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "utf-16" | "utf16" => Ok(Self::Utf16),
            "utf-16le" | "utf16le" => Ok(Self::Utf16Little),
            "utf-16be" | "utf16be" => Ok(Self::Utf16Big),
            _ => Err(not_accepted(&name, "UTF-8 and UTF-16 are")),
        }
    }

    /// The same for a form, whose text is UTF-8 once it is decoded.
    pub(crate) fn of_form(headers: &HeaderMap) -> Result<(), ApiError> {
        match Self::of(headers) {
            Ok(Self::Unsaid | Self::Utf8) => Ok(()),
            _ => Err(not_accepted(&said(headers).unwrap_or_default(), "in a form, UTF-8 is")),
        }
    }

    /// The text in UTF-8, without a mark. What is said to be UTF-8 is not checked here.
    pub(crate) fn in_utf8(self, bytes: &[u8]) -> Result<Utf8<'_>, NotUtf16> {
        let little = |bytes| utf16(bytes, u16::from_le_bytes);
        let big = |bytes| utf16(bytes, u16::from_be_bytes);
        let marked_little = bytes.strip_prefix(LITTLE_MARK);
        let marked_big = bytes.strip_prefix(BIG_MARK);
        match (self, marked_little, marked_big) {
            (Self::Unsaid | Self::Utf16 | Self::Utf16Little, Some(text), _) => little(text),
            (Self::Unsaid | Self::Utf16 | Self::Utf16Big, _, Some(text)) => big(text),
            (Self::Utf16Big, ..) => big(bytes),
            // JSON begins with a letter of ASCII, so one of its bytes is zero.
            (Self::Utf16, ..) if bytes.first() == Some(&0) => big(bytes),
            (Self::Utf16Little | Self::Utf16, ..) => little(bytes),
            (Self::Unsaid | Self::Utf8, ..) => {
                Ok(Utf8::Same(bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes)))
            }
        }
    }
}

/// The parameter `charset` (RFC 9110 §8.3.2).
fn said(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?;
    let value = String::from_utf8_lossy(value.as_bytes());
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

fn not_accepted(name: &str, accepted: &str) -> ApiError {
    let why = format!("Content-Type: charset {} is not accepted; {accepted}", printable(name));
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::Invalid, why)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Utf8<'static>, NotUtf16> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NotUtf16);
    }
    // Three bytes for two at most, so that it never moves and leaves nothing behind.
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() / 2 * 3));
    for letter in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let letter = letter.map_err(|_| NotUtf16)?;
        text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(Utf8::Made(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(content_type: &str) -> Result<Charset, ApiError> {
        let value = content_type.parse().expect("a header");
        Charset::of(&[(CONTENT_TYPE, value)].into_iter().collect())
    }

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn charsets_are_recognized_by_name() {
        for (content_type, charset) in [
            ("application/json", Charset::Unsaid),
            ("application/json; version=1", Charset::Unsaid),
            ("application/json;charset=utf-8", Charset::Utf8),
            ("application/json; Charset=\"UTF-8\"", Charset::Utf8),
            ("application/json; version=1; charset=utf8", Charset::Utf8),
            ("application/json; charset=UTF-16", Charset::Utf16),
            ("application/json; charset=utf-16le", Charset::Utf16Little),
            ("application/json; charset='utf-16BE'", Charset::Utf16Big),
        ] {
            assert_eq!(of(content_type).expect("accepted"), charset, "{content_type}");
        }
        for name in ["iso-8859-1", "us-ascii", "windows-1252", "utf-32", "utf-7", ""] {
            let error = of(&format!("application/json; charset={name}")).expect_err("refused");
            assert_eq!(error.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert!(
                error.to_string().contains(&format!("charset {name} is not accepted")),
                "{error}"
            );
        }
    }

    #[test]
    fn text_is_read_with_and_without_its_mark() {
        let text = "{\"name\": \"Prüfstand 🏭\"}";
        let utf8_marked = [UTF8_MARK, text.as_bytes()].concat();
        let little_marked = [LITTLE_MARK, &little(text)].concat();
        let big_marked = [BIG_MARK, &big(text)].concat();
        for (charset, bytes) in [
            (Charset::Unsaid, text.as_bytes().to_vec()),
            (Charset::Unsaid, utf8_marked.clone()),
            (Charset::Unsaid, little_marked.clone()),
            (Charset::Unsaid, big_marked.clone()),
            (Charset::Utf8, utf8_marked),
            (Charset::Utf16, little_marked.clone()),
            (Charset::Utf16, big_marked.clone()),
            (Charset::Utf16, little(text)),
            (Charset::Utf16, big(text)),
            (Charset::Utf16Little, little(text)),
            (Charset::Utf16Little, little_marked),
            (Charset::Utf16Big, big(text)),
            (Charset::Utf16Big, big_marked),
        ] {
            let read = charset.in_utf8(&bytes).expect("read");
            assert_eq!(&*read, text.as_bytes(), "{charset:?}");
        }
    }

    #[test]
    fn half_a_letter_is_no_text() {
        for bytes in [&b"a"[..], b"a\0b", b"\x3d\xd8", b"\x3d\xd8a\0"] {
            assert!(Charset::Utf16Little.in_utf8(bytes).is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_something_else_than_utf8(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            for charset in [Charset::Utf16, Charset::Utf16Little, Charset::Utf16Big] {
                if let Ok(text) = charset.in_utf8(&bytes) {
                    prop_assert!(str::from_utf8(&text).is_ok());
                }
            }
        }
    }
}
