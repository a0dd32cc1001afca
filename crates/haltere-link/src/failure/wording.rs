//! Messages that have to say something else for this connection.

use haltere_core::LinkFailure;

use super::class::{is_about_settings, lacks_settings};

/// What to do about a name that is not in the certificate, if the name comes from the URL.
pub(crate) const USE_IN_URL: &str = "use that name in the URL";
/// The name in the handshake, if it comes from the URL.
pub(crate) const NAME_OF_URL: &str = "the host name in the URL";

/// Adds that the plugin `tls` is off, where that may be the cause, in place of a remedy that is a
/// setting. `has_settings`: the connection has TLS settings of its own.
pub(crate) fn with_plugin_off(failure: LinkFailure, has_settings: bool) -> LinkFailure {
    let concerned =
        if has_settings { is_about_settings(&failure) } else { lacks_settings(&failure) };
    if !concerned {
        return failure;
    }
    let what = match failure.message.split_once("; ") {
        Some((what, remedy)) if names_settings(remedy) => what,
        _ => &failure.message,
    };
    let which = if has_settings { "the" } else { "a" };
    let message = format!(
        "{what}; the plugin tls is off, so {which} connection's own TLS settings (ca, cert, rejectUnauthorized, tls) are not used"
    );
    LinkFailure { message, ..failure }
}

fn names_settings(remedy: &str) -> bool {
    ["into the field", "the field ca", "the fields cert"].iter().any(|it| remedy.contains(it))
}

/// The name in the handshake is `tls.serverName` and not the URL's host.
pub(crate) fn about_server_name(failure: LinkFailure) -> LinkFailure {
    let message = failure
        .message
        .replace(
            USE_IN_URL,
            "the first name is what tls.serverName says: leave that out or put one of the others there",
        )
        .replace(NAME_OF_URL, "the name that tls.serverName says");
    LinkFailure { message, ..failure }
}
