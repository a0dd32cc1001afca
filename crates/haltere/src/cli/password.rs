//! Asking for a password.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};
use clap::Args;
use haltere_core::Secret;

use crate::plain_file;

/// The longest password, or other secret, that is read, in bytes.
const MAX_BYTES: u64 = 4_096;

/// How the password comes in. Never as an argument: those show up in process lists and histories.
#[derive(Debug, Args)]
pub(super) struct PasswordSource {
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordSource {
    /// Reads it, or asks twice.
    pub(super) fn read(&self) -> anyhow::Result<Secret<String>> {
        if self.password_stdin {
            return secret_from_stdin("password");
        }
        if !io::stdin().is_terminal() {
            bail!("there is no terminal to ask for the password; pass it with --password-stdin");
        }
        let first = ask("Password: ")?;
        if ask("Once more: ")? != first {
            bail!("the two passwords differ");
        }
        Ok(first)
    }
}

fn ask(prompt: &str) -> anyhow::Result<Secret<String>> {
    rpassword::prompt_password(prompt).map(Secret::new).context("failed to read the password")
}

/// All of standard input but the line break at its end, and a byte order mark before it.
pub(super) fn secret_from_stdin(what: &str) -> anyhow::Result<Secret<String>> {
    let describe = || format!("failed to read the {what} from standard input");
    let mut bytes = Vec::new();
    io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes).with_context(describe)?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("the {what} on standard input has more than {MAX_BYTES} bytes");
    }
    let text = Secret::new(plain_file::text(bytes).with_context(describe)?);
    Ok(Secret::from(text.expose().trim_end_matches(['\r', '\n'])))
}
