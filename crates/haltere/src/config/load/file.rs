//! Settings from the TOML file.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use confique::Config;
use toml::{Table, Value};

use super::resolved::{Origin, Resolved, ResolvedSettings};
use super::table::get_path;
use crate::config::Settings;
use crate::config::setting_meta::SettingMeta;
use crate::plain_file;

/// The longest configuration file, in bytes. A longer one is certainly the wrong file.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the file at `path` into `resolved`.
pub(super) fn read(
    path: &Path,
    metas: &[SettingMeta],
    resolved: &mut ResolvedSettings,
) -> anyhow::Result<()> {
    let describe = || format!("failed to read the configuration file {}", path.display());
    let text = plain_file::read_text(path, MAX_BYTES).with_context(describe)?;
    let located = |error: toml::de::Error| locate(&error, &text);
    let table: Table = text.parse().map_err(located).with_context(describe)?;
    refuse_unknown_keys("", &table, metas).with_context(describe)?;
    // Parse again into the types, whose errors have a line number.
    toml::from_str::<<Settings as Config>::Layer>(&text).map_err(located).with_context(describe)?;
    for meta in metas {
        if let Some(value) = get_path(&table, &meta.path) {
            let origin = Origin::File(path.to_owned());
            resolved.insert(meta.path.clone(), Resolved { value: value.clone(), origin });
        }
    }
    Ok(())
}

/// Keeps only line number and reason: the parser's own message quotes the line, which may contain a secret.
pub(super) fn locate(error: &toml::de::Error, text: &str) -> anyhow::Error {
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => anyhow!("line {}: {}", before.matches('\n').count() + 1, error.message()),
        None => anyhow!("{}", error.message()),
    }
}

fn refuse_unknown_keys(prefix: &str, table: &Table, metas: &[SettingMeta]) -> anyhow::Result<()> {
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        let section = format!("{path}.");
        if metas.iter().any(|meta| meta.path == path) {
            continue;
        }
        let known: Vec<_> = metas
            .iter()
            .filter_map(|meta| meta.path.strip_prefix(prefix))
            .map(|rest| rest.split('.').next().unwrap_or(rest))
            .collect();
        match value {
            Value::Table(inner) if metas.iter().any(|meta| meta.path.starts_with(&section)) => {
                refuse_unknown_keys(&section, inner, metas)?;
            }
            _ => bail!("unknown key {path}; known here: {}", unique(known).join(", ")),
        }
    }
    Ok(())
}

fn unique(mut names: Vec<&str>) -> Vec<&str> {
    names.dedup();
    names
}
