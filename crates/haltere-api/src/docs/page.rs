//! `GET /api/docs`

use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use crate::request_source::RequestSource;
use crate::state::ApiState;

/// Read the description of the API
#[utoipa::path(
    get,
    path = "/api/docs",
    operation_id = "get_docs_page",
    tag = "Documentation",
    responses((status = 200, description = "The page", content_type = "text/html", body = String)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(RequestSource { is_secure, host, .. }): Extension<RequestSource>,
) -> Response {
    let scheme = if is_secure { "https" } else { "http" };
    let origin = host.map(|host| format!("{scheme}://{host}"));
    Html(state.docs.page(origin.as_deref())).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;

    use crate::test_support::TestApi;

    #[tokio::test]
    async fn examples_are_commands_for_the_server_that_was_asked() {
        let api = TestApi::start().await;
        let page = async |host: &str| {
            let request = Request::get("/api/docs").header("host", host).body(Body::empty());
            api.anonymous().send(request.expect("a request")).await.text
        };
        let here = page("press.example:8443").await;
        assert!(here.contains("'http://press.example:8443/auth?json=1'"), "{here}");
        assert!(!here.contains("127.0.0.1:8088"));
        assert!(page("a&b'c").await.contains("http://a&amp;b'c/api/connections"));
    }
}
