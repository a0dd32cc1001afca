//! The address that a broker, or the web server in front of it, refers us to. Shown as it was written,
//! suggested as a URL only if it plainly is one, and never followed.

use haltere_core::{BrokerUrl, Transport};

use super::{Case, quoted};
use crate::failure;

/// What to do about the Server Reference of a broker (MQTT 5, 4.11); `None` when it gave none.
pub(super) fn server(case: &Case<'_>) -> Option<String> {
    let reference = failure::server_reference(case.failure)?;
    // A list of hosts, each with a port if it is not the usual one.
    let first = reference.split(' ').next().unwrap_or_default();
    Some(invite(case, "The broker names another server", reference, server_url(case, first)))
}

/// What to do about a redirect; `None` if it names no target.
pub(super) fn redirect(case: &Case<'_>) -> Option<String> {
    let location = failure::location(case.failure)?;
    let what = "The web server redirects to another address";
    Some(invite(case, what, location, redirect_url(case, location)))
}

fn invite(case: &Case<'_>, what: &str, written: &str, url: Option<String>) -> String {
    let written = quoted(written);
    match url {
        Some(url) => format!("{what}, \"{written}\". If you trust it, {}", case.try_url(&url)),
        None => format!("{what}, \"{written}\". If you trust it, put that into the url."),
    }
}

fn server_url(case: &Case<'_>, reference: &str) -> Option<String> {
    if reference.contains("://") {
        return plain(reference.to_owned());
    }
    let transport = case.transport();
    let path = if transport.is_websocket() { case.spec.url.path() } else { "" };
    plain(format!("{}://{reference}{path}", transport.scheme()))
}

fn redirect_url(case: &Case<'_>, location: &str) -> Option<String> {
    if location.starts_with('/') && !location.starts_with("//") {
        return plain(format!("{}://{}{location}", case.transport().scheme(), case.authority()));
    }
    let (scheme, rest) = location.split_once("://")?;
    let transport = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => Transport::Ws,
        "https" | "wss" => Transport::Wss,
        _ => return None,
    };
    plain(format!("{}://{rest}", transport.scheme()))
}

/// A URL that a shell takes as one plain word.
fn plain(url: String) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/[]".contains(&byte);
    let is_word = url.bytes().all(is_plain);
    (is_word && BrokerUrl::parse(&url).is_ok()).then_some(url)
}
