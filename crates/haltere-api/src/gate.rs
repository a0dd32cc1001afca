//! The check in front of each route: session, plugin and role, as its [`Access`] requires.

use axum::body::HttpBody as _;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use haltere_app::policy::Resource;
use haltere_app::{Action, Credential, Ctx, NotAllowed};
use haltere_core::Origin;

use crate::access::Access;
use crate::cookie::SessionCookie;
use crate::error::{ApiError, messages};
use crate::extract::caller;
use crate::response_memory;
use crate::state::ApiState;

/// Checks the session, the plugin and the role, in this order, before the handler runs.
pub(crate) async fn gate(access: Access, request: Request, next: Next) -> Response {
    let request = match access {
        Access::Public => Ok(request),
        Access::LoggedIn => log_in_required(request).await,
        Access::Policy(action) => match log_in_required(request).await {
            Ok(request) => authorize(request, action).await,
            Err(error) => Err(error),
        },
    };
    match request {
        Ok(request) => respond(request, next).await,
        Err(error) => error.into_response(),
    }
}

/// Calls the handler, within the bounds of the session of the request, if it has one.
async fn respond(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let (Some(context), Some(state)) =
        (extensions.get::<Ctx>(), extensions.get::<ApiState>().cloned())
    else {
        return next.run(request).await;
    };
    let (credential, holder) = (context.credential.clone(), context.holder());
    let is_change = !request.method().is_safe();
    let response = next.run(request).await;
    let mut response =
        response_memory::charge(&state.response_memory, holder, is_change, response).await;
    response.extensions_mut().insert(AuthenticatedResponse);
    if response.body().size_hint().exact().is_none() {
        // It is made while it is sent.
        response.extensions_mut().insert(CloseWithCredential(credential));
    }
    response
}

/// Marks a response to a caller with a session, for the server around the router.
#[derive(Debug, Clone, Copy)]
pub struct AuthenticatedResponse;

/// Marks a response that must not outlast a credential, for the server around the router: when that ends, so does the
/// connection, although its client may not read what is on its way.
#[derive(Debug, Clone)]
pub struct CloseWithCredential(pub Credential);

/// Authenticates the request and puts a [`Ctx`] on it.
async fn log_in_required(mut request: Request) -> Result<Request, ApiError> {
    let (state, origin, cookie) = common(&request)?;
    let session = caller::session(&state, &cookie, request.headers()).await?;
    let session = session.ok_or_else(ApiError::unauthorized)?;
    let context = Ctx::of_session(session, origin);
    #[cfg(test)]
    let context = crate::test_support::limited_by_the_test(context, request.extensions());
    request.extensions_mut().insert(context);
    Ok(request)
}

async fn authorize(request: Request, action: Action) -> Result<Request, ApiError> {
    let (state, ..) = common(&request)?;
    // A password that must be changed can be, even where users don't change theirs otherwise.
    let is_due = action == Action::ChangeOwnPassword
        && request.extensions().get::<Ctx>().is_some_and(|it| it.principal.must_change_password());
    let is_off = action.plugin().is_some_and(|plugin| !state.app.plugins().is_on(plugin));
    if is_off && !is_due {
        return Err(ApiError::not_found(messages::PLUGIN_NOT_FOUND));
    }
    let (mut parts, body) = request.into_parts();
    // Not UTF-8: the handler answers that there is no such thing.
    let parameters = RawPathParams::from_request_parts(&mut parts, &()).await.ok();
    let mut named = parameters.iter().flat_map(RawPathParams::iter);
    let resource = named.find_map(|(name, value)| Resource::of_path_parameter(name, value));
    let context = parts.extensions.get::<Ctx>().ok_or_else(ApiError::unauthorized)?;
    match state.app.authorize(context, action, resource.unwrap_or(Resource::Instance)).await {
        // The operation answers as it does for one that does not exist, whatever else is wrong with the request.
        Ok(()) | Err(NotAllowed::Hidden) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(Request::from_parts(parts, body))
}

/// The router was built without the layer that prepares requests for the gates.
#[derive(Debug, thiserror::Error)]
#[error("failed to check access: the request was not prepared")]
struct NotPrepared;

/// What [`crate::middleware::request_id`] has put on the request.
fn common(request: &Request) -> Result<(ApiState, Origin, SessionCookie), ApiError> {
    let state = request.extensions().get::<ApiState>().cloned();
    let origin = request.extensions().get::<Origin>().cloned();
    let cookie = request.extensions().get::<SessionCookie>().cloned();
    let ((state, origin), cookie) =
        state.zip(origin).zip(cookie).ok_or_else(|| ApiError::internal(NotPrepared))?;
    Ok((state, origin, cookie))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::json;

    use super::*;
    use crate::openapi;
    use crate::openapi::operations;
    use crate::test_support::TestApi;

    /// So that a refusal names its object in the audit trail.
    #[test]
    fn every_parameter_of_a_path_names_a_resource() {
        let document = openapi();
        let paths = operations(&document).into_iter().map(|(_, path, _)| path);
        let segments = paths.filter(|path| path.starts_with("/api/")).flat_map(|it| it.split('/'));
        let names = segments.filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
        let names: std::collections::BTreeSet<_> = names.collect();
        assert!(names.len() >= 4, "{names:?}");
        for name in names {
            assert!(Resource::of_path_parameter(name, "x").is_some(), "{name}");
        }
    }

    /// Refusals are on record, in a trail that is kept for long.
    #[tokio::test]
    async fn who_is_refused_again_and_again_has_to_wait() {
        let api = TestApi::start().await;
        let viewer = api.role(Role::Viewer).await;
        let path = format!("/api/connections/{}", "x".repeat(2_000));
        let mut refusals = 0;
        let slow_down = loop {
            let response = viewer.delete(&path).await;
            if response.status != 403 {
                break response;
            }
            response.is_refusal(403, "NOT_ALLOWED", "Not allowed");
            refusals += 1;
            assert!(refusals < 10_000, "refused as fast as one can ask");
        };
        assert!(refusals >= 100, "a user who tries a few things does not reach the limit");
        slow_down.is_refusal(429, "TOO_MANY_REQUESTS", "Not allowed, and asked for too often");
        assert_eq!(slow_down.json()["limit"], json!("limits.refusals_per_minute"));
        assert_eq!(slow_down.header("retry-after"), Some("1"));
        // The permissions of the viewer and of others are as before.
        assert_eq!(viewer.get("/api/connections").await.status, 200);
        let editor = api.role(Role::Editor).await;
        editor.delete(&path).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let denied = api.app.audit().await;
        let denied = denied.iter().filter(|line| line.starts_with("viewer connection.delete"));
        assert_eq!(denied.count(), 1);
    }
}
