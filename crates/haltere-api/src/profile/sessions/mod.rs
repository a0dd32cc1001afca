//! `/api/profile/sessions`

pub(crate) mod end;
pub(crate) mod end_others;
pub(crate) mod list;
#[cfg(test)]
mod tests;

use axum::response::Response;
use haltere_app::sessions::{OwnSession, OwnSessionError};
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::cookie::SessionCookie;
use crate::error::{ApiError, json};
use crate::wire::time;

/// One of the caller's own sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct WireSession {
    /// Identifies the session in `DELETE`. Not secret.
    id: String,
    /// Whether this request belongs to it.
    current: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    last_used_at: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The address its login came from; absent if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The `User-Agent` of its login: up to 200 characters, to be shown as plain text; absent if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

impl From<OwnSession> for WireSession {
    fn from(session: OwnSession) -> Self {
        let OwnSession {
            handle,
            is_current,
            created_at,
            last_used_at,
            expires_at,
            address,
            user_agent,
        } = session;
        Self {
            id: handle.to_string(),
            current: is_current,
            created_at: time::rfc3339(created_at),
            last_used_at: time::rfc3339(last_used_at),
            expires_at: time::rfc3339(expires_at),
            address: address.map(|address| address.to_string()),
            user_agent,
        }
    }
}

impl From<OwnSessionError> for ApiError {
    fn from(error: OwnSessionError) -> Self {
        match error {
            OwnSessionError::NotAllowed(refusal) => refusal.into(),
            OwnSessionError::NotFound => Self::not_found("Session not found"),
            OwnSessionError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The sessions that are left; when the caller's own is not among them, its cookie is taken back.
fn response(sessions: Vec<OwnSession>, cookie: &SessionCookie) -> Response {
    let logged_in = sessions.iter().any(|session| session.is_current);
    let sessions: Vec<_> = sessions.into_iter().map(WireSession::from).collect();
    let mut response = json(StatusCode::OK, &sessions);
    if !logged_in {
        response.headers_mut().insert(SET_COOKIE, cookie.clear());
    }
    response
}
