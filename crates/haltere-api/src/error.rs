//! What every refusal looks like: a status, and `{"code", "message"}` as JSON.
//!
//! An operation maps the errors of its application call to an [`ApiError`] at the top of its own
//! file, so that its first lines show the responses it can give. An unexpected error becomes
//! [`ApiError::internal`]; [`crate::middleware::failures`] logs it and words the response.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use haltere_app::connections::LastChange;
use haltere_app::{AuditGap, Invalid, NotAllowed, TokenRefusal};
use haltere_core::sentence::ParameterValue;
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::limits::counters::LimitReached;
use crate::limits::names::{self, LIMITS};
use crate::wire::sentence::SentenceView;
use crate::wire::time;

/// The body of every error.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Error, example = json!({"code": "NOT_ALLOWED", "message": "Not allowed"}))]
pub(crate) struct ErrorBody {
    /// For programs.
    pub(crate) code: ErrorCode,
    /// For people.
    #[schema(value_type = String)]
    pub(crate) message: Cow<'static, str>,
    /// With status 500, what is wrong with haltere's disk, if that is the cause; with status 503, that another program
    /// holds the database.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    /// Which limit was reached, if that is the cause; with a name of the configuration where it can be set.
    #[schema(value_type = Option<String>, example = "limits.streams_per_user")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<&'static str>,
    /// What is wrong with the field that `longError` or the message names, if it has a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<Box<SentenceView>>,
    /// What is wrong with which field, where `message` is another one, for example because clients of the management center
    /// for Mosquitto match on it: the field, a colon and the reason.
    #[schema(value_type = Option<String>, example = "password: must be at least 8 characters long")]
    #[serde(rename = "longError", skip_serializing_if = "Option::is_none")]
    pub(crate) long_error: Option<Cow<'static, str>>,
    /// With status 412, the last change of the connection.
    #[serde(rename = "lastChange", skip_serializing_if = "Option::is_none")]
    pub(crate) last_change: Option<Box<WireLastChange>>,
    /// Only when the caller is not logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<SessionHint>,
}

/// Who changed a connection last, when, and what.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LastChange, example = json!({"at": "2026-11-23T06:00:00Z", "by": "ann", "fields": ["credentials.password"]}))]
pub(crate) struct WireLastChange {
    #[schema(format = DateTime)]
    at: String,
    /// The user's name.
    by: String,
    /// The fields that an edit changed; empty after any other change.
    fields: Vec<String>,
}

impl From<LastChange> for WireLastChange {
    fn from(change: LastChange) -> Self {
        let LastChange { at, actor, fields } = change;
        Self { at: time::rfc3339(at), by: actor, fields }
    }
}

/// Makes a client of the management center for Mosquitto show its login page.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct SessionHint {
    /// Whether there is a session; always `false`.
    pub(crate) session: bool,
}

/// The codes of errors, as the management center for Mosquitto names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ErrorCode {
    /// The request is invalid; the message names the field.
    Invalid,
    /// Not logged in.
    Unauthorized,
    /// The password is right; the user has a second factor, and no code was given.
    SecondFactorRequired,
    /// The password is right, the code of the second factor is not.
    SecondFactorWrong,
    /// Forbidden by a role or a rule. The Connections API sends it with status 500, too.
    NotAllowed,
    /// There is no such thing, or its plugin is off.
    NotFound,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// It conflicts with what is stored.
    Conflict,
    /// It is not the version that was asked for in If-Match.
    PreconditionFailed,
    /// It is gone.
    Gone,
    /// A rate limit was exceeded; the header Retry-After says when to retry.
    TooManyRequests,
    /// Not ready yet, or shutting down.
    Unavailable,
    /// Changes are refused, because they could not be audited everywhere they have to be; the header Retry-After says
    /// when to retry.
    AuditUnavailable,
    /// An internal error; the log has the details under the request's id.
    InternalError,
}

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    message: Cow<'static, str>,
    session_hint: bool,
    limit: Option<&'static str>,
    fault: Option<Box<SentenceView>>,
    long_error: Option<Box<str>>,
    last_change: Option<Box<WireLastChange>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<InternalCause>,
}

/// Why a response is a 500: put on the response, taken off and logged by [`crate::middleware::failures`].
#[derive(Debug, Clone)]
pub(crate) struct InternalCause(pub(crate) Arc<dyn Error + Send + Sync>);

impl ApiError {
    pub(crate) fn new(
        status: StatusCode,
        code: ErrorCode,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self {
            status,
            code,
            message,
            session_hint: false,
            limit: None,
            fault: None,
            long_error: None,
            last_change: None,
            headers: Vec::new(),
            cause: None,
        }
    }

    /// 400: the request is invalid. `message` names the field.
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message)
    }

    /// 400: a field is invalid.
    pub(crate) fn invalid_field(invalid: Invalid) -> Self {
        let error = Self::invalid(invalid.to_string());
        match invalid.fault {
            Some((key, parameters)) => error.with_fault(key, parameters),
            None => error,
        }
    }

    /// Says in addition what is wrong with the field, as a key with parameters.
    pub(crate) fn with_fault(
        self,
        key: &'static str,
        parameters: Vec<(&'static str, ParameterValue)>,
    ) -> Self {
        Self { fault: Some(Box::new(SentenceView::new(key, parameters))), ..self }
    }

    /// Keeps the message, which names the field, as the long error below one that clients match on.
    pub(crate) fn worded(self, message: &'static str) -> Self {
        let long_error = Some(self.message.into());
        Self { message: Cow::Borrowed(message), long_error, ..self }
    }

    /// Says in addition what is wrong with which field.
    pub(crate) fn with_long_error(self, text: impl Into<Box<str>>) -> Self {
        Self { long_error: Some(text.into()), ..self }
    }

    /// 409: it conflicts with what is stored.
    pub(crate) fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, message)
    }

    /// 410.
    pub(crate) fn gone(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::GONE, ErrorCode::Gone, message)
    }

    /// 401: not logged in.
    pub(crate) fn unauthorized() -> Self {
        let error =
            Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, messages::UNAUTHORIZED);
        Self { session_hint: true, ..error }
    }

    /// 401, or 429 after too many: the token of the request is not valid (RFC 6750, §3).
    pub(crate) fn wrong_token(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Invalid => {
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                Self::unauthorized().with_header(WWW_AUTHENTICATE, challenge)
            }
            TokenRefusal::TooMany { retry_after } => {
                let (limit, message) = (WRONG_TOKENS_LIMIT, messages::TOO_MANY_WRONG_TOKENS);
                Self::limited(limit, true, message, whole(retry_after))
            }
        }
    }

    /// 403 with the words of a rule.
    pub(crate) fn not_allowed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::NotAllowed, message)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
    }

    /// 404 where there is nothing at all.
    pub(crate) fn no_such_resource() -> Self {
        Self::not_found("Resource not found")
    }

    /// The bound `limit` is reached: 429 where it is the caller's own, else 503. `retry_after` is in seconds.
    pub(crate) fn limited(
        limit: &'static str,
        is_own: bool,
        message: impl Into<Cow<'static, str>>,
        retry_after: u32,
    ) -> Self {
        debug_assert!(LIMITS.contains(&limit), "{limit} is no setting");
        let (status, code) = if is_own {
            (StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests)
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable)
        };
        let error = Self::new(status, code, message);
        Self { limit: Some(limit), ..error }.with_header(RETRY_AFTER, retry_after.into())
    }

    /// 412: another version is stored than the request is for.
    pub(crate) fn outdated(last_change: Option<LastChange>) -> Self {
        let status = StatusCode::PRECONDITION_FAILED;
        let error = Self::new(status, ErrorCode::PreconditionFailed, messages::OUTDATED);
        Self { last_change: last_change.map(|change| Box::new(change.into())), ..error }
    }

    /// 500: an unexpected error.
    pub(crate) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        let error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::InternalError,
            messages::INTERNAL,
        );
        Self { cause: Some(InternalCause(Arc::new(cause))), ..error }
    }

    /// 403: all connections hold as much as the configuration allows.
    pub(crate) fn over_budget() -> Self {
        Self::not_allowed(messages::OVER_BUDGET).with_limit(names::CONNECTIONS_BUDGET)
    }

    /// Says which limit was reached.
    pub(crate) fn with_limit(self, limit: &'static str) -> Self {
        debug_assert!(LIMITS.contains(&limit), "{limit} is no setting");
        Self { limit: Some(limit), ..self }
    }

    pub(crate) fn body(&self) -> ErrorBody {
        let Self { code, message, session_hint, limit, fault, long_error, last_change, .. } = self;
        ErrorBody {
            code: *code,
            message: message.clone(),
            reason: None,
            limit: *limit,
            fault: fault.clone(),
            long_error: long_error.as_deref().map(|text| text.to_owned().into()),
            last_change: last_change.clone(),
            data: session_hint.then_some(SessionHint { session: false }),
        }
    }

    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|(it, _)| it == name)
    }

    /// Adds a header to the response.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

/// The limit on what a user may write into the audit trail.
pub(crate) const ACTIONS_LIMIT: &str = "limits.audited_actions_per_hour";

/// The limit on wrong tokens from one address, as on wrong passwords.
pub(crate) const WRONG_TOKENS_LIMIT: &str = "limits.failed_logins_per_address";

/// When to try a change again that could not be audited, in seconds.
const AUDIT_RETRY: u32 = 5;

/// For Retry-After.
fn whole(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)
}

impl From<NotAllowed> for ApiError {
    fn from(refusal: NotAllowed) -> Self {
        match refusal {
            NotAllowed::InsufficientRole => Self::not_allowed(messages::NOT_ALLOWED),
            NotAllowed::Due(due) => Self::not_allowed(messages::due(due)),
            NotAllowed::Token(rule) => Self::not_allowed(messages::token_rule(rule)),
            NotAllowed::ViewOnly => Self::not_allowed(messages::VIEW_ONLY),
            NotAllowed::Hidden => Self::not_found(messages::CONNECTION_NOT_FOUND),
            NotAllowed::TooOften { retry_after } => {
                let message = messages::REFUSED_TOO_OFTEN;
                Self::limited("limits.refusals_per_minute", true, message, whole(retry_after))
            }
            NotAllowed::TooMany { retry_after } => {
                let message = messages::TOO_MANY_ACTIONS;
                Self::limited(ACTIONS_LIMIT, true, message, whole(retry_after))
            }
            NotAllowed::NotAuditable(gap) => gap.into(),
        }
    }
}

impl From<AuditGap> for ApiError {
    fn from(gap: AuditGap) -> Self {
        let (status, code) = (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::AuditUnavailable);
        Self::new(status, code, messages::audit_gap(gap))
            .with_header(RETRY_AFTER, AUDIT_RETRY.into())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self.body());
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        if let Some(limit) = self.limit {
            response.extensions_mut().insert(LimitReached(limit));
        }
        response
    }
}

/// A JSON response.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    json_bytes(status, to_json(body))
}

/// The body of a JSON response.
pub(crate) fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("wire types have string keys and finite numbers")
}

/// A JSON response whose body is rendered already.
pub(crate) fn json_bytes(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Messages that are used in several places. Most are, to the letter, those of the management center for
/// Mosquitto, because clients match on them.
pub(crate) mod messages {
    use haltere_app::{AuditGap, Due, TokenRule};

    /// Why changes are refused.
    pub(crate) const fn audit_gap(gap: AuditGap) -> &'static str {
        match gap {
            AuditGap::Trail => NO_AUDIT_TRAIL,
            AuditGap::Sink(_) => NO_AUDIT_SINK,
        }
    }

    pub(crate) const NO_AUDIT_TRAIL: &str =
        "Changes are refused while the audit trail can't be written";
    pub(crate) const NO_AUDIT_SINK: &str =
        "Changes are refused while a required copy of the audit trail can't be written";

    /// What a user has to do first.
    pub(crate) const fn due(due: Due) -> &'static str {
        match due {
            Due::Password => MUST_CHANGE_PASSWORD,
            Due::SecondFactor => MUST_SET_UP_SECOND_FACTOR,
        }
    }

    /// Why a token may not do what its role allows.
    pub(crate) const fn token_rule(rule: TokenRule) -> &'static str {
        match rule {
            TokenRule::NeedsLogin => "Not allowed with a token; log in",
            TokenRule::ReadOnly => "Not allowed with a read-only token",
            TokenRule::OtherActions => "Not allowed with a token that is limited to other actions",
            TokenRule::LimitedToConnections => {
                "Not allowed with a token that is limited to some connections"
            }
        }
    }

    pub(crate) const TOO_MANY_WRONG_TOKENS: &str = "Too many wrong tokens from your address";
    pub(crate) const TOKEN_EXISTS: &str = "Token with this name already exists";
    pub(crate) const UNAUTHORIZED: &str = "Unauthorized";
    pub(crate) const NOT_ALLOWED: &str = "Not allowed";
    pub(crate) const VIEW_ONLY: &str = "Not allowed while you see haltere as another user does";
    pub(crate) const MUST_CHANGE_PASSWORD: &str = "The password must be changed first";
    pub(crate) const MUST_SET_UP_SECOND_FACTOR: &str = "A second factor must be set up first";
    pub(crate) const CODE_REQUIRED: &str = "A code of the second factor is required";
    pub(crate) const WRONG_CODE: &str = "Wrong code of the second factor";
    pub(crate) const REFUSED_TOO_OFTEN: &str = "Not allowed, and asked for too often";
    pub(crate) const TOO_MANY_ACTIONS: &str = "Too many changes and tests by this user";
    pub(crate) const PLUGIN_NOT_FOUND: &str = "Plugin not found";
    pub(crate) const CONNECTION_NOT_FOUND: &str = "Connection not found";
    pub(crate) const USER_INVALID: &str = "User object invalid";
    pub(crate) const USER_WITHOUT_ROLE: &str = "User must have at least one role";
    pub(crate) const USER_EXISTS: &str = "User already exists";
    pub(crate) const USER_GONE: &str = "User does not exist";
    pub(crate) const GROUP_GONE: &str = "User group does not exist";
    pub(crate) const LAST_ADMIN: &str =
        "The last administrator can't be deleted, disabled or lose the role admin";
    pub(crate) const BREAK_GLASS: &str =
        "A user who may log in without single sign-on is changed on the command line only";
    pub(crate) const OWN_SECOND_FACTOR: &str =
        "Remove your own second factor in your profile, with password and code";
    pub(crate) const OUTDATED: &str = "The connection was changed meanwhile: If-Match names none of its present version. Get it again, and repeat the change on that";
    pub(crate) const SAME_NAME_AND_ID: &str = "Connection with the same name/id already exists";
    pub(crate) const SAME_NAME_OR_ID: &str =
        "Connection with either the same name or id already exists";
    pub(crate) const TOO_MANY_CONNECTIONS: &str = "Maximum number of connections reached";
    pub(crate) const OVER_BUDGET: &str = "Maximum size of all connections reached";
    pub(crate) const OTHER_ORIGIN: &str = "Requests from other origins are not allowed";
    pub(crate) const OTHER_ORIGIN_LOGOUT: &str = "Logging out is up to haltere's own pages";
    pub(crate) const TOKEN_IN_URL: &str = "token: does not belong in the URL; send it in the header \"Authorization: Bearer <token>\"";
    pub(crate) const BUSY: &str = "Another program holds the database; try again";
    pub(crate) const BUSY_REASON: &str = "the database is busy";
    pub(crate) const INTERNAL: &str = "An internal server error occurred";
    pub(crate) const WITHOUT_STATUS: &str = "Connection already exists but status of the connection not found. Config file might be malformed";
}
