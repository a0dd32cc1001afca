//! Reading the four places, and remembering which one answered.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use confique::Config;
use serde::Deserialize as _;
use toml::{Table, Value};

use super::Settings;
use super::leaf::{Leaf, all};
use super::secret::{self, FILE_SUFFIX};
use crate::data_dir::MASTER_KEY;
use crate::plain_file;

/// What starts the name of each of our environment variables.
const ENV_PREFIX: &str = "HALTERE_";

/// The longest configuration file, in bytes; a longer one is certainly the wrong file.
const MAX_BYTES: u64 = 1 << 20;

/// The variable that names the file, and so can't stand in it.
const ENV_FILE: &str = "HALTERE_CONFIG";

/// The places to ask, handed in so that tests need no real environment.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// `--config`
    pub file: Option<PathBuf>,
    /// The environment; whatever does not start with `HALTERE_` is ignored, and so is an empty value.
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

/// Where a value comes from. The order is that of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Default,
    File(PathBuf),
    Env(String),
    Flag(&'static str),
}

impl Origin {
    fn rank(&self) -> u8 {
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
pub(super) struct Answer {
    pub value: Value,
    pub origin: Origin,
}

/// The effective settings.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Typed, with the secrets' files read.
    pub settings: Settings,
    /// By path, as they were given: a secret that came by file stands here as the file's name.
    pub(super) answers: BTreeMap<String, Answer>,
}

impl Loaded {
    /// The file a secret was read from; `None` when it was given itself, or not at all.
    pub(super) fn file_of(&self, secret: &str) -> Option<PathBuf> {
        let leaf = all().into_iter().find(|leaf| leaf.path == secret)?;
        chosen_file(&leaf, &self.answers).ok().flatten().map(PathBuf::from)
    }

    /// The file the master key is read from, be it configured or in the data folder.
    pub(crate) fn master_key_file(&self) -> Option<PathBuf> {
        let data = &self.settings.data;
        let in_folder = || data.master_key.is_none().then(|| data.dir.join(MASTER_KEY));
        self.file_of("data.master_key").or_else(in_folder)
    }

    /// Where a secret comes from, in words; `None` when it was not given.
    pub(crate) fn whence(&self, secret: &str) -> Option<String> {
        let twin = format!("{secret}{FILE_SUFFIX}");
        let given =
            |path: &str| self.answers.get(path).map(|answer| (answer, answer.origin.rank()));
        match (given(secret), given(&twin)) {
            (None, None) => None,
            (Some((direct, rank)), twin) if twin.is_none_or(|(_, other)| rank > other) => {
                Some(format!("{secret}, set by {}", direct.origin))
            }
            (_, Some((file, _))) => {
                let name = file.value.as_str().unwrap_or_default();
                Some(format!("the file {name}, named by {twin} in {}", file.origin))
            }
            (Some((direct, _)), None) => Some(format!("{secret}, set by {}", direct.origin)),
        }
    }
}

/// Asks all places.
pub(crate) fn load(sources: &Sources) -> anyhow::Result<Loaded> {
    let leaves = all();
    let mut answers = BTreeMap::new();
    for leaf in &leaves {
        if let Some(value) = leaf.default_value() {
            answers.insert(leaf.path.clone(), Answer { value, origin: Origin::Default });
        }
    }
    if let Some(path) = sources.file.clone().or_else(|| file_from_env(sources)) {
        read_file(&path, &leaves, &mut answers)?;
    }
    read_env(sources, &leaves, &mut answers)?;
    for flag in &sources.flags {
        let leaf = leaves.iter().find(|leaf| leaf.path == flag.path);
        let leaf = leaf.ok_or_else(|| anyhow!("{} names no setting", flag.name))?;
        let value = check(leaf, leaf.read(&flag.value)).with_context(|| flag.name.to_owned())?;
        answers.insert(leaf.path.clone(), Answer { value, origin: Origin::Flag(flag.name) });
    }
    let settings = settings(&leaves, &answers)?;
    settings.server.check()?;
    settings.limits.check()?;
    Ok(Loaded { settings, answers })
}

fn file_from_env(sources: &Sources) -> Option<PathBuf> {
    sources.env.get(ENV_FILE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn read_file(
    path: &Path,
    leaves: &[Leaf],
    answers: &mut BTreeMap<String, Answer>,
) -> anyhow::Result<()> {
    let text = plain_file::read_text(path, MAX_BYTES)
        .with_context(|| format!("failed to read the configuration file {}", path.display()))?;
    let describe = || format!("failed to read the configuration file {}", path.display());
    let located = |error: toml::de::Error| locate(&error, &text);
    let table: Table = text.parse().map_err(located).with_context(describe)?;
    refuse_unknown_keys("", &table, leaves).with_context(describe)?;
    // Once more, into the types, whose errors know their line.
    toml::from_str::<<Settings as Config>::Layer>(&text).map_err(located).with_context(describe)?;
    for leaf in leaves {
        if let Some(value) = dig(&table, &leaf.path) {
            let answer = Answer { value: value.clone(), origin: Origin::File(path.to_owned()) };
            answers.insert(leaf.path.clone(), answer);
        }
    }
    Ok(())
}

/// The parser's own message quotes the line, and the line may hold a secret: keep place and reason.
fn locate(error: &toml::de::Error, text: &str) -> anyhow::Error {
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => anyhow!("line {}: {}", before.matches('\n').count() + 1, error.message()),
        None => anyhow!("{}", error.message()),
    }
}

fn refuse_unknown_keys(prefix: &str, table: &Table, leaves: &[Leaf]) -> anyhow::Result<()> {
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        let section = format!("{path}.");
        if leaves.iter().any(|leaf| leaf.path == path) {
            continue;
        }
        let known: Vec<_> = leaves
            .iter()
            .filter_map(|leaf| leaf.path.strip_prefix(prefix))
            .map(|rest| rest.split('.').next().unwrap_or(rest))
            .collect();
        match value {
            Value::Table(inner) if leaves.iter().any(|leaf| leaf.path.starts_with(&section)) => {
                refuse_unknown_keys(&section, inner, leaves)?;
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

fn dig<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((section, rest)) => dig(table.get(section)?.as_table()?, rest),
        None => table.get(path),
    }
}

fn read_env(
    sources: &Sources,
    leaves: &[Leaf],
    answers: &mut BTreeMap<String, Answer>,
) -> anyhow::Result<()> {
    let ours = sources.env.iter().filter(|(name, text)| {
        name.starts_with(ENV_PREFIX) && name.as_str() != ENV_FILE && !text.is_empty()
    });
    for (name, text) in ours {
        let Some(leaf) = leaves.iter().find(|leaf| leaf.env == name) else {
            if is_of_a_service(name, text) {
                continue;
            }
            bail!(
                "unknown environment variable {name}; `haltere config template` lists the known ones"
            );
        };
        let value = check(leaf, leaf.read(text)).with_context(|| name.clone())?;
        answers.insert(leaf.path.clone(), Answer { value, origin: Origin::Env(name.clone()) });
    }
    Ok(())
}

/// Whether Kubernetes made the variable because a Service in the same namespace is named `haltere`, or `haltere-`
/// and more: it tells every container where each Service is. The shapes are fixed (and those of Docker's links), so a
/// typing error is none of them.
fn is_of_a_service(name: &str, text: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    let is_protocol = |text: &str| matches!(text, "tcp" | "udp" | "sctp");
    let is_target = |text: &str| {
        let parts = text.split_once("://").zip(text.rsplit_once(':'));
        parts.is_some_and(|((protocol, _), (_, port))| is_protocol(protocol) && is_port(port))
    };
    let Some(rest) = name.strip_prefix(ENV_PREFIX) else { return false };
    let words: Vec<&str> = rest.split('_').collect();
    // The Service's name may have any words, ours among them, so each beginning of a shape is tried.
    (0..words.len()).any(|at| match &words[at..] {
        ["SERVICE", "HOST"] => is_address(text),
        ["SERVICE", "PORT", ..] => is_port(text),
        ["PORT"] => is_target(text),
        ["PORT", number, protocol, what @ ..]
            if is_port(number) && is_protocol(&protocol.to_ascii_lowercase()) =>
        {
            match what {
                [] => is_target(text),
                ["PROTO"] => is_protocol(text),
                ["PORT"] => is_port(text),
                ["ADDR"] => is_address(text),
                _ => false,
            }
        }
        _ => false,
    })
}

/// Whether the setting's type takes the value; told apart from the rest, so that the error can name the place.
fn check(leaf: &Leaf, value: Value) -> anyhow::Result<Value> {
    let mut table = Table::new();
    put(&mut table, &leaf.path, value.clone());
    <Settings as Config>::Layer::deserialize(table).map_err(|error| locate(&error, ""))?;
    Ok(value)
}

fn put(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
        None => {
            table.insert(path.to_owned(), value);
        }
    }
}

fn settings(leaves: &[Leaf], answers: &BTreeMap<String, Answer>) -> anyhow::Result<Settings> {
    let mut table = Table::new();
    for (path, answer) in answers {
        put(&mut table, path, answer.value.clone());
    }
    for leaf in leaves.iter().filter(|leaf| leaf.secret) {
        if let Some(file) = chosen_file(leaf, answers)? {
            let secret = secret::read(Path::new(&file)).with_context(|| leaf.path.clone())?;
            put(&mut table, &leaf.path, Value::String(secret));
        }
    }
    let layer =
        <Settings as Config>::Layer::deserialize(table).map_err(|error| locate(&error, ""))?;
    Settings::from_layer(layer).context("failed to read the configuration")
}

/// The file to read a secret from: `None` when the secret itself was given in a place of higher precedence.
fn chosen_file(leaf: &Leaf, answers: &BTreeMap<String, Answer>) -> anyhow::Result<Option<String>> {
    let twin = format!("{}{FILE_SUFFIX}", leaf.path);
    let Some(file) = answers.get(&twin) else { return Ok(None) };
    if let Some(direct) = answers.get(&leaf.path) {
        match direct.origin.rank().cmp(&file.origin.rank()) {
            std::cmp::Ordering::Greater => return Ok(None),
            std::cmp::Ordering::Equal => {
                bail!("{} and {twin} are both set; set one of them", leaf.path)
            }
            std::cmp::Ordering::Less => {}
        }
    }
    Ok(file.value.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests;
