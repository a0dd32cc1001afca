//! Errors and panics as texts.

use std::any::Any;
use std::error::Error;

/// An error with all of its causes, on one line.
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The message of a panic, if it is a text.
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn causes_follow_their_effect() {
        assert_eq!(error_chain(&Outer(std::io::Error::other("inner"))), "outer: inner");
    }

    #[test]
    fn a_panic_may_have_a_text() {
        assert_eq!(panic_message(&"a text"), "a text");
        assert_eq!(panic_message(&String::from("a text")), "a text");
        assert_eq!(panic_message(&7), "no message");
    }
}
