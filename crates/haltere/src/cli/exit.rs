//! Exit statuses beyond "it worked" (0) and "it did not" (1).

use std::borrow::Cow;
use std::fmt;
use std::process::ExitCode;

use haltere_core::text::harmless;

use super::{complain, notice};

/// Invalid arguments, configuration, or a file that they name: 2, as for a flag that doesn't exist.
#[derive(Debug)]
pub(super) struct Usage(anyhow::Error);

impl Usage {
    pub(super) fn because(error: anyhow::Error) -> anyhow::Error {
        Self(error).into()
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl std::error::Error for Usage {}

/// The command has done its work and said that the answer is no: 1, without another word.
#[derive(Debug)]
pub(super) struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it failed")
    }
}

impl std::error::Error for Failed {}

/// Says what is wrong with the arguments, or the help that was asked for, and gives the exit status.
pub(crate) fn misused(usage: &clap::Error) -> ExitCode {
    let text = usage.render().to_string();
    match harmless(&text) {
        // In colours, where the terminal has any.
        Cow::Borrowed(_) => usage.exit(),
        Cow::Owned(shown) => notice(&shown),
    }
    ExitCode::from(2)
}

/// Says why a command failed, unless it has done so itself, and gives the exit status.
pub(crate) fn status(error: &anyhow::Error) -> ExitCode {
    if !error.is::<Failed>() {
        complain(error);
    }
    if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}
