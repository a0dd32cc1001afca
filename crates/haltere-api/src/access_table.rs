//! `docs/access.md`: who may use which route, as a table that people review.

use std::fmt::Write;

use haltere_core::Role;
use serde_json::Value;
use utoipa::openapi::path::Operation;

use crate::access::X_ACCESS;
use crate::openapi::operations;

const INTRODUCTION: &str = "# Who may use which route

Made from the routes and from the one policy function, `haltere_app::policy`; a test fails when this page is out of date
(`UPDATE_GOLDEN=1 cargo nextest run -p haltere-api golden` writes it anew). Roles add up: what one of them allows is allowed.

In this order: 401 without a login, 404 while the plugin is off, 403 when no role of the caller allows it. `GET /` is the console's page,
which the addresses of its other pages answer as well (`/login`, `/connections/press-4`), and which asks for a login itself. Every other path is 404.

";

/// The table, in Markdown.
pub fn access_table() -> String {
    let document = crate::openapi();
    let mut table = INTRODUCTION.to_owned();
    let roles = Role::ALL.map(Role::as_str);
    let _ = writeln!(table, "| route | plugin | not logged in | {} |", roles.join(" | "));
    let _ = writeln!(table, "|---|---|---{}|", "|:-:".repeat(roles.len()));
    for (method, path, operation) in operations(&document) {
        let method = serde_json::to_value(&method).unwrap_or_default();
        let method = method.as_str().unwrap_or_default().to_uppercase();
        let _ = writeln!(table, "| `{method} {path}` | {} |", cells(operation));
    }
    table
}

fn cells(operation: &Operation) -> String {
    let access = operation.extensions.as_ref().and_then(|extensions| extensions.get(X_ACCESS));
    let Some(access) = access else { return "**undecided**".to_owned() };
    let plugin = access["plugin"].as_str().map_or(String::new(), |plugin| format!("`{plugin}`"));
    let everybody = access["login"] == Value::Bool(false);
    let mark = |allowed: bool| if allowed { "yes" } else { "–" };
    let may = |role: Role| {
        let roles = access["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
        everybody || roles.iter().any(|name| *name == role.as_str())
    };
    let roles = Role::ALL.map(|role| mark(may(role)));
    format!("{plugin} | {} | {}", mark(everybody), roles.join(" | "))
}
