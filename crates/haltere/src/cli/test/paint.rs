//! Colours, where somebody looks at them.

use std::fmt;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Good,
    Bad,
    Strong,
    Faint,
}

/// Paints, or leaves text as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colors: bool,
}

impl Paint {
    pub(super) fn with(self, style: Style, text: impl fmt::Display) -> String {
        let code = match style {
            Style::Good => "32",
            Style::Bad => "31",
            Style::Strong => "1",
            Style::Faint => "2",
        };
        if self.colors { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    /// Shows commands in backticks as what they are; without colours the backticks stay.
    pub(super) fn commands(self, text: &str) -> String {
        if !self.colors {
            return text.to_owned();
        }
        let parts = text.split('`').enumerate();
        parts
            .map(|(index, part)| match index % 2 {
                0 => part.to_owned(),
                _ => self.with(Style::Strong, part),
            })
            .collect()
    }
}
