//! The address that a broker, or the web server in front of it, refers us to. Shown as it was written,
//! suggested as a URL only if it plainly is one, and never followed.

use haltere_core::{BrokerUrl, Note, Reason, Transport};

use super::{Advice, Case, quoted};

/// What to do about the Server Reference of a broker (MQTT 5, 4.11); `None` when it gave none.
pub(super) fn server(case: &Case<'_>) -> Option<Advice> {
    let reference = case.failure.message.notes.iter().find_map(|note| match note {
        Note::ServerAddress { server } => Some(server),
        _ => None,
    })?;
    // A list of hosts, each with a port if it is not the usual one.
    let first = reference.split(' ').next().unwrap_or_default();
    let server = quoted(reference);
    Some(match server_url(case, first) {
        Some(url) => Advice::ServerNamed { server, url: case.try_url(url) },
        None => Advice::ServerWritten { server },
    })
}

/// What to do about a redirect.
pub(super) fn redirect(case: &Case<'_>) -> Advice {
    let Reason::UpgradeRedirected { location, .. } = &*case.failure.message.reason else {
        return Advice::RedirectNowhere;
    };
    let written = quoted(location);
    match redirect_url(case, location) {
        Some(url) => Advice::RedirectNamed { location: written, url: case.try_url(url) },
        None => Advice::RedirectWritten { location: written },
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
