//! The log: to standard error, for people or for machines.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use tracing::Subscriber;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::LogFormat;

/// Starts the log of this process. `level` is `info` or `info,haltere_link=debug`.
pub(crate) fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let targets: Targets =
        level.parse().with_context(|| format!("log.level: {level:?} is not a log level"))?;
    let writer = fmt::layer().with_writer(io::stderr);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Text => writer.with_ansi(wants_color()).boxed(),
        LogFormat::Json => writer.json().flatten_event(true).with_span_list(false).boxed(),
    };
    install(tracing_subscriber::registry().with(layer.with_filter(targets)))
}

fn install(subscriber: impl Subscriber + Send + Sync + 'static) -> anyhow::Result<()> {
    subscriber.try_init().context("failed to start the log")
}

/// On a terminal, unless its owner asked for none (<https://no-color.org>).
fn wants_color() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
