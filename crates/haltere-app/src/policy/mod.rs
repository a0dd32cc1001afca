//! Who may do what. [`decide`] decides, and [`TABLE`] contains the rules. The gate, all operations, the audit of
//! refusals, the profile and `docs/access.md` use both.

mod action;
mod principal;
mod resource;
mod table;
mod visibility;

pub use action::Action;
pub use principal::Principal;
pub use resource::Resource;
pub use table::{LOGIN_ROUTES, PUBLIC_ROUTES, Rule, TABLE};
pub use visibility::Visibility;

use crate::error::NotAllowed;

/// What [`decide`] decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a decision that is ignored decides nothing"]
pub enum Decision {
    Allowed,
    InsufficientRole,
    /// The action is allowed, but the principal may not see this resource. It is treated as one that does not exist.
    Hidden,
    /// The roles suffice, but the user has to change the password first.
    MustChangePassword,
}

impl Decision {
    /// Whether it may be done.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }

    /// The same as the error of an operation.
    pub(crate) fn into_result(self) -> Result<(), NotAllowed> {
        match self {
            Self::Allowed => Ok(()),
            Self::InsufficientRole => Err(NotAllowed::InsufficientRole),
            Self::Hidden => Err(NotAllowed::Hidden),
            Self::MustChangePassword => Err(NotAllowed::MustChangePassword),
        }
    }
}

/// Decides whether `principal` may do `action` to `resource`. Pure: the same question has the same answer.
///
/// The command line and haltere itself may do everything: they can read and write the database without being asked.
pub fn decide(principal: &Principal, action: Action, resource: Resource<'_>) -> Decision {
    let (roles, visibility) = match principal {
        Principal::Session { caller, visibility, .. } => (caller.roles, visibility),
        Principal::CommandLine | Principal::System => return Decision::Allowed,
    };
    if !action.is_allowed_to(roles) {
        return Decision::InsufficientRole;
    }
    if principal.must_change_password() && !action.is_of_own_account() {
        return Decision::MustChangePassword;
    }
    match resource {
        Resource::Connection(id) if !visibility.covers(id) => Decision::Hidden,
        _ => Decision::Allowed,
    }
}

#[cfg(test)]
mod tests;
