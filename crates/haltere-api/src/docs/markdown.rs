//! The little Markdown our descriptions use: paragraphs, lists, `code`.

use maud::{Markup, html};

/// Paragraphs and lists.
pub(super) fn blocks(text: &str) -> Markup {
    html! {
        @for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            @if block.starts_with("- ") {
                ul { @for item in block.lines() { li { (spans(item.trim_start_matches("- "))) } } }
            } @else {
                p { (spans(block)) }
            }
        }
    }
}

/// A line of text with code in it: every other piece between back-ticks.
pub(super) fn spans(text: &str) -> Markup {
    html! {
        @for (index, piece) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_our_descriptions_use_is_rendered_and_escaped() {
        let markup = blocks("Say `a < b`.\n\n- one\n- `two`").into_string();
        let expected =
            "<p>Say <code>a &lt; b</code>.</p><ul><li>one</li><li><code>two</code></li></ul>";
        assert_eq!(markup, expected);
    }
}
