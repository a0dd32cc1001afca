//! `haltere config template`: a file to start from.

use std::fmt::Write as _;

use confique::Config as _;
use confique::meta::{FieldKind, Meta};

use super::Settings;
use super::setting_meta::{SettingMeta, all};

/// A TOML file that explains every setting and gives its default, commented out.
pub(crate) fn template() -> String {
    let mut text = String::new();
    comment(&mut text, Settings::META.doc);
    for field in Settings::META.fields {
        if let FieldKind::Nested { meta } = field.kind {
            section(&mut text, field.name, meta);
        }
    }
    text
}

fn section(text: &mut String, name: &str, meta: &Meta) {
    text.push('\n');
    comment(text, meta.doc);
    // Writing into a String can't fail.
    let _ = writeln!(text, "[{name}]");
    let leaves = meta.fields.iter().filter(|field| matches!(field.kind, FieldKind::Leaf { .. }));
    for (index, field) in leaves.enumerate() {
        if index > 0 {
            text.push('\n');
        }
        comment(text, field.doc);
        let path = format!("{name}.{}", field.name);
        if let Some(meta) = all().iter().find(|meta| meta.path == path) {
            setting(text, field.name, meta);
        }
    }
    for field in meta.fields {
        if let FieldKind::Nested { meta } = field.kind {
            section(text, &format!("{name}.{}", field.name), meta);
        }
    }
}

fn setting(text: &mut String, name: &str, meta: &SettingMeta) {
    let _ = match meta.default_value() {
        Some(default) => writeln!(text, "# Environment: {}\n#{name} = {default}", meta.env),
        None => writeln!(text, "# Environment: {}. Not set by default.\n#{name} =", meta.env),
    };
}

/// The doc comments of the types, which is what makes the file worth reading.
fn comment(text: &mut String, lines: &[&str]) {
    for line in lines {
        let _ = writeln!(text, "#{line}");
    }
}
