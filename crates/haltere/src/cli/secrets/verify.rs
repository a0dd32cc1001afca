//! `haltere secrets verify`.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_app::vault::{KeyStatus, Verified};

use crate::cli::sources::Common;
use crate::cli::{block_on, cli_ctx, notice, print_quoting};
use crate::data_dir::DataDir;
use crate::wiring;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    common: Common,
}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let settings = self.common.load()?.settings;
        let data = DataDir::open(&settings.data.dir)?;
        block_on(wiring::check_database(&data))?;
        let _keys = data.hold_keys()?;
        let key = wiring::master_key(&settings.data, &data)?;
        let (status, verified) = block_on(async {
            let store = wiring::store_for_command(&data).await?;
            let keyring = wiring::keyring(&store);
            let outcome = async {
                let status = keyring.status().await?;
                let verified = keyring.verify(&cli_ctx(), &key, report_progress).await?;
                anyhow::Ok((status, verified))
            }
            .await;
            store.close().await;
            outcome.context("failed to verify the secrets")
        })?;
        notice(&describe(&status));
        for line in unreadable_lines(&verified) {
            print_quoting(&format!("{line}\n"))?;
        }
        let Verified { secrets, connections, second_factors, has_signing_key, unreadable } =
            verified;
        let (of_users, reset) = match second_factors {
            0 => (String::new(), ""),
            count => (format!(", of {count} second factors"), ", and reset those second factors"),
        };
        let of_trail =
            if has_signing_key { " and of the audit trail (its signing key)" } else { "" };
        let what = format!("secrets of {connections} connections{of_users}{of_trail}");
        match unreadable.len() {
            0 => {
                notice(&format!("all {secrets} {what} can be opened"));
                Ok(())
            }
            bad => {
                bail!(
                    "{bad} of {secrets} secrets can't be opened; give those connections new ones{reset}"
                )
            }
        }
    }
}

/// For people only: a log needs no running count.
fn report_progress(done: usize, all: usize) {
    if io::stderr().is_terminal() {
        notice(&format!("{done} of {all} connections"));
    }
}

/// A line per secret that can't be opened: the connection's id, the field, and why.
pub(in crate::cli) fn unreadable_lines(verified: &Verified) -> impl Iterator<Item = String> {
    verified.unreadable.iter().map(|one| match &*one.connection {
        "" => one.reason.clone(),
        connection => format!("{connection}  {}", one.reason),
    })
}

fn describe(status: &KeyStatus) -> String {
    let KeyStatus { current, next, since } = status;
    let since = match since {
        Some(since) => format!("in use since {since}"),
        None => "in use since the first start".to_owned(),
    };
    match next {
        None => format!("master key {current}, {since}"),
        Some(next) => format!(
            "master key {current}, {since}; {next} is to replace it as soon as haltere is started with that one"
        ),
    }
}
