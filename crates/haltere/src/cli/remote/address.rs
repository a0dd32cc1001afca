//! Where a haltere is.

use std::fmt;
use std::net::IpAddr;

use anyhow::{bail, ensure};
use haltere_core::Host;
use hyper::Uri;

/// `https://haltere.example.com:8088/base`. HTTP without TLS only to this machine, unless that was said to be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct RemoteUrl {
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) is_tls: bool,
    /// The value of `Host`.
    pub(super) authority: String,
    /// What precedes all paths; empty, or `/base`.
    pub(super) base: String,
}

impl RemoteUrl {
    /// Reads it. No error quotes it: it may have a password in it.
    pub(in crate::cli) fn parse(text: &str, allows_http: bool) -> anyhow::Result<Self> {
        ensure!(
            !text.contains('@'),
            "the URL must not contain a user name or password; use --user NAME"
        );
        ensure!(!text.contains(['?', '#']), "the URL must not have a query or a fragment");
        let Ok(uri) = text.trim_end_matches('/').parse::<Uri>() else { bail!(NO_URL) };
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => bail!(NO_URL),
        };
        let Some(authority) = uri.authority() else { bail!(NO_URL) };
        let host = host(authority.host())?;
        let port = match authority.as_str()[authority.host().len()..].strip_prefix(':') {
            None if is_tls => 443,
            None => 80,
            Some(port) => match port.parse() {
                Ok(port) if port > 0 => port,
                _ => bail!("the URL has no valid port"),
            },
        };
        ensure!(
            is_tls || allows_http || is_loopback(&host),
            "without TLS, everyone on the way can read passwords and tokens; use https, or --insecure-http if that is meant"
        );
        let base = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { host, port, is_tls, authority: authority.as_str().to_owned(), base })
    }
}

/// What is wrong with most wrong URLs.
const NO_URL: &str = "the URL must be one such as https://haltere.example.com:8088";

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.base)
    }
}

fn host(text: &str) -> anyhow::Result<Host> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    match bare.parse() {
        Ok(IpAddr::V4(address)) => Ok(Host::V4(address)),
        Ok(IpAddr::V6(address)) => Ok(Host::V6(address)),
        Err(_) => {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            ensure!(!bare.is_empty() && bare.chars().all(is_of_name), NO_URL);
            Ok(Host::Name(bare.to_ascii_lowercase()))
        }
    }
}

/// Names below `localhost` are never looked up (RFC 6761, 6.3).
fn is_loopback(host: &Host) -> bool {
    match host {
        Host::V4(address) => address.is_loopback(),
        Host::V6(address) => address.is_loopback(),
        Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
    }
}

/// A text as a segment of a path, or as a value in a query.
pub(in crate::cli) fn component(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_shown_as_they_are() {
        for (text, port, base) in [
            ("https://haltere.example.com", 443, ""),
            ("https://haltere.example.com:8443/a/b/", 8443, "/a/b"),
            ("https://[::1]:8088/", 8088, ""),
            ("http://localhost:8088", 8088, ""),
            ("http://127.0.0.1", 80, ""),
        ] {
            let url = RemoteUrl::parse(text, false).expect("a URL");
            assert_eq!((url.port, &*url.base), (port, base), "{text}");
            assert_eq!(url.to_string(), text.trim_end_matches('/'));
        }
    }

    #[test]
    fn other_urls_are_refused_and_not_quoted() {
        for text in [
            "",
            "haltere.hidden",
            "haltere.hidden:8088",
            "ftp://haltere.hidden",
            "https://u:p@haltere.hidden",
            "https://haltere.hidden:0",
            "https://haltere.hidden:99999",
            "https://haltere.hidden/?token=x",
            "https://haltere.hidden/#x",
            "http://haltere.hidden:8088",
            "http://10.0.0.1:8088",
        ] {
            let error = RemoteUrl::parse(text, false).expect_err(text).to_string();
            assert!(!error.contains("hidden"), "{error}");
        }
        RemoteUrl::parse("http://10.0.0.1:8088", true).expect("said to be meant");
    }

    #[test]
    fn no_name_leaves_its_segment_of_a_path() {
        assert_eq!(component("a b/../é?"), "a%20b%2F%2E%2E%2F%C3%A9%3F");
    }
}
