//! `GET /login`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};

use crate::base_path::BasePath;
use crate::cookie::Jar;
use crate::extract::{Query, caller};
use crate::fallback;
use crate::pages::layout;
use crate::state::ApiState;

/// Why somebody finds themselves on this page (again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Wrong user name or password.
    Failed,
    /// The session has ended.
    Expired,
    /// Too many attempts.
    Throttled,
}

impl Reason {
    /// The name in the query `?error=`; the first two are those of the management center for Mosquitto.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "authentication-failed",
            Self::Expired => "session-expired",
            Self::Throttled => "throttled",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Failed, Self::Expired, Self::Throttled]
            .into_iter()
            .find(|reason| reason.as_str() == text)
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Failed => "The user name or the password is wrong.",
            Self::Expired => "Your session has ended. Please log in again.",
            Self::Throttled => "Too many attempts. Please wait a minute, then try again.",
        }
    }
}

/// The login page
///
/// Works without JavaScript. Somebody who is logged in already is sent on to `/`.
#[utoipa::path(
    get,
    path = "/login",
    operation_id = "get_login_page",
    tag = "Login",
    params(("error" = Option<String>, Query, description = "Why to log in: `authentication-failed`, `session-expired`, `throttled`")),
    responses(
        (status = 200, description = "The login form", content_type = "text/html", body = String),
        (status = 302, description = "Logged in already; Location is `/`"),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    Extension(jar): Extension<Jar>,
    Query(query): Query,
    headers: HeaderMap,
) -> Response {
    if caller::session(&state, &jar, &headers).await.is_ok_and(|session| session.is_some()) {
        return fallback::found(&state.options.base.to("/"));
    }
    let reason = query.get("error").ok().flatten().and_then(Reason::parse);
    layout::respond(StatusCode::OK, page(&state.options.base, reason))
}

fn page(base: &BasePath, reason: Option<Reason>) -> Markup {
    let content = html! {
        main.card {
            div.brand { (layout::logo()) span { "haltere" } }
            h1 { "Log in" }
            p.lead { "Your Mosquitto brokers, in balance." }
            @if let Some(reason) = reason {
                p.notice.(reason.as_str()) role="alert" { (reason.sentence()) }
            }
            form method="post" action=(base.to("/auth")) {
                label for="username" { "User name" }
                input #username name="username" type="text" autocomplete="username"
                    autocapitalize="none" spellcheck="false" required autofocus;
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" required;
                button type="submit" { "Log in" }
            }
        }
        footer.small { a href=(base.to("/api/docs")) { "API documentation" } }
    };
    layout::page(base, "Log in · haltere", "login", &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_sentence_and_nothing_else_is_shown() {
        for reason in [Reason::Failed, Reason::Expired, Reason::Throttled] {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
            assert!(
                page(&BasePath::default(), Some(reason)).into_string().contains(reason.sentence())
            );
        }
        assert_eq!(Reason::parse("<script>"), None);
        let page = page(&BasePath::default(), None).into_string();
        assert!(!page.contains("role=\"alert\""));
        assert!(!page.contains("<script") && !page.contains("style=\""), "the policy forbids both");
    }
}
