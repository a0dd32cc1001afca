//! What the audit trail shows of a user.

use haltere_core::{AuditChanges, Role, Roles};
use haltere_store::UserRecord;

/// The values of a user's fields before and after, but for the password.
pub(crate) fn audit_changes(
    before: Option<&UserRecord>,
    after: Option<&UserRecord>,
) -> AuditChanges {
    let mut changes = AuditChanges::none();
    let mut add = |field: &str, value: &dyn Fn(&UserRecord) -> String| {
        changes.add(field, before.map(value).as_deref(), after.map(value).as_deref());
    };
    add("roles", &|user| role_names(user.roles));
    add("disabled", &|user| user.disabled.to_string());
    add("mustChangePassword", &|user| user.must_change_password.to_string());
    changes
}

/// The names of roles, as a list.
pub(crate) fn role_names(roles: Roles) -> String {
    roles.iter().map(Role::as_str).collect::<Vec<_>>().join(", ")
}
