//! Who may use a route. A route is registered together with this (see [`Routes`]), and a request
//! reaches its handler only through the gate made from it: a route nobody thought about can't exist.

use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use haltere_app::{Action, Ctx};
use haltere_core::{Origin, PluginId};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::auth::login_page::Reason;
use crate::cookie;
use crate::error::{ApiError, messages};
use crate::extract::caller;
use crate::fallback;
use crate::openapi;
use crate::state::ApiState;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, without logging in.
    Everybody,
    /// Whoever is logged in; browsers that are not are sent to the login page.
    Page,
    /// Whoever is logged in.
    LoggedIn,
    /// Whoever the policy lets do this, while the plugin is on.
    Policy(Action, Option<PluginId>),
}

/// Routes, each with its access.
pub(crate) struct Routes(OpenApiRouter<ApiState>);

impl Routes {
    pub(crate) fn new(description: utoipa::openapi::OpenApi) -> Self {
        Self(OpenApiRouter::with_openapi(description))
    }

    /// Registers one route (`routes!(…)`) and puts its gate in front of it.
    pub(crate) fn route(self, access: Access, route: UtoipaMethodRouter<ApiState>) -> Self {
        let (schemas, mut paths, methods) = route;
        openapi::describe_access(&mut paths, access);
        let gate = middleware::from_fn(move |request, next| gate(access, request, next));
        Self(self.0.routes((schemas, paths, methods.route_layer(gate))))
    }

    pub(crate) fn finish(self) -> OpenApiRouter<ApiState> {
        self.0
    }
}

async fn gate(access: Access, request: Request, next: Next) -> Response {
    let request = match access {
        Access::Everybody => Ok(request),
        Access::Page => match identify(request).await {
            Ok(Ok(request)) => Ok(request),
            Ok(Err(stranger)) => return to_login(stranger.had_cookie),
            Err(error) => Err(error),
        },
        Access::LoggedIn => log_in_required(request).await,
        Access::Policy(action, plugin) => match log_in_required(request).await {
            Ok(request) => authorize(request, action, plugin).await,
            Err(error) => Err(error),
        },
    };
    match request {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Nobody we know.
struct Stranger {
    /// Whether they brought a cookie along, of a session that has ended.
    had_cookie: bool,
}

/// Finds out who asks and puts a [`Ctx`] and the session on the request.
async fn identify(mut request: Request) -> Result<Result<Request, Stranger>, ApiError> {
    let (state, origin) = common(&request)?;
    match caller::session(&state, request.headers()).await? {
        Some(session) => {
            let context = Ctx::new(session.caller.clone(), origin);
            request.extensions_mut().insert(context);
            request.extensions_mut().insert(session);
            Ok(Ok(request))
        }
        None => {
            let had_cookie = cookie::token(request.headers(), &state.options).is_some();
            Ok(Err(Stranger { had_cookie }))
        }
    }
}

async fn log_in_required(request: Request) -> Result<Request, ApiError> {
    identify(request).await?.map_err(|_| ApiError::unauthorized())
}

async fn authorize(
    request: Request,
    action: Action,
    plugin: Option<PluginId>,
) -> Result<Request, ApiError> {
    let (state, _) = common(&request)?;
    if plugin.is_some_and(|plugin| !state.app.plugin_enabled(plugin)) {
        return Err(ApiError::not_found(messages::PLUGIN_NOT_FOUND));
    }
    let (mut parts, body) = request.into_parts();
    let object = match RawPathParams::from_request_parts(&mut parts, &()).await {
        Ok(parameters) => parameters.iter().next().map(|(_, value)| value.to_owned()),
        Err(_) => None,
    };
    let context = parts.extensions.get::<Ctx>().ok_or_else(ApiError::unauthorized)?;
    let allowed = state.app.authorize(context, action, object.as_deref().unwrap_or_default()).await;
    allowed.map_err(|_| ApiError::role_too_low())?;
    Ok(Request::from_parts(parts, body))
}

/// The router was built without the layer that prepares requests for the gates.
#[derive(Debug, thiserror::Error)]
#[error("failed to check access: the request was not prepared")]
struct NotPrepared;

/// What [`crate::layers::identity`] has put on the request.
fn common(request: &Request) -> Result<(ApiState, Origin), ApiError> {
    let state = request.extensions().get::<ApiState>().cloned();
    let origin = request.extensions().get::<Origin>().cloned();
    state.zip(origin).ok_or_else(|| ApiError::internal(NotPrepared))
}

fn to_login(had_cookie: bool) -> Response {
    if had_cookie {
        fallback::found(&format!("/login?error={}", Reason::Expired.as_str()))
    } else {
        fallback::found("/login")
    }
}
