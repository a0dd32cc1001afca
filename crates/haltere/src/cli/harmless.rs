//! Text from elsewhere, fit for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use haltere_core::text::misleads;

/// `text` with an escape (`\u{1b}`) for each character that would move the cursor, change colours or turn the
/// direction of what follows. Line breaks stay.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let is_bad = |c: char| c != '\n' && misleads(c);
    if !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_bad(c) {
            // Writing into a String can't fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_mislead_is_shown_as_what_it_is() {
        assert_eq!(harmless("two\nlines, ü, 👩‍🔧"), "two\nlines, ü, 👩‍🔧");
        assert_eq!(harmless("a\x1b[2Jb\u{202e}c\r\0"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}\\u{0}");
    }
}
