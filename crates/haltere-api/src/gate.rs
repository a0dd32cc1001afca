//! The check in front of each route: session or token, plugin and role, as its [`Access`] requires.

use axum::body::HttpBody as _;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use haltere_app::policy::Resource;
use haltere_app::users::is_same_user;
use haltere_app::{Action, Credential, Ctx, Due, NotAllowed};
use haltere_core::Origin;

use crate::access::Access;
use crate::cookie::SessionCookie;
use crate::error::{ApiError, messages};
use crate::extract::caller;
use crate::response_memory;
use crate::sign_on::HeaderUser;
use crate::state::ApiState;

/// Checks the session or token, the plugin and the role, in this order, before the handler runs.
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
        Ok(request) => respond(access, request, next).await,
        Err(error) => error.into_response(),
    }
}

/// Calls the handler, within the bounds of the caller of the request, if it has one.
async fn respond(access: Access, request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let (Some(context), Some(state)) =
        (extensions.get::<Ctx>(), extensions.get::<ApiState>().cloned())
    else {
        return next.run(request).await;
    };
    let (credential, holder) = (context.credential.clone(), context.holder());
    let principal = context.principal.clone();
    let is_change = !request.method().is_safe();
    let response = next.run(request).await;
    // Not where callers change users: what they do may end their own session, and they learn how it went.
    let shows_connections =
        matches!(access, Access::Policy(action) if action.is_about_connections());
    if shows_connections && credential.has_ended() && !state.app.still_has_rights_of(&principal) {
        return ApiError::unauthorized().into_response();
    }
    let mut response =
        response_memory::charge(&state.response_memory, holder, is_change, response).await;
    response.extensions_mut().insert(AuthenticatedResponse);
    if response.body().size_hint().exact().is_none() {
        // It is made while it is sent.
        response.extensions_mut().insert(CloseWithCredential(credential));
    }
    response
}

/// Marks a response to a caller with a session or a token, for the server around the router.
#[derive(Debug, Clone, Copy)]
pub struct AuthenticatedResponse;

/// Marks a response that must not outlast a credential, for the server around the router: when that ends, so does the
/// connection, although its client may not read what is on its way.
#[derive(Debug, Clone)]
pub struct CloseWithCredential(pub Credential);

/// Authenticates the request and puts a [`Ctx`] on it.
async fn log_in_required(mut request: Request) -> Result<Request, ApiError> {
    let (state, origin, cookie) = common(&request)?;
    let context = caller::authenticate(&state, &cookie, request.headers(), origin).await?;
    let context = context.ok_or_else(ApiError::unauthorized)?;
    if let Some(user) = request.extensions().get::<HeaderUser>() {
        check_header_user(&state, &context, user).await?;
    }
    #[cfg(test)]
    let context = crate::test_support::limited_by_the_test(context, request.extensions());
    request.extensions_mut().insert(context);
    Ok(request)
}

/// Ends a session that began with a proxy's word, if the proxy names another user now.
async fn check_header_user(
    state: &ApiState,
    context: &Ctx,
    user: &HeaderUser,
) -> Result<(), ApiError> {
    let Some(session) = context.session() else { return Ok(()) };
    if is_same_user(context.answerable().as_str(), &user.name) {
        return Ok(());
    }
    // A user may have logged in with a password all the same.
    if state.app.sign_on().is_of_header(session).await.map_err(ApiError::internal)? {
        state.app.sessions().log_out(context).await.map_err(ApiError::internal)?;
        return Err(ApiError::unauthorized());
    }
    Ok(())
}

async fn authorize(request: Request, action: Action) -> Result<Request, ApiError> {
    let (state, ..) = common(&request)?;
    // A password that must be changed can be, even where users don't change theirs otherwise.
    let is_due = action == Action::ChangeOwnPassword
        && request.extensions().get::<Ctx>().and_then(|it| it.principal.due())
            == Some(Due::Password);
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
    use haltere_app::testing::TestApp;
    use haltere_core::Role;
    use haltere_testkit::Peer;
    use haltere_testkit::wait::{DEADLINE, until};
    use serde_json::json;

    use super::*;
    use crate::openapi;
    use crate::openapi::operations;
    use crate::test_support::{TestApi, connection};

    /// So that a refusal names its object in the audit trail.
    #[test]
    fn every_parameter_of_a_path_names_a_resource() {
        let document = openapi();
        let paths = operations(&document).into_iter().map(|(_, path, _)| path);
        let segments = paths.filter(|path| path.starts_with("/api/")).flat_map(|it| it.split('/'));
        let names = segments.filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
        let names: std::collections::BTreeSet<_> = names.collect();
        assert!(names.len() >= 4, "{names:?}");
        // Refusals of reading the audit trail are not audited.
        for name in names.into_iter().filter(|name| *name != "sequence") {
            assert!(Resource::of_path_parameter(name, "x").is_some(), "{name}");
        }
    }

    #[tokio::test]
    async fn a_response_is_withheld_from_a_caller_who_was_demoted_meanwhile() {
        let api = TestApi::start().await;
        let peer = Peer::silent().await;
        let (admin, manager) = (api.admin().await, api.role(Role::ConnectionManager).await);
        let body = connection("a", &peer.url("mqtt"));
        let client = manager.clone();
        let creating = tokio::spawn(async move { client.post("/api/connections", body).await });
        until("the connection to be stored", DEADLINE, async || {
            (admin.get("/api/connections").await.ids() == ["a"]).then_some(())
        })
        .await;
        let users = api.app.users_of_another_process().await;
        let (name, viewer) = (TestApp::user(Role::ConnectionManager), Role::MonitoringViewer);
        let cli = Ctx::command_line("cli");
        users.set_roles(&cli, &name, viewer.into()).await.expect("other roles");
        until("the session to end", DEADLINE, async || {
            (manager.get("/api/version").await.status == 401).then_some(())
        })
        .await;
        // The attempt to connect ends.
        drop(peer);
        let response = creating.await.expect("no panic");
        response.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
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
