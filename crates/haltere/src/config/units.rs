//! Times and sizes as people write them.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error};

/// A length of time, written `500ms`, `30s`, `5 minutes`, `1h 30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(Duration);

impl Span {
    pub(crate) fn as_duration(self) -> Duration {
        self.0
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse::<SignedDuration>()
            .ok()
            .and_then(|duration| Duration::try_from(duration).ok())
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom(format_args!(
                    "{text:?} is not a length of time such as 30s or 1h 30m"
                ))
            })
    }
}

/// An amount of memory, written `512 KiB`, `64 MiB`, `1 GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(usize);

impl Size {
    pub(crate) fn bytes(self) -> usize {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim() {
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        number.parse::<usize>().ok()?.checked_mul(factor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format_args!("{text:?} is not an amount of memory such as 64 MiB"))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn read(text: &str) -> Result<Duration, Error> {
        let text: StrDeserializer<'_, Error> = text.into_deserializer();
        Span::deserialize(text).map(Span::as_duration)
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, seconds) in [("30s", 30), ("5 minutes", 300), ("1h 30m", 5_400), ("0s", 0)] {
            assert_eq!(read(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        for (text, bytes) in [("64 MiB", 64 << 20), ("512KiB", 512 << 10), (" 1 GiB ", 1 << 30)] {
            assert_eq!(Size::parse(text), Some(Size(bytes)), "{text}");
        }
        for text in ["", "64", "64 MB", "-1 MiB", "MiB", "99999999999 GiB"] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
        for text in ["", "30", "-5s", "soon"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
