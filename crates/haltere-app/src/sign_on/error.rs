//! Why a login with single sign-on fails.

use haltere_core::quota::QuotaExceeded;

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
