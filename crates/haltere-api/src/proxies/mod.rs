//! The headers in which reverse proxies describe requests, and which proxies are trusted.
//!
//! Any client can write these headers. So they count only if the peer is a configured proxy, only in the
//! configured form (a proxy that writes one form passes the other on as the client sent it), and only
//! where the proxies themselves have written: a list is read from its end, where our own proxy has added
//! the address of its peer, up to the first address that is not a trusted proxy. An entry that can't be
//! parsed counts as absent.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use haltere_core::Network;
use http::uri::Authority;
use http::{HeaderMap, HeaderName};

/// The most proxies in a row.
const MAX_HOPS: usize = 16;

/// The longest entry of a list, in bytes. A host name has at most 255.
const MAX_ENTRY: usize = 1_024;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// The headers in which the proxies describe a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The trusted proxies. By default there are none.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    trusted: Arc<[Network]>,
    header: ForwardedHeader,
}

/// The valid part of what a trusted proxy says about a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ForwardedInfo {
    /// The address of the client.
    pub(crate) address: Option<IpAddr>,
    /// Whether the client spoke TLS.
    pub(crate) is_secure: Option<bool>,
    /// The host the client asked for, with its port unless that goes without saying.
    pub(crate) host: Option<String>,
}

impl TrustedProxies {
    /// Trusts the proxies with addresses in `trusted`, which send the form `header`.
    pub fn new(trusted: impl Into<Arc<[Network]>>, header: ForwardedHeader) -> Self {
        Self { trusted: trusted.into(), header }
    }

    /// What a trusted proxy says about a request that came from `peer`.
    pub(crate) fn forwarded_info(&self, peer: IpAddr, headers: &HeaderMap) -> ForwardedInfo {
        if !self.trusts(peer) {
            return ForwardedInfo::default();
        }
        match self.header {
            ForwardedHeader::XForwarded => self.x_forwarded(headers),
            ForwardedHeader::Forwarded => self.forwarded(headers).unwrap_or_default(),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    fn x_forwarded(&self, headers: &HeaderMap) -> ForwardedInfo {
        let last = |name| backwards(headers, name, Commas::All).next().flatten();
        ForwardedInfo {
            address: self.client(backwards(headers, X_FORWARDED_FOR, Commas::All), node),
            is_secure: last(X_FORWARDED_PROTO).and_then(is_secure),
            host: last(X_FORWARDED_HOST).and_then(host),
        }
    }

    fn forwarded(&self, headers: &HeaderMap) -> Option<ForwardedInfo> {
        let mut nearest = None;
        self.client(backwards(headers, FORWARDED, Commas::Unquoted), |entry| {
            let element = element(entry)?;
            let address = element.address;
            nearest = Some(element);
            address
        })?;
        nearest
    }

    /// Walks from the nearest entry to the first that is not a trusted proxy: the client. If all are
    /// proxies, the farthest of them is the client. `None` if an entry on the way can't be parsed.
    fn client<'a>(
        &self,
        entries: impl Iterator<Item = Option<&'a str>>,
        mut read: impl FnMut(&'a str) -> Option<IpAddr>,
    ) -> Option<IpAddr> {
        let mut client = None;
        for entry in entries.take(MAX_HOPS) {
            let address = read(entry?)?;
            client = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// Which commas separate entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commas {
    All,
    Unquoted,
}

/// The entries of a list that may be spread over several headers, the last one first. `None` is an
/// entry that is not UTF-8 or too long.
fn backwards(
    headers: &HeaderMap,
    name: HeaderName,
    commas: Commas,
) -> impl Iterator<Item = Option<&str>> {
    headers.get_all(name).into_iter().rev().flat_map(move |value| {
        let mut rest = Some(value.as_bytes());
        std::iter::from_fn(move || {
            let list = rest?;
            let comma = last_comma(list, commas);
            rest = comma.map(|comma| &list[..comma]);
            let entry = &list[comma.map_or(0, |comma| comma + 1)..];
            let text = str::from_utf8(entry).ok().filter(|entry| entry.len() <= MAX_ENTRY);
            Some(text.map(str::trim))
        })
    })
}

/// Searches from the end, so that an unclosed quote of the client hides nothing that a proxy has
/// appended.
fn last_comma(list: &[u8], commas: Commas) -> Option<usize> {
    let mut quoted = false;
    for (index, byte) in list.iter().enumerate().rev() {
        match byte {
            b'"' if commas == Commas::Unquoted && !is_escaped(&list[..index]) => quoted = !quoted,
            b',' if !quoted => return Some(index),
            _ => {}
        }
    }
    None
}

/// Whether what comes after `before` is escaped by the backslashes at its end.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// An address, with or without a port; IPv6 with or without brackets.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    let address = text.parse().ok().or_else(|| bracketed().map(IpAddr::V6)).or_else(with_port)?;
    Some(address.to_canonical())
}

fn is_secure(scheme: &str) -> Option<bool> {
    [("https", true), ("http", false)]
        .into_iter()
        .find_map(|(name, is_secure)| name.eq_ignore_ascii_case(scheme).then_some(is_secure))
}

fn host(text: &str) -> Option<String> {
    let authority: Authority = text.parse().ok()?;
    (!text.contains('@')).then(|| authority.as_str().to_ascii_lowercase())
}

/// One element of `Forwarded`: `for=192.0.2.60;proto=https;host="example.org:8443"` (RFC 7239 §4).
/// An element without an address (`for=unknown`, `for=_hidden`) is ignored as a whole.
fn element(text: &str) -> Option<ForwardedInfo> {
    let mut info = ForwardedInfo::default();
    let mut rest = Some(text);
    while let Some(pairs) = rest {
        let (name, after) = pairs.split_once('=')?;
        let (value, after) = value(after)?;
        match name.trim_start().to_ascii_lowercase().as_str() {
            "for" if info.address.is_none() => info.address = Some(node(&value)?),
            "for" => return None,
            "proto" => info.is_secure = is_secure(&value),
            "host" => info.host = host(&value),
            _ => {}
        }
        rest = match after.trim_start() {
            "" => None,
            more => Some(more.strip_prefix(';')?),
        };
    }
    info.address.map(|_| info)
}

/// The value that `text` begins with, in quotes or not, and what comes after it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t', '"']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[index + 1..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests;
