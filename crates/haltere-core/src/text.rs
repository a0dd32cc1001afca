//! Rules for short texts that people choose: ids, names, user names.

/// Why a text was refused. Each message completes "`<field>`: …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing was left after trimming.
    #[error("must not be empty")]
    Empty,
    /// More than `max` characters.
    #[error("must be at most {max} characters long")]
    TooLong {
        /// The limit, in Unicode scalar values.
        max: usize,
    },
    /// A control character (Unicode category Cc) is inside.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// `.` or `..`, which no URL path can carry.
    #[error("must not be \".\" or \"..\"")]
    DotSegment,
}

/// Checks that `text` has 1 to `max` characters and no control character.
pub fn check(text: &str, max: usize) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::ControlCharacter);
    }
    Ok(())
}
