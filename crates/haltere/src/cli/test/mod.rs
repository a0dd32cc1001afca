//! `haltere test`: dials one broker, says at each stage how it went, and what to try when it failed.
//!
//! Needs neither a data folder nor a server; only the settings of the links count, wherever they are.

mod paint;
mod screen;
mod target;

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::Args;
use haltere_core::{BrokerUrl, Clock as _, RoundtripTopic, UrlError};
use haltere_link::{Audience, Circumstances, ProbeReport, Supervisor};
use tokio::runtime::Builder;

use super::exit::{Failed, Usage};
use super::print;
use super::sources::File;
use crate::clock::SystemClock;
use crate::wiring;
use screen::Screen;
use target::Target;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// Where the broker is: mqtt://, mqtts://, ws:// or wss://, a host, a port
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    target: Target,

    /// Also publish a message to this topic, and wait until the broker sends it back. Other subscribers of the
    /// topic receive it, too
    #[arg(long, value_name = "TOPIC", value_parser = RoundtripTopic::parse)]
    roundtrip: Option<RoundtripTopic>,

    /// Print the outcome as one line of JSON, in the form of POST /api/connection-test
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    settings: File,
}

const EXAMPLES: &str = "\
Each stage is printed as it happens: dns, tcp, tls, websocket, mqtt, subscribe ($SYS), roundtrip. When
one fails, so are the certificates the broker presented and what to try next.

Examples:
  haltere test mqtt://localhost
  haltere test mqtts://broker.example:8883 --ca ca.pem
  haltere test mqtts://broker.example:8883 --username press --password-stdin < password
  haltere test mqtt://localhost --roundtrip haltere/test

Exit status: 0 all stages were passed, 1 one has failed, 2 invalid arguments.";

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let settings = self.settings.load().map_err(Usage::because)?.settings;
        let spec = self.target.read(url(&self.url)?).map_err(Usage::because)?;
        let mut screen = Screen::new(self.json);
        screen.title(&spec.url)?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let report = runtime.context("failed to start the runtime")?.block_on(async {
            // The egress policy of the server with these settings applies here, too.
            let listen = settings.server.listen;
            let config = wiring::link_config(&settings, &[listen]);
            let supervisor = Supervisor::new(config, Arc::new(SystemClock), Box::new(|_| ()));
            let roundtrip = self.roundtrip.as_ref();
            supervisor.probe(&spec, roundtrip, |event| screen.show(&event)).await
        });
        let advice = report
            .advice(&spec, Circumstances { audience: Audience::Terminal, now: SystemClock.now() });
        if self.json {
            print(&format!("{}\n", haltere_api::connection_test_json(&report, &advice)))?;
        } else {
            screen.conclude(&report, &advice)?;
        }
        self.target.save_ca(&report)?;
        exit_status(&report)
    }
}

/// Reads the URL. Done here and not by clap, whose errors quote what was typed: a password, perhaps.
fn url(text: &str) -> anyhow::Result<BrokerUrl> {
    let refused = |error: UrlError| match error {
        UrlError::UserInfo => anyhow!(
            "the URL must not contain a user name or password; use --username NAME --password-stdin"
        ),
        error => anyhow!("the URL: {error}"),
    };
    BrokerUrl::parse(text).map_err(refused).map_err(Usage::because)
}

/// Everything has been said: the rest is the exit status.
fn exit_status(report: &ProbeReport) -> anyhow::Result<()> {
    match report.failure {
        None => Ok(()),
        Some(_) => Err(Failed.into()),
    }
}
