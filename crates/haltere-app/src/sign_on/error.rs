//! Why a login with single sign-on fails.

use std::error::Error;

use haltere_core::error_chain;
use haltere_core::quota::QuotaExceeded;
use haltere_oidc::TokenFault;

use super::provider::ProviderError;
use crate::error::{AuditGap, Internal};

/// Why a login with single sign-on failed.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    #[error("single sign-on is off")]
    Off,
    /// Too many logins of this kind are in progress.
    #[error("too many logins at once")]
    Busy(QuotaExceeded),
    /// The provider can't be reached, or says nothing that is of use.
    #[error("the provider is not available")]
    Unavailable,
    /// The browser did not begin this login, or too long ago, or has finished it already.
    #[error("the login is not in progress")]
    Expired,
    /// The provider did not let the user in.
    #[error("the provider refused")]
    Refused,
    /// What the provider sent must not be believed.
    #[error("the provider's answer is not valid")]
    Invalid,
    /// The provider gives no user name, or one that can't be used.
    #[error("the provider gives no valid user name")]
    NoName,
    /// The name belongs to another user here.
    #[error("the user name belongs to another user")]
    NameTaken,
    /// There is no such user, and none is added.
    #[error("there is no such user")]
    NoUser,
    /// None of the user's groups at the provider gives a role.
    #[error("the user has no role")]
    NoRole,
    #[error("the user is disabled")]
    Disabled,
    /// The user would be added, and there are as many as there can be.
    #[error("there are too many users")]
    TooManyUsers,
    /// The login would change the user, which could not be audited everywhere it has to be.
    #[error("{0}")]
    NotAuditable(#[from] AuditGap),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl SignOnError {
    /// Logged here, where the cause is known: users can do nothing about it.
    #[expect(clippy::needless_pass_by_value, reason = "as `map_err` passes it")]
    pub(super) fn unavailable(error: ProviderError) -> Self {
        log(&error);
        match error {
            ProviderError::Tokens(_) => Self::Refused,
            _ => Self::Unavailable,
        }
    }

    pub(super) fn invalid(error: impl Error) -> Self {
        log(&error);
        Self::Invalid
    }

    /// How the audit trail describes a refusal of somebody that the provider knows; `None` for others.
    pub(super) fn audited_as(&self) -> Option<&'static str> {
        match self {
            Self::NoName => Some("single sign-on: no valid user name"),
            Self::NameTaken => Some("single sign-on: the name belongs to another user"),
            Self::NoUser => Some("single sign-on: no such user"),
            Self::NoRole => Some("single sign-on: no role"),
            Self::Disabled => Some("single sign-on: the user is disabled"),
            Self::TooManyUsers => Some("single sign-on: too many users"),
            _ => None,
        }
    }
}

/// Logs why a login failed.
pub(super) fn log(error: &dyn Error) {
    tracing::warn!(error = error_chain(error), "a login with single sign-on failed");
}

impl From<TokenFault> for SignOnError {
    fn from(fault: TokenFault) -> Self {
        Self::invalid(fault)
    }
}
