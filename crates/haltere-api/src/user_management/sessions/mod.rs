//! `/api/user-management/users/{userName}/sessions`

pub(crate) mod end;
pub(crate) mod end_all;
pub(crate) mod list;

use axum::response::Response;
use haltere_core::UserName;
use http::StatusCode;

use crate::error::{ApiError, json};
use crate::extract::RequestContext;
use crate::profile::sessions::WireSession;
use crate::state::ApiState;

/// The sessions that the user has now.
async fn response(
    state: &ApiState,
    context: &RequestContext,
    name: &UserName,
) -> Result<Response, ApiError> {
    let user = state.app.users().get(context, name).await?;
    let sessions = state.app.sessions().list_of(context, &user.name).await?;
    let sessions: Vec<_> = sessions.into_iter().map(WireSession::from).collect();
    Ok(json(StatusCode::OK, &sessions))
}
