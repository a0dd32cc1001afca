//! Reads the settings from their sources: defaults, file, environment, flags.

mod env;
mod file;
mod resolved;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use confique::Config;
use serde::Deserialize as _;
use toml::{Table, Value};

use super::setting_meta::{SettingMeta, all};
use super::{Settings, secret};
use file::locate;
pub(crate) use resolved::Loaded;
use resolved::{Origin, Resolved, ResolvedSettings, secret_file};
use table::set_path;

/// Where settings come from. A parameter, so that tests need no real environment.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Of `--config`.
    pub file: Option<PathBuf>,
    /// The environment. Names without the prefix `HALTERE_` and empty values are ignored.
    pub env: BTreeMap<String, String>,
    /// The flags that were given.
    pub flags: Vec<Flag>,
}

/// A flag that was given.
#[derive(Debug)]
pub(crate) struct Flag {
    /// `--listen`
    pub name: &'static str,
    /// `server.listen`
    pub path: &'static str,
    /// As typed.
    pub value: String,
}

/// Reads all sources, lowest precedence first.
pub(crate) fn load(sources: &Sources) -> anyhow::Result<Loaded> {
    let metas = all();
    let mut resolved = BTreeMap::new();
    for meta in &metas {
        if let Some(value) = meta.default_value() {
            resolved.insert(meta.path.clone(), Resolved { value, origin: Origin::Default });
        }
    }
    if let Some(path) = sources.file.clone().or_else(|| env::file(sources)) {
        file::read(&path, &metas, &mut resolved)?;
    }
    env::read(sources, &metas, &mut resolved)?;
    for flag in &sources.flags {
        let meta = metas.iter().find(|meta| meta.path == flag.path);
        let meta = meta.ok_or_else(|| anyhow!("{} names no setting", flag.name))?;
        let value = check(meta, meta.read(&flag.value)).with_context(|| flag.name.to_owned())?;
        resolved.insert(meta.path.clone(), Resolved { value, origin: Origin::Flag(flag.name) });
    }
    let settings = settings(&metas, &resolved)?;
    settings.server.check()?;
    settings.limits.check()?;
    settings.sign_on.check()?;
    settings.audit.file.check()?;
    settings.audit.syslog.check()?;
    Ok(Loaded { settings, resolved })
}

/// Refuses a value that the setting's type doesn't accept. Each value is checked alone, so that the error can name
/// its source.
fn check(meta: &SettingMeta, value: Value) -> anyhow::Result<Value> {
    let mut table = Table::new();
    set_path(&mut table, &meta.path, value.clone());
    <Settings as Config>::Layer::deserialize(table).map_err(|error| locate(&error, ""))?;
    Ok(value)
}

fn settings(metas: &[SettingMeta], resolved: &ResolvedSettings) -> anyhow::Result<Settings> {
    let mut table = Table::new();
    for (path, Resolved { value, .. }) in resolved {
        set_path(&mut table, path, value.clone());
    }
    for meta in metas.iter().filter(|meta| meta.secret) {
        if let Some(file) = secret_file(meta, resolved)? {
            let secret = secret::read(Path::new(&file)).with_context(|| meta.path.clone())?;
            set_path(&mut table, &meta.path, Value::String(secret));
        }
    }
    let layer =
        <Settings as Config>::Layer::deserialize(table).map_err(|error| locate(&error, ""))?;
    Settings::from_layer(layer).context("failed to read the configuration")
}

#[cfg(test)]
mod tests;
