//! What is answered where there is no route.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderValue, Method, StatusCode};

use crate::error::{ApiError, ErrorCode};
use crate::extract::caller;
use crate::pages;
use crate::state::ApiState;

/// Under `/api` a JSON 404; elsewhere browsers get a page, or the login page first.
pub(crate) async fn not_found(State(state): State<ApiState>, request: Request) -> Response {
    let path = request.uri().path();
    let is_api = path == "/api" || path.starts_with("/api/");
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_api || !looks {
        return ApiError::not_found("Resource not found").into_response();
    }
    match caller::session(&state, request.headers()).await {
        Ok(Some(session)) => pages::not_found::page(&session.caller),
        Ok(None) => found("/login"),
        Err(error) => error.into_response(),
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
