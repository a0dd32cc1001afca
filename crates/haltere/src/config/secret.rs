//! Secrets in the configuration: each `name` can be given as `name_file`, too.

use std::path::Path;

use anyhow::{Context as _, bail};
use haltere_core::Secret;
use serde::{Deserialize, Deserializer};

use crate::plain_file;

/// The suffix by which a secret is known: a setting is a secret exactly if it can also be given with this suffix.
pub(super) const FILE_SUFFIX: &str = "_file";

/// The longest secret, in bytes; a longer file is certainly the wrong file.
const MAX_BYTES: u64 = 4_096;

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The content of a secret's file without the line break that editors add.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    let describe = || format!("failed to read {}", path.display());
    let text = plain_file::read_text(path, MAX_BYTES).with_context(describe)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        bail!("{} is empty", path.display());
    }
    Ok(text.to_owned())
}
