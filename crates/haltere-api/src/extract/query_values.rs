//! Values with a limit, which a query checks and the OpenAPI document shows.

use std::borrow::Cow;

use haltere_core::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WholeNumber<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> WholeNumber<MIN, MAX> {
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for WholeNumber<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Digits only: `parse` also accepts a sign.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && (MIN..=MAX).contains(number));
        let refusal = || format!("must be a whole number from {MIN} to {MAX}");
        number.map(Self).ok_or_else(|| D::Error::custom(refusal()))
    }
}

impl<const MIN: u32, const MAX: u32> PartialSchema for WholeNumber<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(MIN)).maximum(Some(MAX)).build().into()
    }
}

impl<const MIN: u32, const MAX: u32> ToSchema for WholeNumber<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        "WholeNumber".into()
    }
}

/// A time in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Milliseconds(Timestamp);

impl Milliseconds {
    pub(crate) fn get(self) -> Timestamp {
        self.0
    }
}

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let millis = text.parse().ok().filter(|_| digits);
        let time = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        time.map(Self).ok_or_else(|| D::Error::custom("must be milliseconds since 1970"))
    }
}

impl PartialSchema for Milliseconds {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(0)).maximum(Some(Timestamp::MAX.as_second() * 1_000)).build().into()
    }
}

impl ToSchema for Milliseconds {
    fn name() -> Cow<'static, str> {
        "Milliseconds".into()
    }
}

/// A text of at most `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<const MAX: usize>(pub(crate) String);

impl<const MAX: usize> Text<MAX> {
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() > MAX {
            let refusal = format!("must be at most {MAX} characters long");
            return Err(D::Error::custom(refusal));
        }
        Ok(Self(text))
    }
}

impl<const MAX: usize> PartialSchema for Text<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX)).build().into()
    }
}

impl<const MAX: usize> ToSchema for Text<MAX> {
    fn name() -> Cow<'static, str> {
        "Text".into()
    }
}
