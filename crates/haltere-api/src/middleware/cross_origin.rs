//! Refuses changes that a page of another origin makes the browser request (cross-site request forgery).

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use haltere_core::LogLimit;
use http::header::{ORIGIN, REFERER, UPGRADE_INSECURE_REQUESTS};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use parking_lot::Mutex;

use super::cors::named_origin;
use crate::error::{ApiError, messages};
use crate::extract::caller::bearer;
use crate::extract::params::printable;
use crate::request_source::RequestSource;
use crate::web_origin::WebOrigin;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins whose pages may request changes.
#[derive(Clone)]
pub(crate) struct Guard {
    named: Arc<[WebOrigin]>,
    /// Any page can make a browser cause a refusal.
    log_limit: Arc<Mutex<LogLimit<Instant>>>,
}

impl Guard {
    /// Accepts the configured origins in addition to our own.
    pub(crate) fn new(named: Arc<[WebOrigin]>) -> Self {
        Self { named, log_limit: Arc::default() }
    }

    /// 403 for a changing request that comes from another origin, unless that one was named. Logging out is
    /// one, though the management center for Mosquitto has it behind a GET.
    pub(super) fn check(&self, request: &Request) -> Result<(), ApiError> {
        let what = match (request.method(), request.uri().path()) {
            (&Method::OPTIONS, _) => return Ok(()),
            (_, "/logout") => messages::OTHER_ORIGIN_LOGOUT,
            (&Method::GET | &Method::HEAD, _) => return Ok(()),
            // A browser adds no token by itself, and with one, cookies don't count.
            (_, path) if path.starts_with("/api/") && bearer(request.headers()).is_some() => {
                return Ok(());
            }
            _ => messages::OTHER_ORIGIN,
        };
        if self.allows(request) && !is_blind_navigation(request) {
            return Ok(());
        }
        let why = format!("{what}: {}", explanation(request));
        self.log(&why);
        Err(ApiError::not_allowed(why))
    }

    fn allows(&self, request: &Request) -> bool {
        let headers = request.headers();
        let source = request.extensions().get::<RequestSource>();
        named_origin(headers, &self.named).is_some()
            || source.is_some_and(|source| is_own(headers, source))
    }

    fn log(&self, why: &str) {
        if let Some(count) = self.log_limit.lock().count(Instant::now()) {
            tracing::info!(count, "{why}");
        } else {
            tracing::debug!("{why}");
        }
    }
}

/// Whether a browser says that the request comes from a page of ours, or no browser sent it.
///
/// `Sec-Fetch-Site` is the browser's own judgement, and stays right behind a proxy that rewrites `Host`;
/// browsers without it (all of them, over plain HTTP) send `Origin` with every changing request, and
/// `Referer` unless the page forbids it. Programs send none of these.
/// The host is the one that the browser asked for, according to a trusted proxy. If the request came over
/// TLS, a page that came without TLS is foreign: an attacker on the path could have written it. The reverse
/// is no sign, because a proxy may terminate TLS without saying so.
fn is_own(headers: &HeaderMap, source: &RequestSource) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let mut pages = [headers.get(ORIGIN), headers.get(REFERER)].into_iter().flatten();
    pages.all(|page| is_page_of_ours(page, source))
}

/// Whether a browser goes to this page without a word of the page that it comes from. Over plain HTTP a page of
/// another origin gets that with `Referrer-Policy: no-referrer`. Our own pages use `fetch`, which, like a program,
/// does not send `Upgrade-Insecure-Requests`; every browser sends it when it navigates.
fn is_blind_navigation(request: &Request) -> bool {
    let headers = request.headers();
    headers.contains_key(UPGRADE_INSECURE_REQUESTS)
        && ![&SEC_FETCH_SITE, &ORIGIN, &REFERER].iter().any(|name| headers.contains_key(*name))
}

/// Whether `page`, an origin or an address, is at the host that was asked for.
fn is_page_of_ours(page: &HeaderValue, source: &RequestSource) -> bool {
    let Some(host) = &source.host else { return false };
    let page = page.to_str().ok().and_then(|page| page.split_once("://"));
    page.is_some_and(|(scheme, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        authority.eq_ignore_ascii_case(host) && (scheme == "https" || !source.is_secure)
    })
}

/// The compared values, and what to do if the page is one of ours after all.
fn explanation(request: &Request) -> String {
    let headers = request.headers();
    let shown = |name: &HeaderName| {
        let value = headers.get(name)?;
        Some(printable(&String::from_utf8_lossy(value.as_bytes())))
    };
    let page = match (shown(&ORIGIN), shown(&REFERER)) {
        (Some(origin), _) => format!("Origin is {origin:?}"),
        (None, Some(referer)) => format!("Referer is {referer:?}"),
        (None, None) => "Origin is missing".to_owned(),
    };
    let source = request.extensions().get::<RequestSource>();
    let host = source.and_then(|source| source.host.as_deref()).map(printable);
    let host = host.map_or("Host is missing".to_owned(), |host| format!("Host is {host:?}"));
    let tls = if source.is_some_and(|it| it.is_secure) { " over TLS" } else { "" };
    if let Some(site) = shown(&SEC_FETCH_SITE) {
        return format!(
            "the browser says {site:?} (Sec-Fetch-Site), {page}, {host}{tls}. \
             If that page may use haltere, list its origin in server.cors_origins"
        );
    }
    format!(
        "{page}, {host}{tls}. If that page is haltere's own, a reverse proxy has to pass on what the browser \
         asked for: in nginx, proxy_set_header Host $http_host (not $host, which drops the port); or \
         X-Forwarded-Host and X-Forwarded-Proto, and be listed in server.trusted_proxies. \
         If it is another page that may use haltere, list its origin in server.cors_origins"
    )
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::header::HOST;

    use super::*;

    fn own_over(is_secure: bool, headers: &[(HeaderName, &'static str)]) -> bool {
        let headers = headers.iter().cloned();
        let headers: HeaderMap =
            headers.map(|(name, value)| (name, value.parse().expect("a value"))).collect();
        let host = headers.get(HOST).map(|host| host.to_str().expect("text").to_owned());
        is_own(&headers, &RequestSource { address: None, is_secure, host })
    }

    fn own(headers: &[(HeaderName, &'static str)]) -> bool {
        own_over(false, headers)
    }

    #[test]
    fn whose_requests_are_ours() {
        assert!(own(&[(HOST, "h:1")]), "a program");
        assert!(own(&[
            (SEC_FETCH_SITE, "same-origin"),
            (ORIGIN, "https://public"),
            (HOST, "inner")
        ]));
        assert!(own(&[(SEC_FETCH_SITE, "none")]));
        assert!(own(&[(ORIGIN, "http://h:8088"), (HOST, "H:8088")]));
        assert!(!own(&[(SEC_FETCH_SITE, "cross-site"), (ORIGIN, "http://h"), (HOST, "h")]));
        assert!(!own(&[(SEC_FETCH_SITE, "same-site")]));
        assert!(!own(&[(ORIGIN, "http://h:8089"), (HOST, "h:8088")]), "another port");
        assert!(!own(&[(ORIGIN, "null"), (HOST, "h")]));
        assert!(!own(&[(ORIGIN, "http://evil")]), "no host to compare with");
        assert!(own(&[(ORIGIN, "https://h"), (HOST, "h")]), "a proxy may end TLS");
        assert!(own(&[(REFERER, "http://h:1/a?b"), (HOST, "h:1")]));
        assert!(!own(&[(REFERER, "http://evil/"), (HOST, "h"), (ORIGIN, "http://h")]));
        assert!(!own(&[(REFERER, "http://h@evil/"), (HOST, "h")]));
        assert!(own_over(true, &[(ORIGIN, "https://h"), (HOST, "h")]));
        assert!(!own_over(true, &[(ORIGIN, "http://h"), (HOST, "h")]), "came without TLS");
    }

    #[test]
    fn a_refusal_names_what_was_compared_and_what_to_do() {
        let explained = |headers: &[(HeaderName, &'static [u8])]| {
            let mut request = Request::post("/auth").body(Body::empty()).expect("a request");
            for (name, value) in headers {
                let value = HeaderValue::from_bytes(value).expect("a value");
                request.headers_mut().insert(name, value);
            }
            let source = RequestSource {
                address: None,
                is_secure: false,
                host: Some("haltere_backend".into()),
            };
            request.extensions_mut().insert(source);
            explanation(&request)
        };
        let text = explained(&[(ORIGIN, b"http://h:8080")]);
        for part in [
            "Origin is \"http://h:8080\", Host is \"haltere_backend\"",
            "proxy_set_header Host $http_host",
            "X-Forwarded-Host and X-Forwarded-Proto",
            "server.trusted_proxies",
            "server.cors_origins",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        let text = explained(&[(SEC_FETCH_SITE, b"cross-site")]);
        assert!(text.contains("\"cross-site\"") && !text.contains("proxy"), "{text}");
        // It ends up in terminals and logs.
        let hostile = [b"http://\xc2\x9b31m\xe2\x80\xae".as_slice(), &[b'x'; 5_000]].concat();
        let text = explained(&[(ORIGIN, hostile.leak())]);
        assert!(text.len() < 800 && !text.contains(['\u{9b}', '\u{202e}']), "{text}");
    }
}
