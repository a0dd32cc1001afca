//! Who may use a route.

use haltere_app::Action;
use haltere_app::policy::{LOGIN_ROUTES, PUBLIC_ROUTES, TABLE};

/// The extension of an operation in the OpenAPI document that says who may use it.
pub(crate) const X_ACCESS: &str = "x-haltere-access";

/// Who may use a route. [`crate::gate`] enforces it, and [`mod@crate::openapi`] describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Every client, without a login.
    Public,
    /// Every logged-in user.
    LoggedIn,
    /// Users whose roles allow the action, while its plugin is on.
    Policy(Action),
}

impl Access {
    /// Who may use `route` (`GET /api/connections`), as the policy says; `None` if it says nothing.
    pub(crate) fn of(route: &str) -> Option<Self> {
        if PUBLIC_ROUTES.contains(&route) {
            return Some(Self::Public);
        }
        if LOGIN_ROUTES.contains(&route) {
            return Some(Self::LoggedIn);
        }
        let rule = TABLE.iter().find(|rule| rule.routes.contains(&route));
        rule.map(|rule| Self::Policy(rule.action))
    }
}
