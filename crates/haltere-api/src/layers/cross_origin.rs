//! Refuses changes that a page of somebody else's asks the browser to make (cross-site request forgery).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::ORIGIN;
use http::{HeaderMap, HeaderName, Method};

use super::cors::named_origin;
use crate::arrival::Arrival;
use crate::error::{ApiError, messages};
use crate::web_origin::WebOrigin;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// 403 for a changing request that comes from another origin, unless that one was named.
pub(crate) async fn refuse(
    State(named): State<Arc<[WebOrigin]>>,
    request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_welcome(&request, &named) {
        return ApiError::not_allowed(messages::OTHER_ORIGIN).into_response();
    }
    next.run(request).await
}

fn is_welcome(request: &Request, named: &[WebOrigin]) -> bool {
    let arrival = request.extensions().get::<Arrival>();
    named_origin(request.headers(), named).is_some()
        || arrival.is_some_and(|arrival| is_own(request.headers(), arrival))
}

/// Whether a browser says that the request comes from a page of ours, or no browser sent it.
///
/// `Sec-Fetch-Site` is the browser's own verdict, and holds behind a proxy that rewrites `Host`;
/// browsers without it send `Origin` with every changing request. Programs send neither.
/// The host is the one the browser asked for, as a proxy that we believe tells. Over TLS a page that
/// came without is somebody else's: anybody on the way could have written it. The other way round
/// nothing follows, for a proxy may have ended TLS without telling.
fn is_own(headers: &HeaderMap, arrival: &Arrival) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Some(host) = &arrival.host else { return false };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(scheme, authority)| {
        authority.eq_ignore_ascii_case(host) && (scheme == "https" || !arrival.is_secure)
    })
}

#[cfg(test)]
mod tests {
    use http::header::HOST;

    use super::*;

    fn own_over(is_secure: bool, headers: &[(HeaderName, &'static str)]) -> bool {
        let headers = headers.iter().cloned();
        let headers: HeaderMap =
            headers.map(|(name, value)| (name, value.parse().expect("a value"))).collect();
        let host = headers.get(HOST).map(|host| host.to_str().expect("text").to_owned());
        is_own(&headers, &Arrival { address: None, is_secure, host })
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
        assert!(own_over(true, &[(ORIGIN, "https://h"), (HOST, "h")]));
        assert!(!own_over(true, &[(ORIGIN, "http://h"), (HOST, "h")]), "came without TLS");
    }
}
