//! Who may do what. [`decide`] decides, and [`TABLE`] contains the rules. The gate, all operations, the audit of
//! refusals, the profile and `docs/access.md` use both.

mod action;
mod principal;
mod resource;
mod table;
mod visibility;

pub use action::Action;
pub use principal::{Principal, TokenPrincipal};
pub use resource::Resource;
pub use table::{LOGIN_ROUTES, PUBLIC_ROUTES, Rule, TABLE};
pub use visibility::{ConnectionScope, GroupRoles, LabelsById, OutsideScope, Visibility};

use crate::error::{Due, NotAllowed, TokenRule};

/// What [`decide`] decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a decision that is ignored decides nothing"]
pub enum Decision {
    Allowed,
    InsufficientRole,
    /// The action is allowed, but the principal may not see this resource. It is treated as one that does not exist.
    Hidden,
    /// The roles suffice, but the user has to do something else first.
    Due(Due),
    /// The roles suffice, but a rule about tokens does not allow it to this one.
    Token(TokenRule),
    /// The roles suffice, but the principal only sees what another user sees, and changes nothing.
    ViewOnly,
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
            Self::Due(due) => Err(NotAllowed::Due(due)),
            Self::Token(rule) => Err(NotAllowed::Token(rule)),
            Self::ViewOnly => Err(NotAllowed::ViewOnly),
        }
    }
}

/// Decides whether `principal` may do `action` to `resource`. Pure: the same question has the same answer.
///
/// The command line and haltere itself may do everything: they can read and write the database without being asked.
pub fn decide(principal: &Principal, action: Action, resource: Resource<'_>) -> Decision {
    let (own, visibility) = match principal {
        Principal::Session { caller, visibility, .. } => (caller.roles, visibility),
        Principal::Token(token) => (token.owner_roles, &token.visibility),
        Principal::CommandLine | Principal::System => return Decision::Allowed,
    };
    let about_connections = action.is_about_connections();
    let roles = if about_connections { visibility.roles_on_any(own) } else { own };
    // What a token may do, its own role has to allow as well.
    let of_token = principal.token().map(|token| token.role);
    if !action.is_allowed_to(roles)
        || of_token.is_some_and(|role| !action.is_allowed_to(role))
        || (about_connections && !visibility.viewer_may_on_any(action))
    {
        return Decision::InsufficientRole;
    }
    if principal.viewed_by().is_some() && !action.is_open_to_views() {
        return Decision::ViewOnly;
    }
    if let Principal::Token(token) = principal
        && let Some(rule) = token.broken_rule(action)
    {
        return Decision::Token(rule);
    }
    if let Some(due) = principal.due()
        && !action.is_of_own_account()
    {
        return Decision::Due(due);
    }
    match resource {
        Resource::Connection(id) => match visibility.roles_on(id, own) {
            Some(roles)
                if !about_connections
                    || (action.is_allowed_to(roles) && visibility.viewer_may(action, id)) =>
            {
                Decision::Allowed
            }
            // A caller who does not see it in a list does not learn of it here.
            Some(_) if visibility.covers(id) => Decision::InsufficientRole,
            Some(_) | None => Decision::Hidden,
        },
        _ => Decision::Allowed,
    }
}

#[cfg(test)]
mod tests;
