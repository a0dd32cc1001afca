//! Rules for short texts that people choose: ids, names, user names.
//!
//! Stored text has to pass [`check`]; new text has to pass [`check_visible`] as well.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::sentence::CodePoint;
use crate::sentences;

sentences! {
    /// Why a text was refused. Each message completes "`<field>`: …".
    #[derive(Copy)]
    pub enum TextError {
        Empty => "must not be empty",
        TooLong { max: usize } => "must be at most {max} characters long",
        ControlCharacter => "must not contain control characters",
        Hidden { character: CodePoint } => "contains {character}, an invisible or direction-changing character",
        Blank => "must contain a visible character",
        NotTrimmed => "must not begin or end with white space",
        DotSegment => "must not be \".\" or \"..\"",
    }
}

impl TextError {
    /// `character` can't be seen, or changes the direction of the text around it.
    pub(crate) const fn hidden(character: char) -> Self {
        Self::Hidden { character: CodePoint(character) }
    }
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

/// Checks that a newly chosen text looks like what it is. Texts that are stored already were
/// chosen under older rules, and stay.
///
/// The joiners U+200C and U+200D are part of words in many scripts, and of emoji: between two visible
/// characters they are allowed. Variation selectors are allowed after one.
pub fn check_visible(text: &str) -> Result<(), TextError> {
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let joins = |other: Option<char>| other.is_some_and(|it| !is_joiner(it) && !is_gap(it));
        let is_loose = is_joiner(letter) && !(joins(before) && joins(letters.peek().copied()))
            || is_selector(letter) && !before.is_some_and(shows);
        if is_loose || (misleads(letter) && !letter.is_control()) {
            return Err(TextError::hidden(letter));
        }
        before = Some(letter);
    }
    if text.chars().any(shows) { Ok(()) } else { Err(TextError::Blank) }
}

/// Whether a character is seen where [`misleads`] allows it.
fn shows(character: char) -> bool {
    !is_joiner(character) && !is_selector(character) && !is_gap(character)
}

/// White space, the braille pattern without dots, and the null notehead.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{2800}' | '\u{1d159}')
}

/// Whether a character makes a text look like another one: controls, what turns the direction of text,
/// separators of lines and paragraphs, what is not seen, and what is no character at all.
///
/// The joiners U+200C and U+200D are none of these, nor are the variation selectors U+FE00 to U+FE0F: Persian,
/// Hindi and many emoji need them.
pub fn misleads(character: char) -> bool {
    character.is_control()
        || ends_line(character)
        || turns_text(character)
        || is_unseen(character)
        || is_noncharacter(character)
}

/// `text` with an escape (`\u{1b}`) for each character that [`misleads`]. Line feeds stay.
pub fn harmless(text: &str) -> Cow<'_, str> {
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

/// Whether a character is not seen where only a name is looked for, as in a host: what [`misleads`], and the
/// variation selectors, which change nothing there.
pub fn is_invisible_in_names(character: char) -> bool {
    misleads(character) || is_selector(character)
}

/// The line and the paragraph separator, which are no control characters.
fn ends_line(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

/// Unicode Bidirectional Algorithm (UAX 9), explicit directional formatting.
fn turns_text(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Default-ignorable characters (Unicode, `DerivedCoreProperties.txt`) other than those that [`misleads`]
/// excepts: a soft hyphen, zero-width spaces, the byte order mark, fillers, tags.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// U+FFFE and U+FFFF, their likes in each plane, and U+FDD0 to U+FDEF (Unicode, 23.7).
fn is_noncharacter(character: char) -> bool {
    u32::from(character) & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

/// The variation selectors; the supplement (U+E0100 to U+E01EF) is never allowed.
fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}')
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_would_mislead_is_shown_as_what_it_is() {
        assert_eq!(harmless("two\nlines, ü, 👩‍🔧"), "two\nlines, ü, 👩‍🔧");
        assert_eq!(harmless("a\x1b[2Jb\u{202e}c\r\0"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}\\u{0}");
    }

    #[test]
    fn hidden_and_bidirectional_characters_are_named() {
        for hidden in [
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{ad}',
            '\u{34f}',
            '\u{2060}',
            '\u{180e}',
            '\u{3164}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{feff}',
            '\u{fdd0}',
            '\u{fdef}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1fffe}',
            '\u{10ffff}',
        ] {
            for text in [format!("a{hidden}b"), format!("{hidden}"), format!("ab{hidden}")] {
                assert_eq!(check_visible(&text), Err(TextError::hidden(hidden)), "{text:?}");
            }
        }
        let why = "contains U+202E, an invisible or direction-changing character";
        assert_eq!(TextError::hidden('\u{202e}').to_string(), why);
        let why = "contains U+10FFFF, an invisible or direction-changing character";
        assert_eq!(TextError::hidden('\u{10ffff}').to_string(), why);
    }

    #[test]
    fn joiners_join() {
        // Persian, Sinhala, a family, a heart on fire.
        for word in
            ["می\u{200c}خواهم", "ක්\u{200d}ෂ", "👩\u{200d}👩\u{200d}👧", "❤\u{fe0f}\u{200d}🔥"]
        {
            assert_eq!(check_visible(word), Ok(()), "{word}");
        }
        for (text, loose) in [
            ("\u{200c}a", '\u{200c}'),
            ("a\u{200d}", '\u{200d}'),
            ("a\u{200d}\u{200c}b", '\u{200d}'),
            ("a\u{200d}\u{200d}b", '\u{200d}'),
            ("a \u{200d}b", '\u{200d}'),
            ("a\u{200c} b", '\u{200c}'),
        ] {
            assert_eq!(check_visible(text), Err(TextError::hidden(loose)), "{text:?}");
        }
    }

    #[test]
    fn what_renders_as_nothing_is_refused() {
        for (text, error) in [
            ("", TextError::Blank),
            ("  ", TextError::Blank),
            ("\u{a0}", TextError::Blank),
            ("\u{3000}\u{3000}", TextError::Blank),
            ("\u{2800}", TextError::Blank),
            ("\u{1d159}", TextError::Blank),
            ("\u{2800} \u{3000}", TextError::Blank),
            ("\u{fe0f}", TextError::hidden('\u{fe0f}')),
            ("\u{fe0f}\u{fe0f}", TextError::hidden('\u{fe0f}')),
            ("a \u{fe0f}", TextError::hidden('\u{fe0f}')),
            ("a\u{2800}\u{fe00}", TextError::hidden('\u{fe00}')),
            ("a\u{2800}\u{200d}b", TextError::hidden('\u{200d}')),
        ] {
            assert_eq!(check_visible(text), Err(error), "{text:?}");
        }
        for text in [" a ", "漢\u{3000}字", "⠓⠊\u{2800}⠁", "1\u{fe0f}\u{20e3}", "❤\u{fe0f}"]
        {
            assert_eq!(check_visible(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn people_write_in_all_scripts() {
        for text in [
            "Press 4",
            "Prüfstand",
            "مرحبا بالعالم",
            "שלום",
            "漢字",
            "🇩🇪👍🏿",
            "a\u{a0}b",
            "\u{fffd}",
            "e\u{301}",
        ] {
            assert_eq!(check_visible(text), Ok(()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn accepted_text_is_not_misleading(text in any::<String>()) {
            if check(&text, 1_000).is_ok() && check_visible(&text).is_ok() {
                prop_assert!(!text.chars().any(misleads), "{text:?}");
            }
        }
    }
}
