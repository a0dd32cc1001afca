//! `GET /logout`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use haltere_core::Origin;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cookie::SessionCookie;
use crate::error::{ApiError, ErrorBody, json};
use crate::extract::Query;
use crate::fallback::redirect;
use crate::state::ApiState;

/// The query of a logout.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogoutParams {
    /// Not empty: answer in JSON instead of redirecting
    #[param(example = "1")]
    json: Option<String>,
}

/// The session has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedOut {
    /// Where to send the browser: the login page, or the provider, so that the session there ends as well.
    location: String,
}

/// Log out
///
/// Ends the session, if there is one, and goes to the login page. Only haltere's own pages can send a browser
/// here, not a page of another origin. Programs can log out, too, as long as they send none of the headers
/// `Sec-Fetch-Site`, `Origin`, `Referer` and `Upgrade-Insecure-Requests`.
#[utoipa::path(
    get,
    path = "/logout",
    operation_id = "log_out",
    tag = "Login",
    params(LogoutParams),
    responses(
        (status = 200, description = "With `?json=1`: where to go next", body = LoggedOut, example = json!({"location": "/login"})),
        (status = 302, description = "`Location` is `/login`, or the provider's if the session began with single sign-on; the cookie is removed"),
        (status = 403, description = "A page of another origin sent the browser here; the session continues", body = ErrorBody,
            example = json!({"code": "NOT_ALLOWED", "message": "Logging out is up to haltere's own pages"})),
        (status = 500, description = "The session could not be ended", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred", "reason": "the disk is full"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    Extension(cookie): Extension<SessionCookie>,
    Query(params): Query<LogoutParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut location = state.options.base.to("/login");
    // Each session that a cookie leads to: otherwise the next one would take over.
    for token in cookie.tokens(&headers) {
        let session =
            state.app.sessions().authenticate(token.expose()).await.map_err(ApiError::internal)?;
        if let Some(session) = session {
            let context = state.app.context(session, origin.clone());
            if let Some(session) = context.session() {
                let at_provider = state.app.sign_on().logout_location(session).await;
                location = at_provider.map_err(ApiError::internal)?.unwrap_or(location);
            }
            state.app.sessions().log_out(&context).await.map_err(ApiError::internal)?;
        }
    }
    let in_json = params.json.is_some_and(|value| !value.is_empty());
    let mut response =
        if in_json { json(StatusCode::OK, &LoggedOut { location }) } else { redirect(&location) };
    response.headers_mut().insert(SET_COOKIE, cookie.clear());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use haltere_core::Role;
    use http::Request;

    use crate::ApiOptions;
    use crate::test_support::{Client, TestApi, TestResponse};
    use crate::web_origin::WebOrigin;

    async fn log_out(client: &Client, path: &str, headers: &[(&str, &str)]) -> TestResponse {
        let mut request = Request::get(path).header("host", "haltere:8088");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        client.send(request.body(Body::empty()).expect("a request")).await
    }

    #[tokio::test]
    async fn only_our_own_pages_and_programs_log_somebody_out() {
        let origins = [WebOrigin::parse("https://console.example").expect("good")];
        let api =
            TestApi::start_as(ApiOptions { cors_origins: origins.into(), ..ApiOptions::default() })
                .await;
        for (path, headers) in [
            ("/logout", &[("sec-fetch-site", "cross-site")][..]),
            ("/LOGOUT/", &[("sec-fetch-site", "cross-site")]),
            ("/logout", &[("sec-fetch-site", "same-site"), ("referer", "http://haltere:8088/")]),
            ("/logout", &[("origin", "http://evil.example")]),
            ("/logout", &[("origin", "null")]),
            ("/logout", &[("referer", "http://evil.example/haltere:8088/")]),
            ("/logout", &[("referer", "http://haltere:8089/")]),
            ("/logout", &[("referer", "nonsense")]),
            // A link on a page with `Referrer-Policy: no-referrer`, in a browser, over plain HTTP.
            ("/logout", &[("upgrade-insecure-requests", "1")]),
            ("/logout", &[("origin", "http://haltere:8088"), ("referer", "http://evil.example/")]),
        ] {
            let client = api.role(Role::Viewer).await;
            let response = log_out(&client, path, headers).await;
            assert_eq!(response.status, 403, "{headers:?}: {}", response.text);
            assert_eq!(response.json()["code"], "NOT_ALLOWED");
            assert_eq!(response.header("set-cookie"), None, "the cookie is taken back");
            assert_eq!(client.get("/api/profile").await.status, 200, "{headers:?}");
        }
        for headers in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("referer", "http://haltere:8088/")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "none"), ("upgrade-insecure-requests", "1")],
            &[("referer", "http://haltere:8088/connections/x")],
            &[("origin", "http://haltere:8088")],
            &[("origin", "https://console.example"), ("sec-fetch-site", "cross-site")],
        ] {
            let client = api.role(Role::Viewer).await;
            let response = log_out(&client, "/logout", headers).await;
            assert_eq!(
                (response.status.as_u16(), response.header("location")),
                (302, Some("/login"))
            );
            assert_eq!(client.get("/api/profile").await.status, 401, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn a_bogus_cookie_neither_locks_out_nor_keeps_in() {
        let api = TestApi::start().await;
        let token = async || format!("haltere.sid={}", api.app.token(Role::Viewer).await.expose());
        let bogus = format!("haltere.sid={}", "x".repeat(43));
        let (one, two) = (token().await, token().await);
        let client = api.with_cookie(&format!("{bogus}; a=b; haltere.sid=; {one}; {two}"));
        assert_eq!(client.get("/api/profile").await.status, 200);
        assert_eq!(client.get("/validate-session").await.json()["valid"], true);
        assert_eq!(client.get("/logout").await.status, 302);
        assert_eq!(client.get("/api/profile").await.status, 401, "the other session took over");
        let many = format!("{}{}", format!("{bogus}; ").repeat(8), token().await);
        assert_eq!(api.with_cookie(&many).get("/api/profile").await.status, 401, "not for ever");
    }
}
