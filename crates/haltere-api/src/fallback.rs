//! The responses to requests that no route handles.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, LOCATION};
use http::{HeaderValue, Method, StatusCode};

use crate::console::{file, page};
use crate::error::{ApiError, ErrorCode};
use crate::state::ApiState;

/// The console, where one of its pages is; elsewhere a 404: the console for browsers, JSON for other clients.
pub(crate) async fn not_found(State(state): State<ApiState>, request: Request) -> Response {
    let path = request.uri().path();
    match *request.method() {
        Method::GET | Method::HEAD if page::is_wanted(&request) => page::response(&state.options),
        Method::OPTIONS if path == "*" => allowed("GET,HEAD,POST,PUT,PATCH,DELETE"),
        Method::OPTIONS
            if page::is_page(path) || file::is_folder_file(state.options.console, path) =>
        {
            allowed("GET,HEAD")
        }
        _ => {
            let file = file::folder_file(state.options.console, &request);
            file.unwrap_or_else(|| {
                let is_of_the_api = path == "/api" || path.starts_with("/api/");
                if !is_of_the_api && page::is_navigation(&request) {
                    return page::unknown(&state.options);
                }
                ApiError::no_such_resource().into_response()
            })
        }
    }
}

/// 405, and 204 for OPTIONS; axum adds the header Allow.
pub(crate) async fn method_not_allowed(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::MethodNotAllowed,
        "Method not allowed; the header Allow says which ones are",
    )
    .into_response()
}

fn allowed(methods: &'static str) -> Response {
    (StatusCode::NO_CONTENT, [(ALLOW, HeaderValue::from_static(methods))]).into_response()
}

/// 302, as the management center for Mosquitto sends it.
pub(crate) fn redirect(location: &str) -> Response {
    let location = HeaderValue::from_str(location).expect("our own paths are visible ASCII");
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use haltere_app::testing::TestApp;
    use haltere_core::Role;
    use http::{Method, Request};
    use serde_json::json;

    use crate::test_support::TestApi;

    #[tokio::test]
    async fn where_there_is_nothing() {
        let api = TestApi::start().await;
        let (anonymous, viewer) = (api.anonymous(), api.role(Role::Viewer).await);
        for path in [
            "/api",
            "/api/nothing",
            "/api/connections//",
            "/api/connections/a/b/c",
            // What tools ask any server for.
            "/metrics",
            "/health",
            "/status",
            "/live",
            "/ready",
            "/actuator/health",
            "/.env",
            "/.git/config",
            "/.well-known/security.txt",
            "/.well-known/acme-challenge/x",
            "/favicon.ico",
            "/wp-login.php",
            "/phpmyadmin/",
            "/server-status",
            "/graphql",
            "/swagger-ui/",
            "/somewhere",
            "/connections",
            "/connections/a/nothing",
            "/login/x",
        ] {
            viewer.get(path).await.is_refusal(404, "NOT_FOUND", "Resource not found");
            anonymous.get(path).await.is_refusal(404, "NOT_FOUND", "Resource not found");
            let head = Request::head(path).body(Body::empty()).expect("a request");
            let head = anonymous.send(head).await;
            assert_eq!((head.status.as_u16(), head.text.as_str()), (404, ""), "{path}");
        }
        // Browsers get the console, but not below `/api`.
        let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let opened = |path: &str| {
            let request = Request::get(path).header("accept", html);
            anonymous.send(request.body(Body::empty()).expect("a request"))
        };
        for path in ["/somewhere", "/connections", "/wp-login.php"] {
            let page = opened(path).await;
            assert_eq!(page.status.as_u16(), 404, "{path}");
            assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        }
        opened("/api/nothing").await.is_refusal(404, "NOT_FOUND", "Resource not found");
        for path in ["/somewhere", "/login"] {
            let response = viewer.post(path, json!({})).await;
            response.is_refusal(404, "NOT_FOUND", "Resource not found");
        }
    }

    #[tokio::test]
    async fn options_are_answered_without_a_login() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        for (path, allow) in [
            ("/api/connections", Some("GET,HEAD,POST")),
            ("/API/Connections/", Some("GET,HEAD,POST")),
            ("/api/connections/a", Some("GET,HEAD,PUT,PATCH,DELETE")),
            ("/api/connections/a/connect", Some("POST")),
            ("/api/events", Some("GET,HEAD")),
            ("/api/profile/tokens", Some("GET,HEAD")),
            ("/auth", Some("POST")),
            ("/logout", Some("GET,HEAD")),
            ("/healthz", Some("GET,HEAD")),
            ("/", Some("GET,HEAD")),
            ("/login", Some("GET,HEAD")),
            ("/connections/a/edit", Some("GET,HEAD")),
            ("*", Some("GET,HEAD,POST,PUT,PATCH,DELETE")),
            ("/metrics", None),
            ("/api/nothing", None),
        ] {
            let request = Request::options(path).body(Body::empty()).expect("a request");
            let response = anonymous.send(request).await;
            let status = if allow.is_some() { 204 } else { 404 };
            assert_eq!(
                (response.status.as_u16(), response.header("allow")),
                (status, allow),
                "{path}"
            );
            assert_eq!(response.text.is_empty(), status == 204, "{path}");
        }
    }

    #[tokio::test]
    async fn paths_are_found_as_express_finds_them() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let new = json!({"id": "Press/4", "name": "Press 4", "url": "mqtt://127.0.0.1:1"});
        admin.post("/API/Connections/", new).await;
        for path in ["/api/connections/", "/API/Connections", "/Api/connections/?limit=1"] {
            assert_eq!(admin.get(path).await.ids(), ["Press/4"], "{path}");
            api.anonymous().get(path).await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
        }
        for path in ["/API/CONNECTIONS/Press%2F4", "/api/connections/Press%2f4/"] {
            assert_eq!(admin.get(path).await.json()["id"], "Press/4", "{path}");
        }
        admin.get("/API/CONNECTIONS/press%2F4").await.is_refusal(
            404,
            "NOT_FOUND",
            "Connection not found",
        );
        // Rules that go by the path know it in one spelling only.
        let response = admin.get("/API/profile/?token=abc").await;
        assert_eq!(response.status, 400, "{}", response.text);
        let login = json!({"username": "admin", "password": TestApp::PASSWORD});
        for path in ["/auth/?json=1", "/AUTH?json=1", "/Auth/?json=1"] {
            assert_eq!(api.anonymous().post(path, login.clone()).await.status, 200, "{path}");
        }
        assert_eq!(admin.get("/LogOut/").await.status, 302);
        assert_eq!(admin.get("/api/profile").await.status, 401);
    }

    #[tokio::test]
    async fn bodies_are_taken_as_express_takes_them() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let text = "{\"enabled\": false}";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (content_type, body) in [
            ("application/json", format!("\u{feff}{text}").into_bytes()),
            ("application/json; charset=UTF-8", text.into()),
            ("application/json; charset=utf-16", utf16),
        ] {
            let request = Request::put("/api/plugins/tls").header("content-type", content_type);
            let response = admin.send(request.body(Body::from(body)).expect("a request")).await;
            assert_eq!(response.status, 200, "{content_type}: {}", response.text);
        }
        let request = Request::put("/api/plugins/tls").header("content-encoding", "br");
        let response = admin.send(request.body(Body::from("x")).expect("a request")).await;
        let accepted = "gzip, x-gzip, deflate, identity";
        let why = format!("Content-Encoding: br is not accepted; what is: {accepted}");
        response.is_refusal(415, "INVALID", &why);
        assert_eq!(response.header("accept-encoding"), Some(accepted));
    }

    #[tokio::test]
    async fn a_wrong_method_is_answered_with_the_right_ones() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        for (method, path, allow) in [
            (Method::PUT, "/api/connections", "GET,HEAD,POST"),
            (Method::POST, "/api/connections/a", "GET,HEAD,PUT,PATCH,DELETE"),
            (Method::GET, "/api/connections/a/connect", "POST"),
            (Method::TRACE, "/api/profile", "GET,HEAD,PUT,PATCH"),
        ] {
            let request = Request::builder().method(&method).uri(path).body(Body::empty());
            let response = admin.send(request.expect("a request")).await;
            assert_eq!(
                (response.status.as_u16(), response.header("allow")),
                (405, Some(allow)),
                "{method} {path}"
            );
            assert_eq!(response.json()["code"], "METHOD_NOT_ALLOWED");
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
        let response = admin.send(foreign.expect("a request")).await;
        assert_eq!(
            (response.status.as_u16(), &response.json()["code"]),
            (403, &json!("NOT_ALLOWED"))
        );
        let message = response.json()["message"].to_string();
        let begins = "\"Requests from other origins are not allowed: Origin is ";
        assert!(message.starts_with(begins) && message.contains("haltere:8088"), "{message}");
    }

    #[tokio::test]
    async fn every_response_carries_the_headers() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        for path in
            ["/", "/login", "/api/profile", "/api/nothing", "/healthz", "/api/docs", "/nothing"]
        {
            let response = anonymous.get(path).await;
            let cache = "private, no-cache, no-store, must-revalidate";
            assert_eq!(response.header("cache-control"), Some(cache), "{path}");
            assert_eq!(
                (response.header("expires"), response.header("pragma")),
                (Some("-1"), Some("no-cache"))
            );
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
            let policy = response.header("content-security-policy").expect("a policy");
            assert!(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"),
                "{policy}"
            );
            assert!(
                !response.text.contains("<script") && !response.text.contains(" style="),
                "{path}"
            );
        }
        let response =
            anonymous.get(&crate::pages::stylesheet::href(&crate::BasePath::default())).await;
        assert_eq!(response.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(response.header("content-type"), Some("text/css; charset=utf-8"));
    }
}
