//! The check in front of each route: session, plugin and role, as its [`Access`] requires.

use axum::body::HttpBody as _;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use haltere_app::sessions::{EndSignal, Session};
use haltere_app::{Action, Ctx};
use haltere_core::{Origin, PluginId};

use crate::access::Access;
use crate::cookie::Jar;
use crate::error::{ApiError, messages};
use crate::extract::caller;
use crate::limits::holder;
use crate::response_memory;
use crate::state::ApiState;

/// Checks the session, the plugin and the role, in this order, before the handler runs.
pub(crate) async fn gate(access: Access, request: Request, next: Next) -> Response {
    let request = match access {
        Access::Everybody => Ok(request),
        Access::LoggedIn => log_in_required(request).await,
        Access::Policy(action, plugin) => match log_in_required(request).await {
            Ok(request) => authorize(request, action, plugin).await,
            Err(error) => Err(error),
        },
    };
    match request {
        Ok(request) => answer(request, next).await,
        Err(error) => error.into_response(),
    }
}

/// What the handler answers, within the bounds of the session it is for, if any.
async fn answer(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let (Some(session), Some(state)) =
        (extensions.get::<Session>(), extensions.get::<ApiState>().cloned())
    else {
        return next.run(request).await;
    };
    let (end, holder) = (session.end.clone(), holder::of_request(extensions));
    let is_change = !request.method().is_safe();
    let response = next.run(request).await;
    let mut response =
        response_memory::charge(&state.response_memory, holder, is_change, response).await;
    response.extensions_mut().insert(AuthenticatedResponse);
    if response.body().size_hint().exact().is_none() {
        // It is made while it is sent.
        response.extensions_mut().insert(CloseOnSessionEnd(end));
    }
    response
}

/// Marks an answer to a caller with a session, for the server around the router.
#[derive(Debug, Clone, Copy)]
pub struct AuthenticatedResponse;

/// Marks an answer that must not outlast a session, for the server around the router: when it ends, so does the
/// connection, although its client may not read what is on its way.
#[derive(Debug, Clone)]
pub struct CloseOnSessionEnd(pub EndSignal);

/// Finds out who asks and puts a [`Ctx`] and the session on the request.
async fn log_in_required(mut request: Request) -> Result<Request, ApiError> {
    let (state, origin, jar) = common(&request)?;
    let session = caller::session(&state, &jar, request.headers()).await?;
    let session = session.ok_or_else(ApiError::unauthorized)?;
    request.extensions_mut().insert(Ctx::new(session.caller.clone(), origin));
    request.extensions_mut().insert(session);
    Ok(request)
}

async fn authorize(
    request: Request,
    action: Action,
    plugin: Option<PluginId>,
) -> Result<Request, ApiError> {
    let (state, ..) = common(&request)?;
    if plugin.is_some_and(|plugin| !state.app.plugins().is_on(plugin)) {
        return Err(ApiError::not_found(messages::PLUGIN_NOT_FOUND));
    }
    let (mut parts, body) = request.into_parts();
    let object = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(parameters) => parameters.iter().next().map(|(_, value)| value.to_owned()),
        Err(_) => None,
    };
    let context = parts.extensions.get::<Ctx>().ok_or_else(ApiError::unauthorized)?;
    let allowed = state.app.authorize(context, action, object.as_deref().unwrap_or_default()).await;
    allowed?;
    Ok(Request::from_parts(parts, body))
}

/// The router was built without the layer that prepares requests for the gates.
#[derive(Debug, thiserror::Error)]
#[error("failed to check access: the request was not prepared")]
struct NotPrepared;

/// What [`crate::layers::identity`] has put on the request.
fn common(request: &Request) -> Result<(ApiState, Origin, Jar), ApiError> {
    let state = request.extensions().get::<ApiState>().cloned();
    let origin = request.extensions().get::<Origin>().cloned();
    let jar = request.extensions().get::<Jar>().cloned();
    let ((state, origin), jar) =
        state.zip(origin).zip(jar).ok_or_else(|| ApiError::internal(NotPrepared))?;
    Ok((state, origin, jar))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use haltere_core::Role;
    use http::header::CONTENT_TYPE;
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    use super::*;
    use crate::access::X_ACCESS;
    use crate::openapi;
    use crate::openapi::operations;
    use crate::test_support::{Client, TestApi};

    /// Sends an empty object to an operation, with ids of nothing in its path.
    async fn call(client: &Client, method: &str, path: &str) -> (u16, String) {
        let path = path.replace(['{', '}'], "");
        let request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
        let request = request.header(CONTENT_TYPE, "application/json").body(Body::from("{}"));
        let response = client.open(request.expect("a request")).await;
        let status = response.status().as_u16();
        if status == 200 {
            // It may be a stream, which never ends.
            return (status, String::new());
        }
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    /// Method, path and access of all operations that need a login.
    fn guarded() -> Vec<(String, String, Value)> {
        let document = openapi();
        let operations = operations(&document).into_iter().map(|(method, path, operation)| {
            let method = serde_json::to_value(&method).expect("JSON");
            let access = operation.extensions.as_ref().expect("extensions")[X_ACCESS].clone();
            (method.as_str().expect("a text").to_owned(), path.to_owned(), access)
        });
        operations.filter(|(_, _, access)| access["login"] == json!(true)).collect()
    }

    /// Behaviour against description: every role on every route.
    #[tokio::test]
    async fn what_the_description_says_about_roles_is_true() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        for (method, path, _) in guarded() {
            let (status, _) = call(&anonymous, &method, &path).await;
            assert_eq!(status, 401, "nobody: {method} {path}");
        }
        for role in Role::ALL {
            let client = api.role(role).await;
            for (method, path, access) in guarded() {
                let roles = access["roles"].as_array().expect("roles");
                let (status, body) = call(&client, &method, &path).await;
                let refused = status == 403 && body.contains("\"Not allowed\"");
                let allowed = roles.contains(&json!(role.as_str()));
                assert_eq!(refused, !allowed, "{role}: {method} {path}: {status} {body}");
                assert!(status != 401 && status < 500, "{role}: {method} {path}: {body}");
            }
        }
    }

    /// Refusals are on record, in a trail that is never cut.
    #[tokio::test]
    async fn who_is_refused_again_and_again_has_to_wait() {
        let api = TestApi::start().await;
        let viewer = api.role(Role::Viewer).await;
        let path = format!("/api/connections/{}", "x".repeat(2_000));
        let mut refusals = 0;
        let slow_down = loop {
            let answer = viewer.delete(&path).await;
            if answer.status != 403 {
                break answer;
            }
            answer.is_refusal(403, "NOT_ALLOWED", "Not allowed");
            refusals += 1;
            assert!(refusals < 10_000, "refused as fast as one can ask");
        };
        assert!(refusals >= 100, "nobody who tries a few things meets the limit");
        slow_down.is_refusal(429, "TOO_MANY_REQUESTS", "Not allowed, and asked for too often");
        assert_eq!(slow_down.json()["limit"], json!("limits.refusals_per_minute"));
        assert_eq!(slow_down.header("retry-after"), Some("1"));
        // What the viewer may do, and what others may not, is as it was.
        assert_eq!(viewer.get("/api/connections").await.status, 200);
        let editor = api.role(Role::Editor).await;
        editor.delete(&path).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let denied = api.app.audit().await;
        let denied = denied.iter().filter(|line| line.starts_with("viewer connection.delete"));
        assert_eq!(denied.count(), 1);
    }

    #[tokio::test]
    async fn what_the_description_says_about_plugins_is_true() {
        let api = TestApi::start().await;
        let (admin, weak) = (api.admin().await, api.role(Role::MonitoringViewer).await);
        for plugin in ["connections-rest-api", "user-profile-edit"] {
            let path = format!("/api/plugins/{plugin}");
            assert_eq!(admin.put(&path, json!({"enabled": false})).await.status, 200);
        }
        // A path that names a plugin says "Plugin not found" of that one.
        let of_plugins = |path: &str| path.starts_with("/api/plugins/");
        for (method, path, access) in guarded().into_iter().filter(|(_, path, _)| !of_plugins(path))
        {
            for client in [&admin, &weak] {
                let (status, body) = call(client, &method, &path).await;
                let off = status == 404 && body.contains("Plugin not found");
                assert_eq!(off, access["plugin"].is_string(), "{method} {path}: {status} {body}");
            }
        }
    }
}
