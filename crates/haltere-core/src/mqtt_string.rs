//! Texts that fit into an MQTT packet.

use std::fmt;
use std::sync::Arc;

use crate::secret::Secret;
use crate::sentences;

sentences! {
    /// Why a text doesn't fit into an MQTT packet (MQTT 5, 1.5.4). Each message completes "`<field>`: …".
    #[derive(Copy)]
    pub enum MqttStringError {
        TooManyBytes { max: usize } => "must be at most {max} bytes long",
        Null => "must not contain the character U+0000",
    }
}

/// A text that fits into an MQTT packet; may be empty. Cloning shares the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttString(Arc<str>);

impl MqttString {
    /// The longest text, in bytes: its length has 16 bits.
    pub const MAX_BYTES: usize = 65_535;

    /// Takes the text as given, if it fits.
    pub fn parse(text: &str) -> Result<Self, MqttStringError> {
        check(text)?;
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for MqttString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password that fits into an MQTT packet; may be empty. Cloning shares the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttPassword(Arc<Secret<String>>);

impl MqttPassword {
    /// Takes the password as given, if it fits. MQTT 5 allows any bytes, but haltere sends text.
    pub fn parse(password: Secret<String>) -> Result<Self, MqttStringError> {
        check(password.expose())?;
        Ok(Self(Arc::new(password)))
    }

    /// The password. Do not store or format what this returns.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The password, shared.
    pub fn shared(&self) -> Arc<Secret<String>> {
        Arc::clone(&self.0)
    }
}

fn check(text: &str) -> Result<(), MqttStringError> {
    if text.len() > MqttString::MAX_BYTES {
        return Err(MqttStringError::TooManyBytes { max: MqttString::MAX_BYTES });
    }
    if text.contains('\0') {
        return Err(MqttStringError::Null);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_do_not_fit_are_refused() {
        for (text, expected) in [
            (String::new(), Ok(())),
            ("ü".to_owned(), Ok(())),
            ("x".repeat(65_535), Ok(())),
            ("x".repeat(65_536), Err(MqttStringError::TooManyBytes { max: MqttString::MAX_BYTES })),
            ("a\0b".to_owned(), Err(MqttStringError::Null)),
        ] {
            assert_eq!(MqttString::parse(&text).map(|_| ()), expected);
            assert_eq!(MqttPassword::parse(Secret::new(text)).map(|_| ()), expected);
        }
        assert_eq!(
            MqttStringError::TooManyBytes { max: MqttString::MAX_BYTES }.to_string(),
            "must be at most 65535 bytes long"
        );
    }

    #[test]
    fn a_password_is_never_shown() {
        let password = MqttPassword::parse("hunter2".into()).expect("it fits");
        assert!(!format!("{password:?}").contains("hunter2"));
    }
}
