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
        require_terminal()?;
        let first = ask("Password: ")?;
        if ask("Once more: ")? != first {
            bail!("the two passwords differ");
        }
        Ok(first)
    }
}

/// How the own password comes in, to log in with.
#[derive(Debug, Default, Args)]
pub(super) struct LoginPassword {
    /// Read the password of the login from standard input instead of asking for it; a second line is the code of a second
    /// factor
    #[arg(long)]
    password_stdin: bool,
}

/// What a login needs.
pub(super) struct LoginSecrets {
    pub(super) password: Secret<String>,
    source: CodeSource,
}

/// Where the code of a second factor comes from.
enum CodeSource {
    Given(Secret<String>),
    Terminal,
    /// Standard input had no second line.
    Missing,
}

impl LoginPassword {
    /// Whether it comes in on standard input.
    pub(super) const fn is_given(&self) -> bool {
        self.password_stdin
    }

    /// Reads it, or asks for it.
    pub(super) fn read(&self) -> anyhow::Result<LoginSecrets> {
        if !self.password_stdin {
            require_terminal()?;
            return Ok(LoginSecrets { password: ask("Password: ")?, source: CodeSource::Terminal });
        }
        let text = secret_from_stdin("password")?;
        let text = text.expose().as_str();
        let (password, code) = text.split_once('\n').unwrap_or((text, ""));
        let source = match code.trim() {
            "" => CodeSource::Missing,
            code => CodeSource::Given(code.into()),
        };
        Ok(LoginSecrets { password: password.trim_end_matches('\r').into(), source })
    }
}

impl LoginSecrets {
    /// The code of the second factor.
    pub(super) fn code(&self) -> anyhow::Result<Secret<String>> {
        match &self.source {
            CodeSource::Given(code) => Ok(code.clone()),
            CodeSource::Terminal => ask("Code: "),
            CodeSource::Missing => {
                bail!("a code is needed as well: pass it in a second line of standard input")
            }
        }
    }
}

fn require_terminal() -> anyhow::Result<()> {
    if !io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password; pass it with --password-stdin");
    }
    Ok(())
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
