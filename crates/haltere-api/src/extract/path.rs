//! Parameters of the path, percent-decoded; `%2F` is a slash inside a segment.

use axum::extract::{FromRequestParts, RawPathParams};
use haltere_core::{ConnectionId, GroupName, TokenId, UserName};
use http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::error::{ApiError, messages};

/// The connection id of `/api/connections/{connectionId}…`.
///
/// A malformed id is a 404, like an unknown one.
pub(crate) struct PathConnectionId(pub(crate) ConnectionId);

impl<S: Send + Sync> FromRequestParts<S> for PathConnectionId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = only_parameter(parts, state).await;
        text.and_then(|text| ConnectionId::parse(&text).ok())
            .map(Self)
            .ok_or_else(|| ApiError::not_found(messages::CONNECTION_NOT_FOUND))
    }
}

impl IntoParams for PathConnectionId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = ParameterBuilder::new()
            .name("connectionId")
            .parameter_in(ParameterIn::Path)
            .description(Some("The connection's id, percent-encoded"))
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("mosquitto-dev".into()));
        vec![parameter.build()]
    }
}

/// The user's name in `/api/user-management/users/{userName}…`.
///
/// A malformed name is a 410, like an unknown one.
pub(crate) struct PathUserName(pub(crate) UserName);

impl<S: Send + Sync> FromRequestParts<S> for PathUserName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = parameter(parts, state, USER_NAME).await;
        text.and_then(|text| UserName::parse(&text).ok())
            .map(Self)
            .ok_or_else(|| ApiError::gone(messages::USER_GONE))
    }
}

const USER_NAME: &str = "userName";

impl IntoParams for PathUserName {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = ParameterBuilder::new()
            .name(USER_NAME)
            .parameter_in(ParameterIn::Path)
            .description(Some("The user's name, percent-encoded"))
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("ann".into()));
        vec![parameter.build()]
    }
}

/// The group's name in `/api/user-management/groups/{groupName}`.
///
/// A malformed name is a 410, like an unknown one.
pub(crate) struct PathGroupName(pub(crate) GroupName);

const GROUP_NAME: &str = "groupName";

impl<S: Send + Sync> FromRequestParts<S> for PathGroupName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = parameter(parts, state, GROUP_NAME).await;
        text.and_then(|text| GroupName::parse(&text).ok())
            .map(Self)
            .ok_or_else(|| ApiError::gone(messages::GROUP_GONE))
    }
}

impl IntoParams for PathGroupName {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = ParameterBuilder::new()
            .name(GROUP_NAME)
            .parameter_in(ParameterIn::Path)
            .description(Some("The group's name, percent-encoded"))
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("Night shift".into()));
        vec![parameter.build()]
    }
}

/// The session's id in `…/sessions/{sessionId}`, as text; `None` when it is not UTF-8.
pub(crate) struct PathSessionId(pub(crate) Option<String>);

const SESSION_ID: &str = "sessionId";

impl<S: Send + Sync> FromRequestParts<S> for PathSessionId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(parameter(parts, state, SESSION_ID).await))
    }
}

impl IntoParams for PathSessionId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = ParameterBuilder::new()
            .name(SESSION_ID)
            .parameter_in(ParameterIn::Path)
            .description(Some("The session's id"))
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some("5f0c3a9be21d47808d6b1c2e9a7f4e10".into()));
        vec![parameter.build()]
    }
}

/// The hash of a token in `/api/tokens/{tokenHash}`; `None` if it is no hash.
pub(crate) struct PathTokenHash(pub(crate) Option<TokenId>);

const TOKEN_HASH: &str = "tokenHash";

impl<S: Send + Sync> FromRequestParts<S> for PathTokenHash {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = parameter(parts, state, TOKEN_HASH).await;
        Ok(Self(text.and_then(|text| TokenId::parse(&text.to_ascii_lowercase()))))
    }
}

impl IntoParams for PathTokenHash {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = ParameterBuilder::new()
            .name(TOKEN_HASH)
            .parameter_in(ParameterIn::Path)
            .description(Some("The `hash` of the token"))
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some(
                "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".into(),
            ));
        vec![parameter.build()]
    }
}

/// The one parameter of a path, as text; `None` when it is not UTF-8.
pub(crate) struct PathText(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(only_parameter(parts, state).await))
    }
}

async fn parameter<S: Send + Sync>(parts: &mut Parts, state: &S, wanted: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

async fn only_parameter<S: Send + Sync>(parts: &mut Parts, state: &S) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().next().map(|(_, value)| value.to_owned())
}
