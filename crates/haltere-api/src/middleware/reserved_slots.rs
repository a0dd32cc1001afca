//! Connections on slots that are reserved for health checks, callers with a session or a token, and logins.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use haltere_core::Origin;
use http::{HeaderMap, Method};

use crate::console::{ConsoleFiles, file, page};
use crate::cookie::SessionCookie;
use crate::error::ApiError;
use crate::extract::caller;
use crate::gate::AuthenticatedResponse;
use crate::state::ApiState;

/// The server puts this on requests of connections that got a reserved slot. These slots serve health
/// checks, callers with a session or a token and, few at a time, logins; all other requests are refused.
#[derive(Debug, Clone, Copy)]
pub struct ReservedSlot;

/// In seconds; by then, slots of idle clients are free.
const RETRY: u32 = 5;

/// Refuses others before anything of their body is read.
pub(super) async fn serve_known(state: &ApiState, request: Request, next: Next) -> Response {
    if request.extensions().get::<ReservedSlot>().is_none() || is_health(request.uri().path()) {
        return next.run(request).await;
    }
    // A request can't be lent to something that waits.
    let (extensions, headers) = (request.extensions(), request.headers().clone());
    let (cookie, origin) = (extensions.get().cloned(), extensions.get().cloned());
    match is_known(state, cookie, origin, &headers).await {
        Ok(true) => {
            let mut response = next.run(request).await;
            response.extensions_mut().insert(AuthenticatedResponse);
            response
        }
        Ok(false) if is_of_login(&request, state.options.console) => {
            let address = request.extensions().get::<Origin>().and_then(|origin| origin.address);
            let served = state.login_slots.run(address, next.run(request)).await;
            served.unwrap_or_else(|_| no_slot().into_response())
        }
        Ok(false) => no_slot().into_response(),
        Err(error) => error.into_response(),
    }
}

fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// Whether the caller has a session or a token.
async fn is_known(
    state: &ApiState,
    cookie: Option<SessionCookie>,
    origin: Option<Origin>,
    headers: &HeaderMap,
) -> Result<bool, ApiError> {
    let Some((cookie, origin)) = cookie.zip(origin) else { return Ok(false) };
    Ok(caller::authenticate(state, &cookie, headers, origin).await?.is_some())
}

fn no_slot() -> ApiError {
    let message = "All connection slots are taken, or all that one address may have";
    ApiError::limited("server.max_connections", false, message, RETRY)
}

/// Whether a request belongs to a login: the login itself, the console's page, and what that asks for before
/// it shows the form.
fn is_of_login(request: &Request, console: ConsoleFiles) -> bool {
    let path = request.uri().path();
    match *request.method() {
        Method::POST => matches!(path, "/auth" | "/api/sign-on/header"),
        Method::GET | Method::HEAD => {
            matches!(path, "/" | "/api/profile" | "/validate-session" | "/api/sign-on")
                || path.starts_with("/api/sign-on/oidc/")
                || page::is_page(path)
                || path.starts_with("/assets/")
                || path == "/haltere.css"
                || file::is_folder_file(console, path)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use haltere_app::testing::TestApp;

    use super::*;
    use crate::test_support::{Client, TestApi};

    async fn status(client: &Client, path: &str) -> u16 {
        let request =
            Request::get(path).extension(ReservedSlot).body(Body::empty()).expect("a request");
        client.open(request).await.status().as_u16()
    }

    #[tokio::test]
    async fn a_login_is_served_on_a_reserved_slot() {
        let api = TestApi::start().await;
        let body = serde_json::json!({"username": "admin", "password": TestApp::PASSWORD});
        let request = Request::post("/auth?json=1").header("content-type", "application/json");
        let request = request.extension(ReservedSlot).body(Body::from(body.to_string()));
        let response = api.anonymous().open(request.expect("a request")).await;
        assert_eq!(response.status(), 200);
        let cookie = response.headers()["set-cookie"].to_str().expect("ASCII");
        let client = api.with_cookie(cookie.split(';').next().expect("a pair"));
        assert_eq!(status(&client, "/api/connections").await, 200);
    }

    #[tokio::test]
    async fn reserved_slots_are_for_health_and_for_those_with_a_session() {
        let api = TestApi::start().await;
        let (admin, anonymous) = (api.admin().await, api.anonymous());
        for path in ["/healthz", "/readyz"] {
            assert_eq!(status(&anonymous, path).await, 200, "{path}");
        }
        let forged = api.with_cookie("haltere.sid=AAAA");
        for path in ["/api", "/auth", "/api/connections", "/api/docs/export", "/api/docs", "/x"] {
            assert_eq!(status(&anonymous, path).await, 503, "{path}");
            assert_eq!(status(&forged, path).await, 503, "{path}");
        }
        // What the console asks for on its way to the login.
        for (path, expected) in
            [("/", 200), ("/haltere.css", 200), ("/validate-session", 200), ("/api/profile", 401)]
        {
            assert_eq!(status(&anonymous, path).await, expected, "{path}");
            assert_eq!(status(&forged, path).await, expected, "{path}");
        }
        for path in ["/api/connections", "/api/docs/export", "/validate-session"] {
            assert_eq!(status(&admin, path).await, 200, "{path}");
        }
    }
}
