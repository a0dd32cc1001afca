//! The settings as a flat list, taken from the types.

use confique::Config as _;
use confique::meta::{Expr, FieldKind, LeafKind, Meta};
use toml::Value;

use super::Settings;
use super::secret::FILE_SUFFIX;

/// One setting.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Where it stands in the file: `server.listen`.
    pub path: String,
    /// Its environment variable.
    pub env: &'static str,
    /// `None` when it may be left unset.
    pub default: Option<Expr>,
    /// Its value is never shown.
    pub secret: bool,
}

/// All settings, in the order of the file.
pub(super) fn all() -> Vec<Leaf> {
    let mut leaves = Vec::new();
    collect("", &Settings::META, &mut leaves);
    leaves
}

fn collect(prefix: &str, meta: &Meta, leaves: &mut Vec<Leaf>) {
    for field in meta.fields {
        let path = format!("{prefix}{}", field.name);
        match field.kind {
            FieldKind::Nested { meta } => collect(&format!("{path}."), meta, leaves),
            FieldKind::Leaf { env, kind } => leaves.push(Leaf {
                env: env.expect("every setting has a variable; a test looks"),
                default: match kind {
                    LeafKind::Required { default } => default,
                    LeafKind::Optional => None,
                },
                secret: meta.fields.iter().any(|twin| {
                    twin.name.strip_suffix(FILE_SUFFIX).is_some_and(|name| name == field.name)
                }),
                path,
            }),
        }
    }
}

impl Leaf {
    /// The default as it would stand in the file.
    pub(super) fn default_value(&self) -> Option<Value> {
        let default = self.default.as_ref()?;
        Some(Value::try_from(default).expect("what the macro accepts is a TOML value"))
    }

    /// Reads the text of a variable or a flag the way the default says: a number, a switch, a list
    /// with commas, or else text. What does not fit stays text, and the type says what is wrong with it.
    pub(super) fn read(&self, text: &str) -> Value {
        let as_text = || Value::String(text.to_owned());
        match self.default {
            Some(Expr::Integer(_)) => text.parse().map_or_else(|_| as_text(), Value::Integer),
            Some(Expr::Bool(_)) => text.parse().map_or_else(|_| as_text(), Value::Boolean),
            Some(Expr::Array(_)) => Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| Value::String(item.to_owned()))
                    .collect(),
            ),
            _ => as_text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_setting_has_a_variable_of_its_own() {
        let leaves = all();
        let names: HashSet<_> = leaves.iter().map(|leaf| leaf.env).collect();
        assert_eq!(names.len(), leaves.len());
        assert!(names.iter().all(|name| name.starts_with("HALTERE_")));
        assert!(!names.contains("HALTERE_CONFIG"), "names the file itself");
    }

    #[test]
    fn passwords_and_keys_are_secrets_and_nothing_else_is() {
        let secrets: Vec<_> =
            all().into_iter().filter(|leaf| leaf.secret).map(|leaf| leaf.path).collect();
        assert_eq!(secrets, ["data.master_key", "admin.password"]);
        for leaf in all() {
            let sounds_secret = ["password", "secret", "key", "token"]
                .iter()
                .any(|word| leaf.path.split(['.', '_']).any(|part| part == *word));
            // Names a file, as web servers call it everywhere.
            let is_path = leaf.path == "server.tls_key";
            let is_number = leaf.path == "limits.password_checks";
            if sounds_secret && !is_path && !is_number && !leaf.path.ends_with(FILE_SUFFIX) {
                assert!(leaf.secret, "{} needs a twin {0}{FILE_SUFFIX}", leaf.path);
            }
        }
    }
}
