//! `haltere logout`: revokes the token of the stored login, and removes the login.

use anyhow::Context as _;
use clap::Args;

use super::remote::LoginFile;
use super::{block_on, notice};

#[derive(Debug, Args)]
pub(super) struct Options {}

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Self {} = self;
        let file = LoginFile::locate()?;
        let login = match file.read_to_end() {
            Ok(Some(login)) => login,
            Ok(None) => {
                notice("there is no login");
                return Ok(());
            }
            Err(error) => {
                file.remove()?;
                return Err(error.context("removed the login, but its token is not revoked"));
            }
        };
        let revoked = block_on(login.revoke());
        file.remove()?;
        revoked.with_context(|| {
            let name = login.token_name();
            format!("removed the login, but failed to revoke the token {name}; an administrator can revoke it")
        })?;
        notice(&format!("logged out of {}", login.url));
        Ok(())
    }
}
