//! Texts that brokers send, made fit to be shown.

/// At most `max` characters of `bytes`, read as UTF-8, without those that [mislead](misleads) and
/// without white space at its ends; `None` when nothing is left.
pub fn shown(bytes: &[u8], max: usize) -> Option<String> {
    // Four bytes per character at most, so that a large payload is not read as a whole.
    let bytes = &bytes[..bytes.len().min(max.saturating_mul(4))];
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|character| !misleads(*character))
        .take(max)
        .collect();
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Whether `character` moves the cursor or turns the direction of text, so that what surrounds it
/// looks like something else.
pub fn misleads(character: char) -> bool {
    let turns_text = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns_text || character.is_control()
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

    proptest! {
        #[test]
        fn is_bounded_and_clean(bytes in prop::collection::vec(any::<u8>(), 0..200), max in 0_usize..40) {
            if let Some(text) = shown(&bytes, max) {
                prop_assert!((1..=max).contains(&text.chars().count()));
                prop_assert!(!text.chars().any(misleads));
            }
        }
    }
}
