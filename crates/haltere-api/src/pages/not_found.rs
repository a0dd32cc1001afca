//! For somebody who is logged in and lost.

use axum::response::Response;
use haltere_core::Caller;
use http::StatusCode;
use maud::html;

use super::layout;
use crate::base_path::BasePath;

/// The 404 page.
pub(crate) fn page(base: &BasePath, caller: &Caller) -> Response {
    let content = html! {
        (layout::top_bar(base, Some(caller)))
        main.narrow {
            h1 { "There is no such page" }
            p { "The address may be mistyped, or the page may have moved." }
            p { a.button href=(base.to("/")) { "To the connections" } }
        }
    };
    let page = layout::page(base, "Not found · haltere", "plain", &content);
    layout::respond(StatusCode::NOT_FOUND, page)
}
