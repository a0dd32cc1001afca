//! `haltere openapi`.

use anyhow::Context as _;
use clap::Args;

use super::print;

#[derive(Debug, Args)]
pub(super) struct Options {}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self {} = self;
        let document =
            haltere_api::openapi().to_pretty_json().context("failed to print the API")?;
        print(&format!("{document}\n"))
    }
}
