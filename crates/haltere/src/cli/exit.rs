//! Exit statuses beyond "it worked" (0) and "it did not" (1).

use std::fmt;
use std::process::ExitCode;

use super::complain;

/// The arguments, the configuration or a file they name make no sense: 2, as for a flag that doesn't exist.
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

/// Says why a command failed, unless it has done so itself, and gives the exit status.
pub(crate) fn status(error: &anyhow::Error) -> ExitCode {
    if !error.is::<Failed>() {
        complain(error);
    }
    if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}
