//! The settings as a flat list, derived from the types.

use confique::Config as _;
use confique::meta::{Expr, FieldKind, LeafKind, Meta};
use toml::Value;

use super::Settings;
use super::secret::FILE_SUFFIX;

/// One setting.
#[derive(Debug, Clone)]
pub(super) struct SettingMeta {
    /// In the file: `server.listen`.
    pub path: String,
    /// Its environment variable.
    pub env: &'static str,
    /// `None` if it is optional.
    pub default: Option<Expr>,
    /// Secrets are never shown.
    pub secret: bool,
}

/// All settings, in the order of the file.
pub(super) fn all() -> Vec<SettingMeta> {
    let mut metas = Vec::new();
    collect("", &Settings::META, &mut metas);
    metas
}

fn collect(prefix: &str, meta: &Meta, metas: &mut Vec<SettingMeta>) {
    for field in meta.fields {
        let path = format!("{prefix}{}", field.name);
        match field.kind {
            FieldKind::Nested { meta } => collect(&format!("{path}."), meta, metas),
            FieldKind::Leaf { env, kind } => metas.push(SettingMeta {
                env: env.expect("every setting has a variable; a test looks"),
                default: match kind {
                    LeafKind::Required { default } => default,
                    LeafKind::Optional => None,
                },
                secret: meta.fields.iter().any(|other| {
                    other.name.strip_suffix(FILE_SUFFIX).is_some_and(|name| name == field.name)
                }),
                path,
            }),
        }
    }
}

impl SettingMeta {
    /// The default as the file would have it.
    pub(super) fn default_value(&self) -> Option<Value> {
        let default = self.default.as_ref()?;
        Some(Value::try_from(default).expect("what the macro accepts is a TOML value"))
    }

    /// Parses the text of a variable or a flag. The default gives the type: a number, a boolean, a list with
    /// commas, or else text. What doesn't parse stays text, and the type reports the error.
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
        let metas = all();
        let names: HashSet<_> = metas.iter().map(|meta| meta.env).collect();
        assert_eq!(names.len(), metas.len());
        assert!(names.iter().all(|name| name.starts_with("HALTERE_")));
        assert!(!names.contains("HALTERE_CONFIG"), "names the file itself");
    }

    #[test]
    fn exactly_passwords_and_keys_are_secrets() {
        let secrets: Vec<_> =
            all().into_iter().filter(|meta| meta.secret).map(|meta| meta.path).collect();
        assert_eq!(secrets, ["data.master_key", "admin.password", "sign_on.oidc.client_secret"]);
        for meta in all() {
            let sounds_secret = ["password", "secret", "key", "token"]
                .iter()
                .any(|word| meta.path.split(['.', '_']).any(|part| part == *word));
            // The usual name in web servers; the value is a path.
            let is_path = ["server.tls_key", "audit.syslog.tls_key"].contains(&&*meta.path);
            let is_number = meta.path == "limits.password_checks";
            if sounds_secret && !is_path && !is_number && !meta.path.ends_with(FILE_SUFFIX) {
                assert!(meta.secret, "{} needs a setting {0}{FILE_SUFFIX}", meta.path);
            }
        }
    }
}
