//! Refuses changes that a page of somebody else's asks the browser to make (cross-site request forgery).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderName, Method};

use crate::error::{ApiError, messages};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// 403 for a changing request that comes from another origin.
pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_own(request.headers()) {
        return ApiError::not_allowed(messages::OTHER_ORIGIN).into_response();
    }
    next.run(request).await
}

/// Whether a browser says that the request comes from a page of ours, or no browser sent it.
///
/// `Sec-Fetch-Site` is the browser's own verdict, and holds behind a proxy that rewrites `Host`;
/// browsers without it send `Origin` with every changing request. Programs send neither.
fn is_own(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Some(host) = headers.get(HOST) else { return false };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, authority)| authority.as_bytes().eq_ignore_ascii_case(host.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(headers: &[(HeaderName, &'static str)]) -> bool {
        let headers = headers.iter().cloned();
        is_own(&headers.map(|(name, value)| (name, value.parse().expect("a value"))).collect())
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
    }
}
