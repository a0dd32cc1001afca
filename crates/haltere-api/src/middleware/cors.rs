//! Lets pages of the configured origins use the API (the Fetch standard, §3.2: CORS).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::web_origin::WebOrigin;

/// What a page may ask for beyond the simplest requests, and for how long a browser may remember it.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, if-match, last-event-id"),
    (ACCESS_CONTROL_MAX_AGE, "600"),
];

/// The headers of ours that a page may read.
const EXPOSED: &str = "x-request-id, x-next-cursor, retry-after, etag";

/// Answers preflight requests of the configured origins, and adds to every response, errors included, the
/// headers that let their pages read it. Nothing changes for other origins.
pub(crate) async fn share(
    State(named): State<Arc<[WebOrigin]>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = named_origin(request.headers(), &named).cloned();
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight && origin.is_some() {
        let headers = PREFLIGHT.map(|(name, value)| (name, HeaderValue::from_static(value)));
        (StatusCode::NO_CONTENT, headers).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    // Whatever the response is, another origin might get another one.
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

/// The header Origin, when it is one of those that were named.
pub(crate) fn named_origin<'a>(
    headers: &'a HeaderMap,
    named: &[WebOrigin],
) -> Option<&'a HeaderValue> {
    headers.get(ORIGIN).filter(|origin| named.iter().any(|named| named.is(origin)))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;
    use crate::ApiOptions;
    use crate::test_support::{Client, TestApi, TestResponse};

    const CONSOLE: &str = "https://console.example";

    async fn api() -> TestApi {
        let origins = [WebOrigin::parse(CONSOLE).expect("good")];
        TestApi::start_as(ApiOptions { cors_origins: origins.into(), ..ApiOptions::default() })
            .await
    }

    async fn ask(
        client: &Client,
        method: Method,
        path: &str,
        origin: &str,
        body: &str,
    ) -> TestResponse {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/json")
            .header("access-control-request-method", "PUT");
        client.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    #[tokio::test]
    async fn a_named_origin_reads_responses_and_errors_and_may_change_things() {
        let api = api().await;
        let admin = api.admin().await;
        for (client, path, status) in [
            (&admin, "/api/profile", 200),
            (&api.anonymous(), "/api/profile", 401),
            (&admin, "/api/nothing", 404),
        ] {
            let response = ask(client, Method::GET, path, CONSOLE, "").await;
            assert_eq!(response.status.as_u16(), status);
            assert_eq!(response.header("access-control-allow-origin"), Some(CONSOLE), "{path}");
            assert_eq!(response.header("access-control-allow-credentials"), Some("true"));
            assert_eq!(response.header("vary"), Some("origin"));
        }
        let path = "/api/plugins/tls";
        let changed = ask(&admin, Method::PUT, path, CONSOLE, "{\"enabled\":false}").await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }

    #[tokio::test]
    async fn a_preflight_needs_no_login() {
        let api = api().await;
        let response =
            ask(&api.anonymous(), Method::OPTIONS, "/api/plugins/tls", CONSOLE, "").await;
        assert_eq!((response.status.as_u16(), response.text.as_str()), (204, ""));
        assert_eq!(response.header("access-control-allow-origin"), Some(CONSOLE));
        for (name, part) in [("methods", "PUT"), ("headers", "content-type")] {
            let header = format!("access-control-allow-{name}");
            assert!(response.header(&header).is_some_and(|value| value.contains(part)), "{header}");
        }
        assert!(response.header("content-security-policy").is_some());
    }

    #[tokio::test]
    async fn others_get_nothing_and_neither_does_anybody_by_default() {
        let closed = TestApi::start().await;
        let open = api().await;
        for (api, origin, vary) in [
            (&open, "https://console.example.evil", Some("origin")),
            (&open, "http://console.example", Some("origin")),
            (&open, "null", Some("origin")),
            (&closed, CONSOLE, None),
        ] {
            let admin = api.admin().await;
            for (method, status) in [(Method::GET, 200), (Method::OPTIONS, 204)] {
                let response = ask(&admin, method, "/api/plugins", origin, "").await;
                assert_eq!(response.status.as_u16(), status, "{origin}");
                assert_eq!(response.header("access-control-allow-origin"), None, "{origin}");
                assert_eq!(response.header("vary"), vary);
            }
            let put = ask(&admin, Method::PUT, "/api/plugins/tls", origin, "{}").await;
            assert_eq!(put.status, 403, "{}", put.text);
            assert!(put.text.contains("server.cors_origins"), "{}", put.text);
        }
    }
}
