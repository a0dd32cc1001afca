//! `haltere config show`: what counts, and why.

use std::fmt::Write as _;

use super::leaf;
use super::load::Loaded;

/// Stands where a secret would.
const MASK: &str = "\"[secret]\"";

/// The effective settings as a TOML file, each with the place it comes from.
pub(crate) fn show(loaded: &Loaded) -> String {
    let mut text = String::new();
    let mut section = "";
    let leaves = leaf::all();
    for leaf in &leaves {
        let (of, name) = leaf.path.split_once('.').unwrap_or(("", &leaf.path));
        if of != section {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{of}]");
            section = of;
        }
        // Writing into a String can't fail.
        let _ = match loaded.answers.get(&leaf.path) {
            None => writeln!(text, "#{name} is not set"),
            Some(answer) => {
                let value = if leaf.secret { MASK.to_owned() } else { answer.value.to_string() };
                writeln!(text, "{:<40} # {}", format!("{name} = {value}"), answer.origin)
            }
        };
    }
    text
}
