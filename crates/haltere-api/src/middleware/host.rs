//! Refuses requests that don't say for which host they are, or say it twice (RFC 9112 §3.2).
//!
//! Two programs that read one request as meant for different hosts are a way around a check.

use axum::extract::Request;
use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Version};

use crate::error::ApiError;

/// 400 without exactly one well-formed header Host, for a target that names a malformed host, and for
/// one that is not of HTTP. HTTP/1.0 knows no Host, and may leave it out.
pub(super) fn check(request: &Request) -> Result<(), ApiError> {
    fault(request).map_err(ApiError::invalid)
}

fn fault(request: &Request) -> Result<(), &'static str> {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() <= Version::HTTP_10 => {}
        (None, _) => return Err("Host: is missing; HTTP/1.1 needs it (RFC 9112 §3.2)"),
        (Some(_), Some(_)) => return Err("Host: is given twice"),
        (Some(host), None) if !is_host(host) => {
            return Err("Host: is not a host, as in example.org:8088");
        }
        (Some(_), None) => {}
    }
    let target = request.uri();
    let is_http = target.scheme().is_none_or(|it| *it == Scheme::HTTP || *it == Scheme::HTTPS);
    if !is_http || target.authority().is_some_and(|it| !is_well_formed(it.as_str())) {
        return Err("the target of the request is not of an HTTP server");
    }
    Ok(())
}

fn is_host(header: &HeaderValue) -> bool {
    header.to_str().is_ok_and(is_well_formed)
}

/// Whether a text is a host with or without a port, and nothing else (RFC 9110 §7.2).
fn is_well_formed(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    let host = authority.host();
    let Some(rest) = text.strip_prefix(host) else { return false };
    let port = match rest.strip_prefix(':') {
        None => rest.is_empty(),
        Some(port) => port.is_empty() || port.parse::<u16>().is_ok_and(|_| !port.starts_with('+')),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte);
    let is_named = || !host.is_empty() && host.bytes().all(is_plain);
    let is_ipv6 = || {
        let inner = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
        inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
    };
    port && (is_named() || is_ipv6())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Version;

    use super::*;
    use crate::test_support::TestApi;

    #[test]
    fn what_a_host_is() {
        for good in [
            "h",
            "h:8088",
            "h:",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:8088",
            "EXAMPLE.org",
            "a_b",
            "xn--nxa:443",
        ] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in [
            "", ":8088", "a b", "a/b", "a@b", "a:b", "a:70000", "a:+1", "a:1:2", "::1", "[::1",
            "[x]", "a?b", "a#b", "a\\b", "http://a", "a, b", "<a>", "a\"", "[::1]x",
        ] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }

    async fn status(version: Version, target: &str, hosts: &[&str]) -> (u16, String) {
        let api = TestApi::start().await;
        let mut request = Request::get(target).version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = api.anonymous().send_as_it_is(request).await;
        (response.status.as_u16(), response.text)
    }

    #[tokio::test]
    async fn a_request_is_for_one_host() {
        let (old, new) = (Version::HTTP_10, Version::HTTP_11);
        for (version, target, hosts) in [
            (new, "/healthz", &["h"][..]),
            (new, "http://h:1/healthz", &["h:1"]),
            (new, "http://other/healthz", &["h"]),
            (old, "/healthz", &[]),
            (old, "/healthz", &["h"]),
        ] {
            assert_eq!(status(version, target, hosts).await.0, 200, "{target} {hosts:?}");
        }
        for (version, target, hosts, why) in [
            (new, "/healthz", &[][..], "Host: is missing"),
            (new, "http://h/healthz", &[], "Host: is missing"),
            (new, "/healthz", &["h", "h"], "Host: is given twice"),
            (old, "/healthz", &["a", "b"], "Host: is given twice"),
            (new, "/healthz", &[""], "Host: is not a host"),
            (new, "/healthz", &["a b"], "Host: is not a host"),
            (new, "http://u:p@h/healthz", &["h"], "target"),
            (new, "ftp://h/healthz", &["h"], "target"),
        ] {
            let (status, text) = status(version, target, hosts).await;
            assert_eq!(status, 400, "{target} {hosts:?}");
            assert!(text.contains(why) && text.contains("INVALID"), "{text}");
        }
    }
}
