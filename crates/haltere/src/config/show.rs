//! `haltere config show`: what counts, and why.

use std::fmt::Write as _;

use super::load::Loaded;
use super::setting_meta::all;

/// Shown instead of a secret.
const MASK: &str = "\"[secret]\"";

/// The effective settings as a TOML file, each with the place it comes from.
pub(crate) fn show(loaded: &Loaded) -> String {
    let mut text = String::new();
    let mut section = "";
    let metas = all();
    for meta in &metas {
        let (of, name) = meta.path.rsplit_once('.').unwrap_or(("", &meta.path));
        if of != section {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{of}]");
            section = of;
        }
        // Writing into a String can't fail.
        let _ = match loaded.resolved.get(&meta.path) {
            None => writeln!(text, "#{name} is not set"),
            Some(resolved) => {
                let value = if meta.secret { MASK.to_owned() } else { resolved.value.to_string() };
                writeln!(text, "{:<40} # {}", format!("{name} = {value}"), resolved.origin)
            }
        };
    }
    text
}
