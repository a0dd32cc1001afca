//! The effective settings, and where each comes from.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use anyhow::bail;
use toml::Value;

use crate::config::Settings;
use crate::config::secret::FILE_SUFFIX;
use crate::config::setting_meta::{SettingMeta, all};
use crate::data_dir::MASTER_KEY;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File(PathBuf),
    Env(String),
    Flag(&'static str),
}

impl Origin {
    /// Of two origins, the higher one wins.
    fn precedence(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::File(_) => 1,
            Self::Env(_) => 2,
            Self::Flag(_) => 3,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Env(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub(in crate::config) struct Resolved {
    pub value: Value,
    pub origin: Origin,
}

/// By path: `server.listen`.
pub(in crate::config) type ResolvedSettings = BTreeMap<String, Resolved>;

/// The effective settings.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Typed, with the secrets' files read.
    pub settings: Settings,
    /// As they were given: of a secret in a file, the file's name.
    pub(in crate::config) resolved: ResolvedSettings,
}

impl Loaded {
    /// The file a secret was read from; `None` if it was given directly, or not at all.
    pub(in crate::config) fn file_of(&self, secret: &str) -> Option<PathBuf> {
        let meta = all().into_iter().find(|meta| meta.path == secret)?;
        secret_file(&meta, &self.resolved).ok().flatten().map(PathBuf::from)
    }

    /// The file of the master key, configured or in the data folder.
    pub(crate) fn master_key_file(&self) -> Option<PathBuf> {
        let data = &self.settings.data;
        let in_folder = || data.master_key.is_none().then(|| data.dir.join(MASTER_KEY));
        self.file_of("data.master_key").or_else(in_folder)
    }

    /// Where a secret comes from, in words; `None` if it is not set.
    pub(crate) fn source_of(&self, secret: &str) -> Option<String> {
        let file_variant = format!("{secret}{FILE_SUFFIX}");
        if let Some(file) = self.file_of(secret) {
            let origin = &self.resolved.get(&file_variant)?.origin;
            return Some(format!(
                "the file {}, named by {file_variant} in {origin}",
                file.display()
            ));
        }
        let direct = self.resolved.get(secret)?;
        Some(format!("{secret}, set by {}", direct.origin))
    }
}

/// The file to read a secret from; `None` if it is not set, or the secret itself has higher precedence.
pub(super) fn secret_file(
    meta: &SettingMeta,
    resolved: &ResolvedSettings,
) -> anyhow::Result<Option<String>> {
    let file_variant = format!("{}{FILE_SUFFIX}", meta.path);
    let Some(file) = resolved.get(&file_variant) else { return Ok(None) };
    if let Some(direct) = resolved.get(&meta.path) {
        match direct.origin.precedence().cmp(&file.origin.precedence()) {
            Ordering::Greater => return Ok(None),
            Ordering::Equal => {
                bail!("{} and {file_variant} are both set; set one of them", meta.path)
            }
            Ordering::Less => {}
        }
    }
    Ok(file.value.as_str().map(str::to_owned))
}
