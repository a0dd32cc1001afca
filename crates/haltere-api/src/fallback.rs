//! What is answered where there is no route.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use crate::console::{file, page};
use crate::error::{ApiError, ErrorCode};
use crate::state::ApiState;

/// The console, where it can be meant; elsewhere a JSON 404.
pub(crate) async fn not_found(State(state): State<ApiState>, request: Request) -> Response {
    if page::is_wanted(&request) {
        page::answer(&state.options)
    } else {
        let file = file::beside_the_page(state.options.console, &request);
        file.unwrap_or_else(|| ApiError::nowhere().into_response())
    }
}

/// 405; axum adds the header Allow.
pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::MethodNotAllowed,
        "Method not allowed; the header Allow says which ones are",
    )
}

/// 302, as the management center for Mosquitto sends it.
pub(crate) fn found(location: &str) -> Response {
    let location = HeaderValue::from_str(location).expect("our own paths are visible ASCII");
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use haltere_core::Role;
    use http::{Method, Request};
    use serde_json::json;

    use crate::test_support::TestApi;

    #[tokio::test]
    async fn where_there_is_nothing() {
        let api = TestApi::start().await;
        let (stranger, viewer) = (api.stranger(), api.role(Role::Viewer).await);
        for path in ["/api", "/api/nothing", "/api/connections/", "/api/connections/a/b/c"] {
            viewer.get(path).await.is_refusal(404, "NOT_FOUND", "Resource not found");
            stranger.get(path).await.is_refusal(404, "NOT_FOUND", "Resource not found");
        }
        for client in [&stranger, &viewer] {
            let answer = client.get("/somewhere").await;
            let page = (200, Some("text/html; charset=utf-8"));
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), page);
        }
        viewer.post("/somewhere", json!({})).await.is_refusal(
            404,
            "NOT_FOUND",
            "Resource not found",
        );
    }

    #[tokio::test]
    async fn a_wrong_method_is_told_the_right_ones() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        for (method, path, allow) in [
            (Method::PUT, "/api/connections", "GET,HEAD,POST"),
            (Method::POST, "/api/connections/a", "GET,HEAD,PUT,PATCH,DELETE"),
            (Method::GET, "/api/connections/a/connect", "POST"),
            (Method::TRACE, "/api/profile", "GET,HEAD,PUT"),
        ] {
            let request = Request::builder().method(&method).uri(path).body(Body::empty());
            let answer = admin.send(request.expect("a request")).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("allow")),
                (405, Some(allow)),
                "{method} {path}"
            );
            assert_eq!(answer.json()["code"], "METHOD_NOT_ALLOWED");
        }
    }

    #[tokio::test]
    async fn tokens_in_urls_and_other_origins_are_refused() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let why = "token: does not belong in the URL; send it in the header \"Authorization: Bearer <token>\"";
        admin.get("/api/profile?token=abc").await.is_refusal(400, "INVALID", why);
        admin.get("/api/nothing?x=1&%74oken").await.is_refusal(400, "INVALID", why);
        let foreign = Request::put("/api/plugins/tls")
            .header("host", "haltere:8088")
            .header("origin", "http://elsewhere")
            .body(Body::from("{\"enabled\":false}"));
        let answer = admin.send(foreign.expect("a request")).await;
        answer.is_refusal(403, "NOT_ALLOWED", "Requests from other origins are not allowed");
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers() {
        let api = TestApi::start().await;
        let stranger = api.stranger();
        for path in
            ["/", "/login", "/api/profile", "/api/nothing", "/healthz", "/api/docs", "/nothing"]
        {
            let answer = stranger.get(path).await;
            let cache = "private, no-cache, no-store, must-revalidate";
            assert_eq!(answer.header("cache-control"), Some(cache), "{path}");
            assert_eq!(
                (answer.header("expires"), answer.header("pragma")),
                (Some("-1"), Some("no-cache"))
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"),
                "{policy}"
            );
            assert!(!answer.text.contains("<script") && !answer.text.contains(" style="), "{path}");
        }
        let answer =
            stranger.get(&crate::pages::stylesheet::href(&crate::BasePath::default())).await;
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
    }
}
