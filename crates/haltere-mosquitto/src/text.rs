//! Texts that brokers send, made fit to be shown.

use haltere_core::text::misleads;

/// At most `max` characters of `bytes`, read as UTF-8, without those that [mislead](misleads) and
/// without white space at its ends; `None` when nothing is left.
pub fn shown(bytes: &[u8], max: usize) -> Option<String> {
    // Four bytes per character at most, so that a large payload is not read as a whole.
    let bytes = &bytes[..bytes.len().min(max.saturating_mul(4))];
    let mut text = String::new();
    for character in String::from_utf8_lossy(bytes).chars().filter(|c| !misleads(*c)).take(max) {
        // A joiner shapes the letters around it. Anywhere else it only makes equal texts differ.
        if is_joiner(character) && !text.chars().next_back().is_some_and(is_visible) {
            continue;
        }
        if !is_visible(character) && !is_joiner(character) {
            drop_last_joiner(&mut text);
        }
        text.push(character);
    }
    drop_last_joiner(&mut text);
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn is_visible(character: char) -> bool {
    !character.is_whitespace() && !is_joiner(character)
}

fn drop_last_joiner(text: &mut String) {
    if text.ends_with(is_joiner) {
        text.pop();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn is_cleaned() {
        assert_eq!(
            shown(b" mosquitto\n version 2.0.11\x1b[31m ", 128).as_deref(),
            Some("mosquitto version 2.0.11[31m")
        );
        assert_eq!(shown("2.0\u{202e}11\u{2066}".as_bytes(), 128).as_deref(), Some("2.011"));
        assert_eq!(shown(b"\x00\n ", 128), None);
        assert_eq!(shown(b"", 128), None);
    }

    #[test]
    fn what_ends_a_line_or_is_not_seen_goes() {
        for misleading in [
            '\u{2028}',
            '\u{2029}',
            '\u{200b}',
            '\u{feff}',
            '\u{2060}',
            '\u{ad}',
            '\u{85}',
            '\u{9b}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{fdd0}',
            '\u{1fffe}',
            '\u{10ffff}',
            '\u{e0041}',
            '\u{202d}',
        ] {
            let text = format!("not{misleading}here");
            assert_eq!(shown(text.as_bytes(), 128).as_deref(), Some("nothere"), "{misleading:?}");
            assert_eq!(shown(misleading.to_string().as_bytes(), 128), None, "{misleading:?}");
        }
    }

    #[test]
    fn joiners_stay_between_letters_only() {
        let shown = |text: &str| shown(text.as_bytes(), 128);
        let persian = "می\u{200c}خواهم";
        assert_eq!(shown(persian).as_deref(), Some(persian));
        let family = "👩\u{200d}👩\u{200d}👧";
        assert_eq!(shown(family).as_deref(), Some(family));
        assert_eq!(shown("\u{200d}a\u{200c} \u{200d}b\u{200d}\u{200c}").as_deref(), Some("a b"));
        assert_eq!(shown("\u{200d}\u{200c}"), None);
    }

    proptest! {
        #[test]
        fn is_bounded_and_clean(bytes in prop::collection::vec(any::<u8>(), 0..200), max in 0_usize..40) {
            if let Some(text) = shown(&bytes, max) {
                prop_assert!((1..=max).contains(&text.chars().count()));
                prop_assert!(!text.chars().any(misleads));
            }
        }

        #[test]
        fn what_was_cleaned_stays_as_it_is(text in "[ a\u{200c}\u{200d}\u{200b}\u{2028}\n]{0,20}") {
            if let Some(clean) = shown(text.as_bytes(), 128) {
                prop_assert_eq!(shown(clean.as_bytes(), 128), Some(clean.clone()));
            }
        }
    }
}
