//! The caller of a request.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use haltere_app::Ctx;
use haltere_app::sessions::{Session, is_token};
use haltere_core::{Origin, TokenSecret};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::cookie::SessionCookie;
use crate::error::ApiError;
use crate::state::ApiState;

/// The caller, as the gate of the route found them: see [`crate::gate`].
pub(crate) struct RequestContext(pub(crate) Ctx);

impl Deref for RequestContext {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.0
    }
}

/// A handler needs the caller, but its route requires no login.
#[derive(Debug, thiserror::Error)]
#[error("failed to find the caller: the route is public")]
struct RouteIsOpen;

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let context = parts.extensions.get::<Ctx>().cloned();
        context.map(Self).ok_or_else(|| ApiError::internal(RouteIsOpen))
    }
}

/// The caller of a request that comes from `origin`: by its application token if it has one, else by its session.
pub(crate) async fn authenticate(
    state: &ApiState,
    cookie: &SessionCookie,
    headers: &HeaderMap,
    origin: Origin,
) -> Result<Option<Ctx>, ApiError> {
    if let Some(token) = bearer(headers) {
        // A request with a token is that of a program. Cookies don't count.
        let context = state.app.tokens().authenticate(token, &origin).await;
        return context.map(Some).map_err(ApiError::wrong_token);
    }
    let session = session(state, cookie, headers).await?;
    Ok(session.map(|session| state.app.context(session, origin)))
}

/// The application token of a request, valid or not. Other credentials in the header are not for us: a proxy may have
/// asked for them, and passes them on.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    const SCHEME: &str = "bearer ";
    let values = headers.get_all(AUTHORIZATION).into_iter().filter_map(|value| value.to_str().ok());
    let tokens = values.filter_map(|value| {
        let (scheme, token) = value.split_at_checked(SCHEME.len())?;
        scheme.eq_ignore_ascii_case(SCHEME).then_some(token.trim())
    });
    let mut tokens = tokens.filter(|token| TokenSecret::is_meant(token));
    let token = tokens.next()?;
    // Of two, neither counts: which one the sender means is unknown.
    Some(if tokens.next().is_some() { "" } else { token })
}

/// The most tokens of a request that are looked up in the store. Browsers send one cookie per path and domain.
const MAX_LOOKUPS: usize = 8;

/// The session of a request, if any: the first valid one among its cookies, because other sites under the same
/// domain can set cookies of our name. Sessions in memory are tried first: they cost no read of the store, so any
/// number of invalid cookies may precede theirs.
pub(crate) async fn session(
    state: &ApiState,
    cookie: &SessionCookie,
    headers: &HeaderMap,
) -> Result<Option<Session>, ApiError> {
    let tokens = cookie.tokens(headers);
    let active = tokens.iter().find_map(|token| state.app.sessions().find_active(token.expose()));
    if active.is_some() {
        return Ok(active);
    }
    let well_formed = tokens.iter().filter(|token| is_token(token.expose()));
    for token in well_formed.take(MAX_LOOKUPS) {
        let session =
            state.app.sessions().authenticate(token.expose()).await.map_err(ApiError::internal)?;
        if session.is_some() {
            return Ok(session);
        }
    }
    Ok(None)
}
