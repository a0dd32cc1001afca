//! Who may use a route.

use haltere_app::Action;
use haltere_core::PluginId;

/// The extension of an operation in the OpenAPI document that says who may use it.
pub(crate) const X_ACCESS: &str = "x-haltere-access";

/// Who may use a route. [`crate::gate`] enforces it, and [`mod@crate::openapi`] describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Every client, without a login.
    Everybody,
    /// Every logged-in user.
    LoggedIn,
    /// Users whose roles allow the action, while the plugin is on.
    Policy(Action, Option<PluginId>),
}
