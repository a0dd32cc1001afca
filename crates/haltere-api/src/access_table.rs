//! `docs/access.md`: who may do what, as tables that people review.

use std::fmt::Write;

use haltere_app::policy::{LOGIN_ROUTES, PUBLIC_ROUTES, Rule, TABLE};
use haltere_core::{AuditAction, PluginId, Role};

const INTRODUCTION: &str = "# Who may do what

Printed from the table in `crates/haltere-app/src/policy/table.rs`, which decides; a test fails if this page is out of date (`make generate`
writes it). Roles add up: an action is allowed if one of them allows it. `GET /api/profile` lists a user's actions in `permissions`.

A request is refused, in this order, with 401 without a login, with 404 while the plugin is off, and with 403 if no role allows the action.
A user who has to change the password first gets a 403 for everything but their own account, and may change it even while the plugin is off.
An administrator who sees haltere as another user gets one for everything that changes something, but for `profile.stop-viewing-as`.
The last column is the name of that refusal in the audit trail; without a name it is not recorded. `GET /` is the console's page, which the
paths of its other pages return as well (`/login`, `/connections/press-4`), and which asks for a login itself. Every other path is 404.

";

const WITHOUT_ROUTE: &str = "
## Actions without a route

The first two take effect inside other actions: a list or an export contains secrets if the caller may read them. The rest is done on the
command line, whose user may do everything.

";

/// The page, in Markdown.
pub fn access_table() -> String {
    let mut page = INTRODUCTION.to_owned();
    let (with, without): (Vec<&Rule>, Vec<&Rule>) =
        TABLE.iter().partition(|rule| !rule.routes.is_empty());
    head(&mut page, &["route", "action", "plugin"]);
    for rule in with {
        for route in rule.routes {
            row(
                &mut page,
                &[&code(route), &code(rule.name), &plugin(rule)],
                rule.roles,
                audited(rule),
            );
        }
    }
    for route in LOGIN_ROUTES {
        row(&mut page, &[&code(route), "every login", ""], &Role::ALL, None);
    }
    for route in PUBLIC_ROUTES {
        row(&mut page, &[&code(route), "no login needed", ""], &Role::ALL, None);
    }
    page.push_str(WITHOUT_ROUTE);
    head(&mut page, &["action", "plugin"]);
    for rule in without {
        row(&mut page, &[&code(rule.name), &plugin(rule)], rule.roles, audited(rule));
    }
    page
}

fn head(page: &mut String, columns: &[&str]) {
    let roles = Role::ALL.map(Role::as_str);
    let _ = writeln!(page, "| {} | {} | audit |", columns.join(" | "), roles.join(" | "));
    let (texts, marks) = ("|---".repeat(columns.len()), "|:-:".repeat(roles.len()));
    let _ = writeln!(page, "{texts}{marks}|---|");
}

fn row(page: &mut String, texts: &[&str], roles: &[Role], audited: Option<AuditAction>) {
    let marks = Role::ALL.map(|role| if roles.contains(&role) { "yes" } else { "–" });
    let audited = audited.map_or(String::new(), |action| code(action.as_str()));
    let _ = writeln!(page, "| {} | {} | {audited} |", texts.join(" | "), marks.join(" | "));
}

fn plugin(rule: &Rule) -> String {
    rule.plugin.map_or(String::new(), |plugin| code(PluginId::as_str(plugin)))
}

/// If every role allows it, only a user without a role would be refused, and there are none.
fn audited(rule: &Rule) -> Option<AuditAction> {
    rule.audited_as.filter(|_| rule.roles.len() < Role::ALL.len())
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
