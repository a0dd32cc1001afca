//! Headers of every response.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPIRES, PRAGMA, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use crate::options::ApiOptions;
use crate::request_source::RequestSource;
use crate::state::ApiState;

/// Nothing is loaded from elsewhere, nothing inline runs, and no page may frame this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same, but for style elements that carry `nonce`.
pub(crate) fn policy_with_nonce(nonce: &str) -> HeaderValue {
    let policy = POLICY.replace("style-src 'self'", &format!("style-src 'self' 'nonce-{nonce}'"));
    HeaderValue::from_str(&policy).expect("a nonce is base64")
}

/// The same on each response. Caching as the management center for Mosquitto forbids it.
const ALWAYS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

const NO_CACHE: [(HeaderName, &str); 3] = [
    (CACHE_CONTROL, "private, no-cache, no-store, must-revalidate"),
    (EXPIRES, "-1"),
    (PRAGMA, "no-cache"),
];

/// Two years, as browsers' preload lists ask for. It is valid for all ports of the host, so haltere does not send it
/// where it has only a folder of the host.
const HSTS: &str = "max-age=63072000";

/// Adds them. A response's own `Cache-Control` (the style sheet's) stays, except that of an event stream, where axum
/// sets less than is needed. A response's own policy (the console page's) stays, too.
pub(crate) async fn add(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let is_secure =
        request.extensions().get::<RequestSource>().is_some_and(|source| source.is_secure);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    let is_stream = headers.get(CONTENT_TYPE).is_some_and(|it| *it == "text/event-stream");
    if is_stream || !headers.contains_key(CACHE_CONTROL) {
        for (name, value) in NO_CACHE {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let ApiOptions { hsts, base, .. } = &state.options;
    if is_secure && *hsts && base.is_root() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    response
}
