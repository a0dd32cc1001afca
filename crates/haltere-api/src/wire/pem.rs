//! Certificates and keys: PEM, in base64 on their way out, in many forms on their way in.
//!
//! The application judges the content: whether it is PEM at all, and what is kept of it.

use std::mem;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use haltere_core::Pem;
use haltere_link::tls::is_foreign;
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::fields::{FieldFault, Fields, Invalid};

/// What starts every PEM block (RFC 7468 §2).
const BEGIN: &[u8] = b"-----BEGIN ";

/// Takes base64 with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A PEM file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EncodedPem)]
pub(crate) struct PemView {
    /// The PEM file, in base64.
    #[schema(content_encoding = "base64")]
    data: String,
    /// How `data` is encoded.
    encoding: PemEncoding,
}

/// The encoding of a PEM file.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PemEncoding {
    /// RFC 4648 §4, with padding.
    Base64,
}

impl From<&Pem> for PemView {
    fn from(pem: &Pem) -> Self {
        Self { data: general_purpose::STANDARD.encode(pem.bytes()), encoding: PemEncoding::Base64 }
    }
}

/// How `data` may be encoded: what Node's `Buffer` takes. Whatever is said, PEM text is taken as it is.
const ENCODINGS: [(&str, Decode); 12] = [
    ("base64", from_base64),
    ("base64url", from_base64),
    ("hex", from_hex),
    ("utf8", from_utf8),
    ("utf-8", from_utf8),
    ("ascii", from_latin1),
    ("latin1", from_latin1),
    ("binary", from_latin1),
    ("ucs2", from_utf16),
    ("ucs-2", from_utf16),
    ("utf16le", from_utf16),
    ("utf-16le", from_utf16),
];

/// Turns text into the bytes of a file, or says what the text must be.
type Decode = fn(&str) -> Result<Bytes, &'static str>;

/// It may be a private key, so nothing grows here: what a vector outgrows, it leaves behind.
type Bytes = Zeroizing<Vec<u8>>;

/// The names of [`ENCODINGS`].
pub(super) fn encodings() -> impl Iterator<Item = &'static str> {
    ENCODINGS.iter().map(|(name, _)| *name)
}

/// Takes the property `name`: `{data, encoding}`, or just what would be `data`.
///
/// Forgiven: `endoding` (so examples for the management center for Mosquitto spell it), no encoding at all, line breaks inside the
/// base64, and the PEM text itself instead of base64.
pub(crate) fn take(fields: &mut Fields, name: &str) -> Result<Option<Pem>, Invalid> {
    if fields.is_string(name) {
        // It may be a private key.
        let Some(text) = fields.string(name)?.map(Zeroizing::new) else { return Ok(None) };
        let decoded = decode(&text, from_base64);
        return decoded.map(Some).map_err(|_| fields.fault(name, &FieldFault::NotPem));
    }
    let Some(mut inner) = fields.object(name)? else { return Ok(None) };
    let data = Zeroizing::new(inner.required_string("data")?);
    let encoding = take_encoding(&mut inner)?;
    let pem = decode(&data, encoding).map_err(|why| inner.refuse("data", why))?;
    inner.finish()?;
    Ok(Some(pem))
}

fn take_encoding(inner: &mut Fields) -> Result<Decode, Invalid> {
    if inner.has("encoding") && inner.has("endoding") {
        return Err(
            inner.refuse("endoding", "is given in addition to encoding; give one of the two")
        );
    }
    let mut decode: Decode = from_base64;
    for spelling in ["encoding", "endoding"] {
        let Some(given) = inner.string(spelling)? else { continue };
        let known = ENCODINGS.iter().find(|(name, _)| given.eq_ignore_ascii_case(name));
        let Some((_, known)) = known else {
            let names: Vec<_> = encodings().map(|name| format!("{name:?}")).collect();
            return Err(inner.refuse(spelling, format!("must be one of {}", names.join(", "))));
        };
        decode = *known;
    }
    Ok(decode)
}

fn decode(data: &str, decode: Decode) -> Result<Pem, &'static str> {
    let is_pem = data.as_bytes().windows(BEGIN.len()).any(|window| window == BEGIN);
    // A known form that can't be read is named later, with the command that converts it.
    let is_text = is_pem || is_foreign(data.as_bytes());
    let mut bytes = if is_text { from_utf8(data)? } else { decode(data)? };
    Ok(Pem::new(mem::take(&mut *bytes)))
}

/// Either alphabet, as Node takes them.
fn from_base64(data: &str) -> Result<Bytes, &'static str> {
    let mut compact = buffer(data.len());
    let bytes = data.bytes().filter(|byte| !byte.is_ascii_whitespace());
    compact.extend(bytes.map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    }));
    let mut decoded = buffer(base64::decoded_len_estimate(compact.len()));
    LENIENT.decode_vec(&*compact, &mut decoded).map_err(|_| "must be base64")?;
    Ok(decoded)
}

fn from_hex(data: &str) -> Result<Bytes, &'static str> {
    const WHY: &str = "must be hexadecimal";
    let mut bytes = buffer(data.len() / 2);
    let mut letters = data.chars().filter(|letter| !letter.is_ascii_whitespace());
    let digit = |letter: char| u8::try_from(letter.to_digit(16)?).ok();
    while let Some(high) = letters.next() {
        let pair = digit(high).zip(letters.next().and_then(digit));
        let (high, low) = pair.ok_or(WHY)?;
        bytes.push(high << 4 | low);
    }
    Ok(bytes)
}

#[expect(clippy::unnecessary_wraps, reason = "one of several")]
fn from_utf8(data: &str) -> Result<Bytes, &'static str> {
    Ok(Zeroizing::new(data.as_bytes().to_vec()))
}

/// A character per byte: how programs put DER into JSON.
fn from_latin1(data: &str) -> Result<Bytes, &'static str> {
    let mut bytes = buffer(data.len());
    for letter in data.chars() {
        let byte = u8::try_from(letter);
        bytes.push(byte.map_err(|_| "must not contain characters beyond U+00FF")?);
    }
    Ok(bytes)
}

/// Two bytes for each of the units in which JavaScript counts, the lower one first.
#[expect(clippy::unnecessary_wraps, reason = "one of several")]
fn from_utf16(data: &str) -> Result<Bytes, &'static str> {
    let mut bytes = buffer(2 * data.len());
    bytes.extend(data.encode_utf16().flat_map(u16::to_le_bytes));
    Ok(bytes)
}

fn buffer(bytes: usize) -> Bytes {
    Zeroizing::new(Vec::with_capacity(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    fn read(value: &Value) -> Result<Option<Pem>, String> {
        let mut fields = Fields::of_body(json!({ "ca": value })).expect("an object");
        take(&mut fields, "ca").map_err(|error| error.to_string())
    }

    fn hex(bytes: &[u8]) -> String {
        let digits = b"0123456789ABCDEF".map(char::from);
        let pair = |byte: &u8| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]];
        bytes.iter().flat_map(pair).collect()
    }

    #[test]
    fn every_form_that_is_forgiven() {
        let base64 = general_purpose::STANDARD.encode(PEM);
        let expected = Ok(Some(Pem::new(PEM.as_bytes().to_vec())));
        for value in [
            json!({"data": base64, "encoding": "base64"}),
            json!({"data": base64, "endoding": "base64"}),
            json!({"data": base64}),
            json!({"data": base64.trim_end_matches('=')}),
            json!({"data": format!("{}\r\n {}", &base64[..20], &base64[20..])}),
            json!({"data": PEM}),
            json!({"data": PEM, "encoding": "base64"}),
            json!({"data": general_purpose::URL_SAFE_NO_PAD.encode(PEM), "encoding": "base64url"}),
            json!({"data": PEM, "encoding": "utf8"}),
            json!({"data": PEM, "encoding": "UTF-8"}),
            json!({"data": PEM, "encoding": "ascii"}),
            json!({"data": PEM, "encoding": "latin1"}),
            json!({"data": PEM, "encoding": "binary"}),
            json!({"data": hex(PEM.as_bytes()), "encoding": "hex"}),
            json!({"data": hex(PEM.as_bytes()).to_lowercase(), "encoding": "HEX"}),
            json!({"data": PEM, "encoding": "hex"}),
            json!(PEM),
            json!(base64),
        ] {
            assert_eq!(read(&value), expected, "{value}");
        }
        let der = Ok(Some(Pem::new(vec![0x30, 0x82, 0xff, 0xfb])));
        for value in [
            json!({"data": "MIL/+w=="}),
            json!({"data": "MIL_-w", "encoding": "base64url"}),
            json!({"data": "3082 fffb", "encoding": "hex"}),
            json!({"data": "0\u{82}\u{ff}\u{fb}", "encoding": "latin1"}),
        ] {
            assert_eq!(read(&value), der, "{value}");
        }
    }

    /// `Buffer.from(data, encoding)` is the measure.
    #[test]
    fn each_encoding_of_node_gives_the_bytes_that_node_gives() {
        let script = "const [data, names] = JSON.parse(process.argv[1]); \
            console.log(JSON.stringify(names.map(name => [...Buffer.from(data[name.toLowerCase()], name)])))";
        let text = "0\u{82}\u{1}\u{ff}x";
        let wide = "\u{8230}\u{ff01}x\u{1f99f}";
        let names = encodings().flat_map(|name| [name.to_owned(), name.to_uppercase()]);
        let names: Vec<String> = names.collect();
        let data = |name: &str| match name {
            "base64" => "MIL/+w==",
            "base64url" => "MIL_-w",
            "hex" => "3082fffb",
            "ascii" | "latin1" | "binary" => text,
            "utf8" | "utf-8" | "ucs2" | "ucs-2" | "utf16le" | "utf-16le" => wide,
            other => panic!("{other}"),
        };
        let all: serde_json::Map<_, _> =
            encodings().map(|name| (name.to_owned(), json!(data(name)))).collect();
        let input = json!([all, names]).to_string();
        let output = std::process::Command::new("node").args(["-e", script, &input]).output();
        let output = output.expect("node runs");
        assert!(output.status.success(), "{output:?}");
        let expected: Vec<Vec<u8>> = serde_json::from_slice(&output.stdout).expect("JSON");
        for (name, expected) in names.iter().zip(expected) {
            let value = json!({"data": data(&name.to_lowercase()), "encoding": name});
            assert_eq!(read(&value), Ok(Some(Pem::new(expected))), "{name}");
        }
    }

    #[test]
    fn what_is_known_is_taken_as_it_is_to_be_named() {
        for text in [
            "PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\n",
            "\n  PuTTY-User-Key-File-2: ssh-ed25519\n",
            "ssh-rsa AAAAB3NzaC1yc2E= me@here",
            "ssh-ed25519 AAAA",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
            "<!DOCTYPE html><html></html>",
        ] {
            for value in
                [json!(text), json!({"data": text}), json!({"data": text, "encoding": "base64"})]
            {
                let expected = Ok(Some(Pem::new(text.as_bytes().to_vec())));
                assert_eq!(read(&value), expected, "{value}");
            }
        }
    }

    #[test]
    fn every_form_that_is_refused() {
        const KNOWN: &str = r#"must be one of "base64", "base64url", "hex", "utf8", "utf-8", "ascii", "latin1", "binary", "ucs2", "ucs-2", "utf16le", "utf-16le""#;
        for (value, why) in [
            (json!("no base64!"), "ca: must be PEM text, or base64 of it"),
            (json!(null), "ca: must be an object"),
            (json!([]), "ca: must be an object"),
            (json!({}), "ca.data: is missing"),
            (json!({"data": 1}), "ca.data: must be a string"),
            (json!({"data": "?"}), "ca.data: must be base64"),
            (json!({"data": "3g", "encoding": "hex"}), "ca.data: must be hexadecimal"),
            (
                json!({"data": "\u{20ac}", "encoding": "latin1"}),
                "ca.data: must not contain characters beyond U+00FF",
            ),
            (json!({"data": PEM, "encoding": "utf16"}), &format!("ca.encoding: {KNOWN}")),
            (json!({"data": "303", "encoding": "hex"}), "ca.data: must be hexadecimal"),
            (json!({"data": "30g0", "encoding": "hex"}), "ca.data: must be hexadecimal"),
            (json!({"data": PEM, "endoding": "base32"}), &format!("ca.endoding: {KNOWN}")),
            (json!({"data": PEM, "endoding": 1}), "ca.endoding: must be a string"),
            (
                json!({"data": PEM, "endoding": "base64", "encoding": "base64"}),
                "ca.endoding: is given in addition to encoding; give one of the two",
            ),
            (json!({"data": PEM, "name": "x"}), "ca.name: unknown property"),
        ] {
            assert_eq!(read(&value), Err(why.to_owned()), "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let pem = Pem::new([BEGIN, &body].concat());
            let out = serde_json::to_value(PemView::from(&pem)).expect("JSON");
            prop_assert_eq!(read(&out), Ok(Some(pem)));
        }

        #[test]
        fn no_text_makes_it_panic(data in ".{0,200}") {
            let _ = read(&json!({ "data": data }));
        }
    }
}
