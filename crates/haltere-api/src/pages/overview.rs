//! `GET /`: all connections at a glance.

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{ConnectionView, ListError, ListQuery, Secrets};
use haltere_core::{Intent, LinkState};
use http::StatusCode;
use maud::{Markup, html};

use super::layout;
use crate::error::ApiError;
use crate::extract::Context;
use crate::state::ApiState;

/// The most connections on the page; the API has them all.
const MOST: usize = 500;

/// All connections at a glance
///
/// A page without JavaScript.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "get_overview_page",
    tag = "Pages",
    responses((status = 200, description = "The page", content_type = "text/html", body = String)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: Context,
) -> Result<Response, ApiError> {
    let query = ListQuery::default();
    let listing = state.app.list_connections(&context, &query, Secrets::Omit).await;
    let shown = match listing {
        Ok(listing) => connections(&state.app.views(&listing)),
        Err(ListError::NotAllowed(_)) => nothing_to_see(),
        Err(error) => return Err(error.into()),
    };
    let base = &state.options.base;
    let whole = html! {
        (layout::top_bar(base, Some(&context.caller)))
        main.wide { (shown) }
    };
    let page = layout::page(base, "Connections · haltere", "plain", &whole);
    Ok(layout::respond(StatusCode::OK, page))
}

fn nothing_to_see() -> Markup {
    html! {
        div.heading { h1 { "Connections" } }
        div.empty { p { "Your role does not let you see connections." } }
    }
}

fn connections(views: &[ConnectionView]) -> Markup {
    let names = ["online", "connecting", "waiting", "idle", "unreadable"];
    let counts =
        names.map(|name| views.iter().filter(|view| Shown::of(view).class == name).count());
    html! {
        div.heading {
            h1 { "Connections" }
            span.small { (views.len()) @if views.len() == 1 { " broker" } @else { " brokers" } }
        }
        @if views.is_empty() {
            (empty())
        } @else {
            ul.tally {
                @for (name, count) in names.into_iter().zip(counts).filter(|(_, count)| *count > 0) {
                    li { span.badge.(name) { (count) " " (label(name)) } }
                }
            }
            table.connections {
                thead { tr { th { "Broker" } th { "Status" } th { "Reason" } th { "Since" } } }
                tbody { @for view in views.iter().take(MOST) { (row(view)) } }
            }
            @if views.len() > MOST {
                p.small { "The first " (MOST) " of " (views.len()) "; the API has them all." }
            }
        }
    }
}

fn empty() -> Markup {
    html! {
        div.empty {
            p { strong { "No broker yet." } }
            p { "Register the first one through the API:" }
            pre { code {
                "curl -b jar -H 'Content-Type: application/json' \\\n"
                "  -d '{\"id\":\"first\",\"name\":\"First broker\",\"url\":\"mqtt://localhost:1883\"}' \\\n"
                "  http://127.0.0.1:8088/api/connections"
            } }
        }
    }
}

/// What a connection's status looks like.
struct Shown {
    class: &'static str,
    code: Option<String>,
    reason: Option<String>,
    since: Option<String>,
}

impl Shown {
    fn of(view: &ConnectionView) -> Self {
        let Some(status) = &view.status else {
            let reason = view.entry.connection().err().map(|unreadable| unreadable.reason.clone());
            return Self { class: "unreadable", code: None, reason, since: None };
        };
        let class = match status.state {
            LinkState::Idle => "idle",
            LinkState::Connecting { .. } => "connecting",
            LinkState::Online { .. } => "online",
            LinkState::Waiting { .. } => "waiting",
        };
        let failure = status.failure();
        let reason = match (&status.state, failure) {
            (_, Some(failure)) => Some(failure.message.clone()),
            (LinkState::Idle, None) if view.entry.intent() == Intent::Disconnected => {
                Some("Disconnected on purpose".to_owned())
            }
            (LinkState::Online { .. }, None) => {
                status.broker.as_ref().and_then(|broker| broker.version.clone())
            }
            _ => None,
        };
        let since = status.changed_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
        let code = failure.map(|failure| failure.code.to_string());
        Self { class, code, reason, since: Some(since) }
    }
}

fn label(class: &str) -> &str {
    match class {
        "waiting" => "not connected",
        "idle" => "disconnected",
        other => other,
    }
}

fn row(view: &ConnectionView) -> Markup {
    let Shown { class, code, reason, since } = Shown::of(view);
    html! {
        tr {
            td {
                div.name { (view.entry.name()) }
                div.url { (view.entry.url()) }
            }
            td { span.badge.(class) { (label(class)) } }
            td.reason {
                @if let Some(reason) = reason { (reason) }
                @if let Some(code) = code { code { (code) } }
            }
            td.since { @if let Some(since) = since { (since) } }
        }
    }
}
