//! What the errors of several operations have in common. Each operation has its own small enum.
//!
//! Messages complete "failed to …"; a message never repeats its cause, which is in `source()`.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::StorageTrouble;
use haltere_store::StoreError;

/// Why the caller may not do it, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// They are too low.
    #[error("not allowed")]
    RoleTooLow,
    /// They are too low, and were so too often lately.
    #[error("not allowed, and asked for too often")]
    TooOften {
        /// When asking again gets another answer; whole seconds, at least one.
        retry_after: Duration,
    },
    /// They are high enough, but the caller has changed and tested too much lately.
    #[error("too many changes and tests")]
    TooMany {
        /// When trying again makes sense; whole seconds, at least one.
        retry_after: Duration,
    },
}

/// Something the caller sent makes no sense. Never quotes a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    /// The field, as it is called on the wire (`url`, `credentials.password`).
    pub field: Cow<'static, str>,
    /// What is wrong with it; completes "`<field>`: …".
    pub reason: String,
}

impl Invalid {
    /// `field` is wrong because of `reason`.
    pub fn new(field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// Something failed that is no fault of the caller: the store, the vault. The cause belongs in the
/// log, not in the answer.
#[derive(Debug, thiserror::Error)]
#[error("failed to {doing}")]
pub struct Internal {
    doing: Cow<'static, str>,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Internal {
    /// `error` came up while doing something: "failed to `doing`".
    pub(crate) fn new(
        doing: impl Into<Cow<'static, str>>,
        error: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { doing: doing.into(), source: error.into() }
    }

    /// What is wrong with the disk, if that is the cause. Known to the log already.
    pub fn trouble(&self) -> Option<StorageTrouble> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*self.source);
        while let Some(error) = cause {
            let shared = || error.downcast_ref::<Arc<StoreError>>().map(AsRef::as_ref);
            if let Some(error) = error.downcast_ref::<StoreError>().or_else(shared) {
                return error.trouble();
            }
            cause = error.source();
        }
        None
    }
}

/// Says what was being done when an error came up.
pub(crate) trait Doing<T> {
    /// Turns the error into an [`Internal`] one: "failed to `doing`".
    fn doing(self, doing: impl Into<Cow<'static, str>>) -> Result<T, Internal>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> Doing<T> for Result<T, E> {
    fn doing(self, doing: impl Into<Cow<'static, str>>) -> Result<T, Internal> {
        self.map_err(|error| Internal::new(doing, error))
    }
}

/// An error with all of its causes, for places that keep a text.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
