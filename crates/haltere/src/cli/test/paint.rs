//! Colours, if a person looks at them.

use std::fmt;

use anstyle::{AnsiColor, Style};

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default();
pub(super) const STRONG: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();

/// Paints, or leaves text as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colors: bool,
}

impl Paint {
    pub(super) fn with(self, style: Style, text: impl fmt::Display) -> String {
        if self.colors { format!("{style}{text}{style:#}") } else { text.to_string() }
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
                _ => self.with(STRONG, part),
            })
            .collect()
    }
}
