//! `POST /auth`

use std::time::Duration;

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use haltere_app::sessions::{LogIn, LoggedIn, LoginError};
use haltere_core::quota::QuotaExceeded;
use haltere_core::{Origin, Secret};
use http::StatusCode;
use http::header::{CONTENT_TYPE, SET_COOKIE, USER_AGENT};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::base_path::BasePath;
use crate::cookie::SessionCookie;
use crate::error::{ApiError, ErrorBody, ErrorCode, json, messages};
use crate::extract::charset::Charset;
use crate::extract::{JsonBody, Params, Query, body};
use crate::fallback::redirect;
use crate::limits::exceeded::QuotaLimits;
use crate::openapi::errors::{Responses, describe};
use crate::state::ApiState;
use crate::wire::fields::Fields;

/// What a browser sends a form as.
const FORM: &str = "application/x-www-form-urlencoded";

/// A refusal in both of its forms.
#[derive(Debug)]
enum LoginRefusal {
    WrongCredentials,
    CodeRequired,
    WrongCode,
    TooMany(ApiError),
    Other(ApiError),
}

impl From<LoginError> for LoginRefusal {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::WrongCredentials => Self::WrongCredentials,
            LoginError::CodeRequired => Self::CodeRequired,
            LoginError::WrongCode => Self::WrongCode,
            LoginError::Throttled { retry_after, of } => Self::TooMany(throttled(retry_after, of)),
            LoginError::TooManyChecks(reached) => Self::TooMany(PASSWORD_CHECKS.refusal(reached)),
            LoginError::Internal(cause) => Self::Other(ApiError::internal(cause)),
        }
    }
}

impl LoginRefusal {
    /// For programs.
    fn into_json(self) -> Response {
        match self {
            Self::WrongCredentials => unauthorized(ErrorCode::Unauthorized, messages::UNAUTHORIZED),
            Self::CodeRequired => code_required(),
            Self::WrongCode => wrong_code(),
            Self::TooMany(error) | Self::Other(error) => error,
        }
        .into_response()
    }

    /// For browsers: back to the login page, which says why. The first reason is one of the management
    /// center for Mosquitto, as is `session-expired`, which the page knows as well. Where local login is off, a right
    /// password gets the same answer as a wrong one.
    fn into_redirect(self, base: &BasePath, local_login: bool) -> Response {
        let reason = match self {
            Self::WrongCredentials if local_login => "authentication-failed",
            Self::WrongCredentials => "local-login-off",
            Self::CodeRequired => "second-factor-required",
            Self::WrongCode => "second-factor-wrong",
            Self::TooMany(_) => "throttled",
            Self::Other(error) => return error.into_response(),
        };
        redirect(&base.to(&format!("/login?error={reason}")))
    }
}

fn unauthorized(code: ErrorCode, message: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, code, message)
}

/// The password is right, and the user has a second factor.
fn code_required() -> ApiError {
    unauthorized(ErrorCode::SecondFactorRequired, messages::CODE_REQUIRED)
}

/// The password is right, the code is not.
fn wrong_code() -> ApiError {
    unauthorized(ErrorCode::SecondFactorWrong, messages::WRONG_CODE)
}

/// Why a login fails though its body makes sense.
enum Refused {}

impl IntoResponses for Refused {
    fn responses() -> Responses {
        let wrong = unauthorized(ErrorCode::Unauthorized, messages::UNAUTHORIZED);
        describe([
            ("wrong", "With `?json=1`: wrong user name or password", wrong),
            ("codeRequired", "The user has a second factor: repeat with a code", code_required()),
            ("wrongCode", "The code is wrong, was used, or has expired", wrong_code()),
        ])
    }
}

/// Too many passwords were wrong.
pub(crate) fn throttled(retry_after: Duration, of: QuotaExceeded) -> ApiError {
    let limit = match of {
        QuotaExceeded::User | QuotaExceeded::All => "limits.failed_logins_per_user",
        QuotaExceeded::Network => "limits.failed_logins_per_address",
    };
    let seconds = u32::try_from(retry_after.as_secs()).unwrap_or(u32::MAX).max(1);
    let message = format!("Too many attempts, try again in {seconds} s");
    ApiError::limited(limit, true, message, seconds)
}

/// Too many passwords are waiting to be verified. A second later most of them have been.
pub(crate) const PASSWORD_CHECKS: QuotaLimits = QuotaLimits {
    user: (CHECKS, TRY_AGAIN),
    network: (CHECKS, TRY_AGAIN),
    all: (CHECKS, "Too many logins at once, try again in 1 s"),
    retry_after: 1,
};

const CHECKS: &str = "limits.password_checks";

/// The same message as the throttle's, so that an attacker can't tell which of the two refused.
const TRY_AGAIN: &str = "Too many attempts, try again in 1 s";

/// The response to a successful login. The session's token is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginResponse {
    code: LoginCode,
    message: &'static str,
    successful: bool,
}

/// The code of a successful login.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum LoginCode {
    Success,
}

/// User name and password, and a code of the second factor.
#[derive(Debug, ToSchema)]
pub(crate) struct LoginForm {
    username: String,
    #[schema(value_type = String)]
    password: Secret<String>,
    /// A one-time password or a recovery code, if the user has a second factor. A first login without one is answered with
    /// the code `SECOND_FACTOR_REQUIRED`, once the password is right.
    #[schema(value_type = Option<String>, nullable = false)]
    code: Option<Secret<String>>,
}

impl LoginForm {
    /// `None` if the user name or the password is missing.
    fn new(
        username: Option<String>,
        password: Option<Secret<String>>,
        code: Option<Secret<String>>,
    ) -> Option<Self> {
        username.zip(password).map(|(username, password)| Self { username, password, code })
    }
}

/// The query of a login.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LoginParams {
    /// Not empty: answer in JSON instead of redirecting
    #[param(example = "1")]
    json: Option<String>,
}

/// Log in
///
/// Takes a form or JSON. A browser is sent on to `/`, or back to `/login?error=…`; with `?json=1` the
/// outcome is said in JSON. The session is in the cookie `haltere.sid` (`__Host-haltere.sid` over TLS,
/// `__Secure-haltere.sid` over TLS below a base path): send it back with each request.
#[utoipa::path(
    post,
    path = "/auth",
    operation_id = "log_in",
    tag = "Login",
    params(LoginParams),
    request_body(content(
        (LoginForm = "application/x-www-form-urlencoded"),
        (LoginForm = "application/json"),
    )),
    responses(
        (status = 200, description = "With `?json=1`: logged in, the cookie is set", body = LoginResponse,
            headers(("Set-Cookie" = String, description = "`haltere.sid=…; HttpOnly; SameSite=Lax; Path=/`")),
            example = json!({"code": "SUCCESS", "message": "Authorized", "successful": true})),
        (status = 302, description = "Without `?json=1`: `Location` is `/` and the cookie is set, or `/login?error=authentication-failed`, `/login?error=throttled`, `/login?error=second-factor-required`, `/login?error=second-factor-wrong`, or `/login?error=local-login-off`"),
        (status = 400, description = "The body can't be read", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "malformed JSON at line 1, column 2"})),
        (status = 413, description = "The body is larger than 16 KiB", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "the body is larger than 16 KiB"})),
        Refused,
        (status = 429, description = "With `?json=1`: too many failed attempts, or too many logins of this user or from this address at once", body = ErrorBody,
            headers(("Retry-After" = u64, description = "Seconds to wait before a retry")),
            example = json!({"code": "TOO_MANY_REQUESTS", "message": "Too many attempts, try again in 30 s", "limit": "limits.failed_logins_per_user"})),
        (status = 503, description = "With `?json=1`: too many logins at once", body = ErrorBody,
            headers(("Retry-After" = u64, description = "Seconds to wait before a retry")),
            example = json!({"code": "UNAVAILABLE", "message": "Too many logins at once, try again in 1 s", "limit": "limits.password_checks"})),
        (status = 500, description = "Internal error", body = ErrorBody,
            example = json!({"code": "INTERNAL_ERROR", "message": "An internal server error occurred"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(origin): Extension<Origin>,
    Extension(cookie): Extension<SessionCookie>,
    Query(params): Query<LoginParams>,
    request: Request,
) -> Result<Response, ApiError> {
    let user_agent = request.headers().get(USER_AGENT);
    let user_agent = user_agent.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let in_json = params.json.is_some_and(|value| !value.is_empty());
    let logged_in = match credentials(request).await? {
        Some(LoginForm { username, password, code }) => {
            let wish = LogIn { username, password, code, origin, user_agent };
            state.app.sessions().log_in(wish).await.map_err(LoginRefusal::from)
        }
        None => Err(LoginRefusal::WrongCredentials),
    };
    let base = &state.options.base;
    Ok(match logged_in {
        Ok(LoggedIn { token, caller: _, expires_at: _ }) => {
            let mut response = if in_json { confirmation() } else { redirect(&base.to("/")) };
            response.headers_mut().insert(SET_COOKIE, cookie.set(&token));
            response
        }
        Err(refusal) if in_json => refusal.into_json(),
        Err(refusal) => refusal.into_redirect(base, state.app.sign_on().has_local_login()),
    })
}

fn confirmation() -> Response {
    let response =
        LoginResponse { code: LoginCode::Success, message: "Authorized", successful: true };
    json(StatusCode::OK, &response)
}

/// Reads a form or JSON; `None` if the user name or the password is missing.
async fn credentials(request: Request) -> Result<Option<LoginForm>, ApiError> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let is_form = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM));
    if is_form {
        Charset::of_form(request.headers())?;
        let body = body::read(request).await?;
        let body = Charset::Utf8.in_utf8(body.bytes())?;
        let form = std::str::from_utf8(&body).ok().and_then(Params::parse);
        let form = form.ok_or_else(|| ApiError::invalid("the form is not UTF-8"))?;
        let username = form.get("username")?.map(str::to_owned);
        let [password, code] = [form.get("password")?, form.get("code")?];
        return Ok(LoginForm::new(username, password.map(Secret::from), code.map(Secret::from)));
    }
    let JsonBody(body) = JsonBody::from_request(request, &()).await?;
    let mut fields = Fields::of_body(body)?;
    let username = fields.string("username")?;
    let [password, code] = [fields.string("password")?, fields.string("code")?];
    Ok(LoginForm::new(username, password.map(Secret::new), code.map(Secret::new)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use haltere_app::testing::TestApp;
    use haltere_testkit::MockClock;
    use http::Method;
    use serde_json::json;

    use super::{Duration, FORM};
    use crate::test_support::{TestApi, TestResponse};

    fn form(password: &str) -> String {
        format!("username=admin&password={}", password.replace(' ', "+"))
    }

    fn cookie(response: &TestResponse) -> String {
        let cookie = response.header("set-cookie").expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    #[tokio::test]
    async fn browsers_are_redirected() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        let welcome = anonymous.text(Method::POST, "/auth", FORM, &form(TestApp::PASSWORD)).await;
        assert_eq!((welcome.status.as_u16(), welcome.header("location")), (302, Some("/")));
        let shouted = FORM.to_uppercase() + "; charset=UTF-8";
        let again = anonymous.text(Method::POST, "/auth", &shouted, &form(TestApp::PASSWORD)).await;
        assert_eq!((again.status.as_u16(), again.header("location")), (302, Some("/")));
        let client = api.with_cookie(&cookie(&welcome));
        assert_eq!(client.get("/api/profile").await.json()["username"], "admin");
        assert_eq!(client.get("/validate-session").await.json(), json!({"valid": true}));

        // An empty json= is the redirecting form, as in the management center for Mosquitto.
        for (path, body) in [
            ("/auth", form("wrong")),
            ("/auth?json", form("wrong")),
            ("/auth?json=", String::new()),
            ("/auth", "username=admin".to_owned()),
        ] {
            let response = anonymous.text(Method::POST, path, FORM, &body).await;
            let location = response.header("location");
            let expected = (302, Some("/login?error=authentication-failed"));
            assert_eq!((response.status.as_u16(), location), expected, "{path} {body}");
            assert_eq!(response.header("set-cookie"), None);
        }

        let goodbye = client.get("/logout").await;
        assert_eq!((goodbye.status.as_u16(), goodbye.header("location")), (302, Some("/login")));
        assert!(goodbye.header("set-cookie").expect("a cookie").contains("Max-Age=0"));
        client.get("/api/profile").await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
        assert_eq!(client.get("/validate-session").await.json(), json!({"valid": false}));
    }

    #[tokio::test]
    async fn programs_are_answered_in_json() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        let right = json!({"username": "admin", "password": TestApp::PASSWORD});
        let response = anonymous.post("/auth?json=1", right).await;
        let expected = json!({"code": "SUCCESS", "message": "Authorized", "successful": true});
        assert_eq!((response.status.as_u16(), response.json()), (200, expected));
        cookie(&response);
        for body in [
            json!({"username": "admin", "password": "wrong"}),
            json!({"username": "unknown", "password": "x"}),
            json!({}),
        ] {
            let response = anonymous.post("/auth?json=1", body).await;
            let expected = json!({"code": "UNAUTHORIZED", "message": "Unauthorized"});
            assert_eq!((response.status.as_u16(), response.json()), (401, expected));
            assert_eq!(response.header("set-cookie"), None);
        }
        let response = anonymous.post("/auth?json=1", json!({"username": 1})).await;
        response.is_refusal(400, "INVALID", "username: must be a string");
    }

    #[tokio::test]
    async fn a_form_is_in_utf8() {
        let api = TestApi::start().await;
        let anonymous = api.anonymous();
        let body = form(TestApp::PASSWORD);
        for (parameter, status) in [
            ("", 200),
            ("; charset=UTF-8", 200),
            ("; charset=iso-8859-1", 415),
            ("; charset=utf-16", 415),
        ] {
            let content_type = format!("{FORM}{parameter}");
            let response = anonymous.text(Method::POST, "/auth?json=1", &content_type, &body).await;
            assert_eq!(response.status.as_u16(), status, "{parameter}");
        }
        let marked = format!("\u{feff}{body}");
        let response = anonymous.text(Method::POST, "/auth?json=1", FORM, &marked).await;
        assert_eq!(response.status, 200, "{}", response.text);
    }

    #[tokio::test]
    async fn who_guesses_is_slowed_down() {
        let api = TestApi::start_with(|config| {
            config.settings.sessions.throttle.address_burst = 2;
        })
        .await;
        let anonymous = api.anonymous();
        let mut guesses = 0;
        let throttled = loop {
            let body = json!({"username": format!("user{guesses}"), "password": "x"});
            let response = anonymous.post("/auth?json=1", body).await;
            if response.status != 401 {
                break response;
            }
            guesses += 1;
            assert!(guesses < 50, "never throttled");
        };
        assert_eq!(throttled.status, 429, "{}", throttled.text);
        assert_eq!(throttled.json()["limit"], "limits.failed_logins_per_address");
        assert!(
            throttled.header("retry-after").expect("seconds").parse::<u64>().expect("a number")
                >= 1
        );
        let response = anonymous.text(Method::POST, "/auth", FORM, &form("x")).await;
        assert_eq!(response.header("location"), Some("/login?error=throttled"));
    }

    #[tokio::test]
    async fn no_date_is_a_reason_to_fail() {
        // Before the certificates' and the UUIDs' beginning of time, and long after it.
        for date in ["1901-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9998-12-31T23:59:59Z"] {
            let clock = MockClock::now_frozen();
            let hands = clock.clone();
            let api = TestApi::start_with(|config| config.clock = Arc::new(hands)).await;
            let client = api.admin().await;
            clock.set(date.parse().expect("a date"));
            for path in ["/api/profile", "/api/profile/sessions", "/api/connections", "/readyz"] {
                let response = client.get(path).await;
                assert_eq!(response.status, 200, "{date}: {path}: {}", response.text);
            }
            let wish = json!({"id": "a", "name": "a", "url": "mqtts://127.0.0.1:1"});
            let response = client.post("/api/connections", wish).await;
            assert!(response.status.is_success(), "{date}: {}", response.text);
            api.admin().await.get("/api/profile").await;
        }
    }

    #[tokio::test]
    async fn an_unused_session_ends() {
        let clock = MockClock::now_frozen();
        let hands = clock.clone();
        let api = TestApi::start_with(|config| config.clock = Arc::new(hands)).await;
        let client = api.admin().await;
        clock.advance(Duration::from_mins(29));
        assert_eq!(client.get("/api/profile").await.status, 200);
        clock.advance(Duration::from_mins(29));
        assert_eq!(client.get("/api/profile").await.status, 200, "it was used in between");
        clock.advance(Duration::from_mins(31));
        client.get("/api/profile").await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    }
}
