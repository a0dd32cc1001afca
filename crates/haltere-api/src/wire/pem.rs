//! Certificates and keys: PEM, in base64.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use haltere_core::Pem;
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::fields::{Fields, Invalid};

/// What starts every PEM block (RFC 7468 §2).
const BEGIN: &[u8] = b"-----BEGIN ";

/// Takes base64 with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A PEM file on its way out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EncodedPem)]
pub(crate) struct PemView {
    /// The PEM file, in base64.
    #[schema(content_encoding = "base64")]
    data: String,
    /// How `data` is encoded.
    encoding: PemEncoding,
}

/// How a PEM file is wrapped.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PemEncoding {
    /// RFC 4648 §4, with padding.
    Base64,
}

impl From<&Pem> for PemView {
    fn from(pem: &Pem) -> Self {
        let Pem(bytes) = pem;
        Self { data: general_purpose::STANDARD.encode(bytes), encoding: PemEncoding::Base64 }
    }
}

/// Takes the property `name`: `{data, encoding}`.
///
/// Forgiven: `endoding` (so examples for the management center for Mosquitto spell it), no encoding at all, line breaks inside the
/// base64, and the PEM text itself in place of base64.
pub(crate) fn take(fields: &mut Fields, name: &str) -> Result<Option<Pem>, Invalid> {
    let Some(mut inner) = fields.object(name)? else { return Ok(None) };
    // It may be a private key.
    let data = Zeroizing::new(inner.required_string("data")?);
    take_encoding(&mut inner)?;
    let pem = decode(&data).map_err(|why| inner.refuse("data", why))?;
    inner.finish()?;
    Ok(Some(pem))
}

fn take_encoding(inner: &mut Fields) -> Result<(), Invalid> {
    if inner.has("encoding") && inner.has("endoding") {
        return Err(inner.refuse("endoding", "is given beside encoding; give one of the two"));
    }
    for spelling in ["encoding", "endoding"] {
        if inner.string(spelling)?.is_some_and(|encoding| encoding != "base64") {
            return Err(inner.refuse(spelling, "must be \"base64\""));
        }
    }
    Ok(())
}

fn decode(data: &str) -> Result<Pem, &'static str> {
    let bytes = if contains_begin(data.as_bytes()) {
        data.as_bytes().to_vec()
    } else {
        let mut compact = Zeroizing::new(Vec::with_capacity(data.len()));
        compact.extend(data.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        LENIENT.decode(&*compact).map_err(|_| "must be base64")?
    };
    if !contains_begin(&bytes) {
        return Err("must be a PEM file in base64; there is no \"-----BEGIN\" inside");
    }
    Ok(Pem(bytes))
}

fn contains_begin(bytes: &[u8]) -> bool {
    bytes.windows(BEGIN.len()).any(|window| window == BEGIN)
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

    #[test]
    fn every_form_that_is_forgiven() {
        let base64 = general_purpose::STANDARD.encode(PEM);
        let expected = Ok(Some(Pem(PEM.as_bytes().to_vec())));
        for value in [
            json!({"data": base64, "encoding": "base64"}),
            json!({"data": base64, "endoding": "base64"}),
            json!({"data": base64}),
            json!({"data": base64.trim_end_matches('=')}),
            json!({"data": format!("{}\r\n {}", &base64[..20], &base64[20..])}),
            json!({"data": PEM}),
            json!({"data": PEM, "encoding": "base64"}),
        ] {
            assert_eq!(read(&value), expected, "{value}");
        }
    }

    #[test]
    fn every_form_that_is_refused() {
        for (value, why) in [
            (json!("text"), "ca: must be an object"),
            (json!(null), "ca: must be an object"),
            (json!({}), "ca.data: is missing"),
            (json!({"data": 1}), "ca.data: must be a string"),
            (json!({"data": "?"}), "ca.data: must be base64"),
            (
                json!({"data": "aGVsbG8="}),
                "ca.data: must be a PEM file in base64; there is no \"-----BEGIN\" inside",
            ),
            (json!({"data": PEM, "encoding": "hex"}), "ca.encoding: must be \"base64\""),
            (json!({"data": PEM, "endoding": 1}), "ca.endoding: must be a string"),
            (
                json!({"data": PEM, "endoding": "base64", "encoding": "base64"}),
                "ca.endoding: is given beside encoding; give one of the two",
            ),
            (json!({"data": PEM, "name": "x"}), "ca.name: unknown property"),
        ] {
            assert_eq!(read(&value), Err(why.to_owned()), "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let pem = Pem([BEGIN, &body].concat());
            let out = serde_json::to_value(PemView::from(&pem)).expect("JSON");
            prop_assert_eq!(read(&out), Ok(Some(pem)));
        }

        #[test]
        fn no_text_makes_it_panic(data in ".{0,200}") {
            let _ = read(&json!({ "data": data }));
        }
    }
}
