//! `[log]`

use clap::ValueEnum;
use confique::Config;
use serde::Deserialize;

/// The log, written to standard error.
#[derive(Debug, Config)]
pub(crate) struct Log {
    /// What is logged: error, warn, info, debug or trace; or per part, for example "info,haltere_link=debug".
    #[config(env = "HALTERE_LOG_LEVEL", default = "info")]
    pub level: String,

    /// "text" for people, "json" for machines: one object per line.
    #[config(env = "HALTERE_LOG_FORMAT", default = "text")]
    pub format: Format,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// For people, in color on a terminal.
    Text,
    /// For machines, one object per line.
    Json,
}

impl Format {
    /// As it is written in the file.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}
