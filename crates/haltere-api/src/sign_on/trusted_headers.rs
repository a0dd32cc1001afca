//! The headers in which an authenticating proxy says who somebody is.
//!
//! Any client can write them. They count only if they come straight from a listed proxy, each of them at most once: a proxy
//! that adds its own to one that a client has sent is not set up well.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use haltere_core::Network;
use http::{HeaderMap, HeaderName};

/// The most groups that count.
const MAX_GROUPS: usize = 1_000;

/// Which proxies may say who somebody is, and how. By default none.
#[derive(Debug, Clone)]
pub struct TrustedHeaders {
    proxies: Arc<[Network]>,
    user: HeaderName,
    groups: HeaderName,
}

/// The name of a header can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a header that a proxy could use for this")]
pub struct HeaderNameError(String);

/// The user whom a trusted proxy names; an extension of its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderUser {
    pub(crate) name: String,
    pub(crate) groups: Vec<String>,
}

impl Default for TrustedHeaders {
    fn default() -> Self {
        Self {
            proxies: Arc::new([]),
            user: HeaderName::from_static("x-forwarded-user"),
            groups: HeaderName::from_static("x-forwarded-groups"),
        }
    }
}

impl TrustedHeaders {
    /// Believes these proxies.
    pub fn new(
        proxies: impl Into<Arc<[Network]>>,
        user: &str,
        groups: &str,
    ) -> Result<Self, HeaderNameError> {
        let (user, groups) = (header_name(user)?, header_name(groups)?);
        Ok(Self { proxies: proxies.into(), user, groups })
    }

    /// Whether a header can have this name and this purpose.
    pub fn check_name(name: &str) -> Result<(), HeaderNameError> {
        header_name(name).map(|_| ())
    }

    /// The user whom the proxy at the other end of the connection names.
    pub(crate) fn user_of(&self, request: &Request) -> Option<HeaderUser> {
        if self.proxies.is_empty() {
            return None;
        }
        let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
        self.named(peer.ip().to_canonical(), request.headers())
    }

    fn named(&self, peer: IpAddr, headers: &HeaderMap) -> Option<HeaderUser> {
        if !self.proxies.iter().any(|proxy| proxy.contains(peer)) {
            return None;
        }
        let name = single(headers, &self.user)?.filter(|name| !name.is_empty())?;
        let groups = single(headers, &self.groups)?.unwrap_or_default();
        let groups = groups.split(',').map(str::trim).filter(|group| !group.is_empty());
        Some(HeaderUser {
            name: name.to_owned(),
            groups: groups.take(MAX_GROUPS).map(str::to_owned).collect(),
        })
    }
}

fn header_name(text: &str) -> Result<HeaderName, HeaderNameError> {
    // Those have a meaning already.
    const TAKEN: [&str; 6] =
        ["host", "cookie", "origin", "authorization", "content-length", "transfer-encoding"];
    let name = text.parse::<HeaderName>().ok().filter(|name| !TAKEN.contains(&name.as_str()));
    name.ok_or_else(|| HeaderNameError(text.to_owned()))
}

/// The value of a header; `Some(None)` without one, and `None` if it is there twice or not UTF-8.
#[expect(clippy::option_option, reason = "a value, none, or more than one")]
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).into_iter();
    let Some(value) = values.next() else { return Some(None) };
    if values.next().is_some() {
        return None;
    }
    std::str::from_utf8(value.as_bytes()).ok().map(|value| Some(value.trim()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn named(peer: &str, headers: &[(&'static str, &[u8])]) -> Option<HeaderUser> {
        let trusted = ["10.0.0.0/24".parse().expect("a network")];
        let trusted = TrustedHeaders::new(trusted, "Remote-User", "Remote-Groups").expect("good");
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value).expect("a value"))
        });
        // As `collect` would keep only the last one.
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| _ = map.append(name, value));
        trusted.named(peer.parse().expect("an address"), &map)
    }

    #[test]
    fn only_listed_proxies_name_users_and_each_header_once() {
        let good: &[(&str, &[u8])] =
            &[("remote-user", b"ann"), ("remote-groups", b"ops, admins,,")];
        let user = named("10.0.0.7", good).expect("believed");
        assert_eq!(user.name, "ann");
        assert_eq!(user.groups, ["ops", "admins"]);
        assert_eq!(named("10.0.1.7", good), None);
        assert_eq!(named("127.0.0.1", good), None);
        let twice: &[(&str, &[u8])] = &[("remote-user", b"ann"), ("remote-user", b"admin")];
        assert_eq!(named("10.0.0.7", twice), None);
        let groups_twice: &[(&str, &[u8])] =
            &[("remote-user", b"ann"), ("remote-groups", b"a"), ("remote-groups", b"b")];
        assert_eq!(named("10.0.0.7", groups_twice), None);
        assert_eq!(named("10.0.0.7", &[("remote-user", b"\xff")]), None);
        assert_eq!(named("10.0.0.7", &[("remote-user", b" ")]), None);
        assert_eq!(named("10.0.0.7", &[("x-forwarded-user", b"ann")]), None);
        let accented = named("10.0.0.7", &[("remote-user", "Jörg".as_bytes())]);
        assert_eq!(accented.expect("UTF-8").name, "Jörg");
    }

    #[test]
    fn by_default_no_user_is_named() {
        let peer = "127.0.0.1".parse().expect("an address");
        let headers = [(HeaderName::from_static("x-forwarded-user"), "ann".parse().expect("text"))];
        assert_eq!(TrustedHeaders::default().named(peer, &headers.into_iter().collect()), None);
        assert!(TrustedHeaders::check_name("Cookie").is_err());
        assert!(TrustedHeaders::check_name("a b").is_err());
    }
}
