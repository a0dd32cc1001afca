//! Texts that brokers send, made fit to be shown.

/// At most `max` characters of `bytes`, read as UTF-8, without control characters and without white
/// space at its ends; `None` when nothing is left.
pub fn shown(bytes: &[u8], max: usize) -> Option<String> {
    // Four bytes per character at most, so that a large payload is not read as a whole.
    let bytes = &bytes[..bytes.len().min(max.saturating_mul(4))];
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|character| !character.is_control())
        .take(max)
        .collect();
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
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
        assert_eq!(shown(b"\x00\n ", 128), None);
        assert_eq!(shown(b"", 128), None);
    }

    proptest! {
        #[test]
        fn is_bounded_and_clean(bytes in prop::collection::vec(any::<u8>(), 0..200), max in 0_usize..40) {
            if let Some(text) = shown(&bytes, max) {
                prop_assert!((1..=max).contains(&text.chars().count()));
                prop_assert!(!text.chars().any(char::is_control));
            }
        }
    }
}
