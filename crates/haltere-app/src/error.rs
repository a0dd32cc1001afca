//! Errors that several operations share. Each operation has its own small enum.
//!
//! Messages complete "failed to …"; a message never repeats its cause, which is in `source()`.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::sentence::{ParameterValue, Sentence, Setting};
use haltere_core::{StorageTrouble, sentences};
use haltere_store::StoreError;

/// Why the caller may not do it, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error("not allowed")]
    InsufficientRole,
    /// The caller may not see what it is about, which is treated as something that does not exist.
    #[error("not found")]
    Hidden,
    /// The roles suffice, but the user has to do something else first.
    #[error("{0}")]
    Due(Due),
    /// The roles suffice, but a token may not do it, or not this one.
    #[error("{0}")]
    Token(TokenRule),
    /// The roles suffice, but the caller only sees what another user sees, and changes nothing.
    #[error("not allowed while one sees haltere as another user does")]
    ViewOnly,
    #[error("not allowed, and asked for too often")]
    TooOften {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
    },
    /// The roles suffice, but the user exceeded the rate of changes and tests.
    #[error("too many changes and tests")]
    TooMany {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
    },
    /// The roles suffice, but the change could not be audited everywhere it has to be.
    #[error("{0}")]
    NotAuditable(AuditGap),
}

/// Where a change could not be audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditGap {
    #[error("the audit trail can't be written")]
    Trail,
    /// The required sink with this name takes no entries, or is too far behind.
    #[error("the audit sink {0} takes no entries, or is too far behind")]
    Sink(&'static str),
}

impl From<AuditGap> for NotAllowed {
    fn from(gap: AuditGap) -> Self {
        Self::NotAuditable(gap)
    }
}

/// What a user has to do before anything else; if it is more than one thing, the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Due {
    #[error("the password has to be changed first")]
    Password,
    #[error("a second factor has to be set up first")]
    SecondFactor,
}

/// Why a token may not do what its role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRule {
    #[error("not allowed with a token")]
    NeedsLogin,
    #[error("not allowed with a read-only token")]
    ReadOnly,
    #[error("not allowed with a token that is limited to other actions")]
    OtherActions,
    #[error("not allowed with a token that is limited to some connections")]
    LimitedToConnections,
}

/// Invalid input. Names the field, and never quotes its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}{}{reason}", match &**field { "" => "", "the body" => " ", _ => ": " })]
pub struct Invalid {
    /// The field or fields, as they are called on the wire (`url`, `credentials.password`), or `the body`; empty
    /// for an entry of a file as a whole.
    pub field: Cow<'static, str>,
    /// What is wrong with it; completes "`<field>`: …".
    pub reason: String,
    /// The same as a key with parameters, if it has one.
    pub fault: Option<(&'static str, Vec<(&'static str, ParameterValue)>)>,
}

sentences! {
    /// What is wrong with a field that its own parser accepts. Each message completes "`<field>`: …".
    pub enum FieldFault {
        Missing => "is missing",
        NotText => "must be a string",
        NotBoolean => "must be true or false",
        NotList => "must be a list",
        NotListOfText => "must be a list of strings",
        NotAnObject => "must be an object",
        UnknownProperty => "unknown property",
        UnknownProperties => "unknown properties",
        ContentOfFile { property: String } => "must be the path of a file; give what is in the file as {property}",
        NotPem => "must be PEM text, or base64 of it",
        UserNameMissing => "is missing; a password needs one",
        SecretOfAnotherBroker { differs: Setting } => "must be given again, because the stored one was entered for another {differs}",
        ClientIdTaken { name: String, id: String } => "the connection {name:?} (id {id:?}) has it at the same broker, and each would end the other's session",
        ClientIdTakenElsewhere => "another connection has it at the same broker, and each would end the other's session",
        GeneratedClientIdTaken { name: String, id: String } => "the connection {name:?} (id {id:?}) has the one that haltere generates for this connection at the same broker, and each would end the other's session",
        GeneratedClientIdTakenElsewhere => "another connection has the one that haltere generates for this connection at the same broker, and each would end the other's session",
        UnknownConnection { id: String } => "there is none with the id {id:?}",
        SamePassword => "must differ from the old one",
        TooShort { min: usize } => "must be at least {min} characters long",
        TooLong { max: usize } => "must be at most {max} characters long",
        TooManyBytes { max: usize } => "must be at most {max} bytes long",
        CommonPassword => "is one that many people use, or a variation of one",
        MadeOfNames => "must not be made of the user name or the name of the product",
        NoRole => "there must be at least one",
        OnlyDots => "must not be . or .., which clients leave out of URLs",
    }
}

impl Invalid {
    /// `field` is wrong because of `reason`.
    pub fn new(field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into(), fault: None }
    }

    /// `field` is wrong because of `fault`, for which other programs may have a text of their own.
    pub fn of(field: impl Into<Cow<'static, str>>, fault: &impl Sentence) -> Self {
        let keyed = Some((fault.key(), fault.parameters()));
        Self { field: field.into(), reason: fault.to_string(), fault: keyed }
    }

    /// The body as a whole is wrong.
    pub fn body(reason: impl Into<String>) -> Self {
        Self::new("the body", reason)
    }
}

/// An internal failure, of the store or the vault, say. The cause belongs in the log, not in the response.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation}")]
pub struct Internal {
    operation: Cow<'static, str>,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Internal {
    /// `error` occurred in `operation`: "failed to `operation`".
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        error: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { operation: operation.into(), source: error.into() }
    }

    /// The trouble of the disk, if that is the cause. It is logged already.
    pub fn trouble(&self) -> Option<StorageTrouble> {
        self.of_the_store().and_then(StoreError::trouble)
    }

    /// Whether it failed because another program held the database for too long.
    pub fn is_busy(&self) -> bool {
        matches!(self.of_the_store(), Some(StoreError::Busy))
    }

    fn of_the_store(&self) -> Option<&StoreError> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*self.source);
        while let Some(error) = cause {
            let shared = || error.downcast_ref::<Arc<StoreError>>().map(AsRef::as_ref);
            if let Some(error) = error.downcast_ref::<StoreError>().or_else(shared) {
                return Some(error);
            }
            cause = error.source();
        }
        None
    }
}

/// Adds the operation to an error.
pub(crate) trait ErrorContext<T> {
    /// Turns the error into an [`Internal`] one: "failed to `operation`".
    fn context(self, operation: impl Into<Cow<'static, str>>) -> Result<T, Internal>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> ErrorContext<T> for Result<T, E> {
    fn context(self, operation: impl Into<Cow<'static, str>>) -> Result<T, Internal> {
        self.map_err(|error| Internal::new(operation, error))
    }
}
