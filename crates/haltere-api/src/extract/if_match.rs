//! The header If-Match (RFC 9110, 13.1.1).

use axum::extract::FromRequestParts;
use haltere_app::connections::Condition;
use http::HeaderMap;
use http::header::IF_MATCH;
use http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::error::ApiError;

/// Which version a change is meant for.
pub(crate) struct IfMatch(pub(crate) Condition);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let refusal = || {
            ApiError::invalid(
                "If-Match: must be * or a list of entity tags, each between double quotes",
            )
        };
        condition(&parts.headers).map(Self).ok_or_else(refusal)
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The `ETag` of the version to change, a list of them, or `*`. Without it, any version is changed";
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .description(Some(description))
            .required(Required::False)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("\"1f0a93c27be4d815\"".into()));
        vec![parameter.build()]
    }
}

/// `None` when it is malformed.
fn condition(headers: &HeaderMap) -> Option<Condition> {
    let mut lines = headers.get_all(IF_MATCH).iter().peekable();
    if lines.peek().is_none() {
        return Some(Condition::Any);
    }
    let mut text = Vec::new();
    for line in lines {
        if !text.is_empty() {
            text.push(b',');
        }
        text.extend_from_slice(line.as_bytes());
    }
    let text = text.trim_ascii();
    if text == b"*" {
        return Some(Condition::Any);
    }
    let mut tags = Vec::new();
    let (mut rest, mut count) = (text, 0_usize);
    // Elements may be empty (RFC 9110, 5.6.1.2), but not all of them.
    while !rest.is_empty() {
        let Some(tag) = rest.strip_prefix(b",") else {
            let (is_weak, opaque, after) = entity_tag(rest)?;
            count += 1;
            // Compared strongly, a weak tag is no tag's equal.
            if !is_weak {
                tags.push(String::from_utf8_lossy(opaque).into_owned());
            }
            rest = after.trim_ascii_start();
            if !rest.is_empty() && !rest.starts_with(b",") {
                return None;
            }
            continue;
        };
        rest = tag.trim_ascii_start();
    }
    (count > 0).then_some(Condition::OneOf(tags))
}

/// Whether the first tag is weak, what is between its quotes, and what comes after it.
fn entity_tag(text: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let (is_weak, text) = text.strip_prefix(b"W/").map_or((false, text), |strong| (true, strong));
    let text = text.strip_prefix(b"\"")?;
    let end = text.iter().position(|byte| *byte == b'"')?;
    let (opaque, after) = text.split_at(end);
    let allowed = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..);
    opaque.iter().all(allowed).then_some((is_weak, opaque, &after[1..]))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Option<Condition> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, HeaderValue::from_str(line).expect("a header"));
        }
        condition(&headers)
    }

    #[test]
    fn lists_of_tags_are_read_as_the_standard_writes_them() {
        let one_of = |tags: &[&str]| {
            Some(Condition::OneOf(tags.iter().map(|&tag| tag.to_owned()).collect()))
        };
        assert_eq!(read(&[]), Some(Condition::Any));
        assert_eq!(read(&[" * "]), Some(Condition::Any));
        assert_eq!(read(&["\"a\""]), one_of(&["a"]));
        assert_eq!(read(&["\"a\",\"b\" , \"c\""]), one_of(&["a", "b", "c"]));
        assert_eq!(read(&["\"a\"", "\"b\""]), one_of(&["a", "b"]));
        assert_eq!(read(&[", \"a,b\",,"]), one_of(&["a,b"]));
        assert_eq!(read(&["\"\""]), one_of(&[""]));
        assert_eq!(read(&["W/\"a\""]), one_of(&[]), "compared strongly");
        assert_eq!(read(&["W/\"a\", \"b\""]), one_of(&["b"]));
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in [
            "",
            " ",
            ",",
            "a",
            "\"a",
            "a\"",
            "\"a\"b",
            "\"a\" \"b\"",
            "*, \"a\"",
            "w/\"a\"",
            "\"a b\"",
        ] {
            assert_eq!(read(&[text]), None, "{text:?}");
        }
        assert_eq!(read(&["*", "*"]), None);
    }

    proptest! {
        #[test]
        fn any_header_is_answered(text in "[ -~]{0,40}") {
            read(&[&text]);
        }
    }
}
