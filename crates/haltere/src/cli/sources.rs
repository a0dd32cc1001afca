//! The flags by which settings are given, shared by the subcommands.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::exit::Usage;
use crate::config::{Flag, Loaded, LogFormat, Sources, load};

/// Where the settings are, for a command that needs no data folder.
#[derive(Debug, Args)]
pub(super) struct File {
    /// The configuration file (TOML) [env: HALTERE_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where the settings are.
#[derive(Debug, Args)]
pub(super) struct Common {
    #[command(flatten)]
    file: File,

    /// The data folder [default: ./haltere-data] [env: HALTERE_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// The settings of the server that also have a flag.
#[derive(Debug, Args)]
pub(super) struct Server {
    #[command(flatten)]
    common: Common,

    /// Address and port to listen on; port 0 takes a free one, :8088 is all addresses [default: 127.0.0.1:8088] [env: HALTERE_LISTEN]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,

    /// Speak TLS with the certificate in this PEM file, its chain behind it [env: HALTERE_TLS_CERT]
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// The file with the certificate's private key [env: HALTERE_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// How the log is written [default: text] [env: HALTERE_LOG_FORMAT]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// What is logged: info, or info,haltere_link=debug [default: info] [env: HALTERE_LOG_LEVEL]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl File {
    pub(super) fn load(self) -> anyhow::Result<Loaded> {
        load(&Sources { file: self.config, env: environment(), flags: Vec::new() })
    }
}

impl Common {
    pub(super) fn load(self) -> anyhow::Result<Loaded> {
        load(&self.sources())
    }

    /// Refuses flags about this machine, for a command that works on another one.
    pub(super) fn expect_none(&self) -> anyhow::Result<()> {
        let flags =
            [("--config", self.file.config.is_some()), ("--data-dir", self.data_dir.is_some())];
        match flags.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((flag, _)) => Err(Usage::because(anyhow!(
                "{flag} is about this machine, and --remote about another one; give one of them"
            ))),
        }
    }

    fn sources(self) -> Sources {
        let mut flags = Vec::new();
        if let Some(dir) = self.data_dir {
            let value = dir.to_string_lossy().into_owned();
            flags.push(Flag { name: "--data-dir", path: "data.dir", value });
        }
        Sources { file: self.file.config, env: environment(), flags }
    }
}

impl Server {
    pub(super) fn load(self) -> anyhow::Result<Loaded> {
        let Self { common, listen, tls_cert, tls_key, log_format, log_level } = self;
        let mut sources = common.sources();
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        let log_format = log_format.map(|format| format.as_str().to_owned());
        for (name, path, value) in [
            ("--listen", "server.listen", listen),
            ("--tls-cert", "server.tls_cert", tls_cert.map(path)),
            ("--tls-key", "server.tls_key", tls_key.map(path)),
            ("--log-format", "log.format", log_format),
            ("--log-level", "log.level", log_level),
        ] {
            sources.flags.extend(value.map(|value| Flag { name, path, value }));
        }
        load(&sources)
    }
}

/// The environment as text. A name or value that is not text can't be one of ours.
fn environment() -> std::collections::BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
