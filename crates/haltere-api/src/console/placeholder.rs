//! What is at the console's addresses in a build without it.

use axum::response::Response;
use http::StatusCode;
use maud::html;

use crate::base_path::BasePath;
use crate::pages::layout;

/// The page that says so, and how to get one with it.
pub(super) fn page(base: &BasePath) -> Response {
    let content = html! {
        (layout::top_bar(base))
        main.narrow {
            h1 { "The console is not in this build" }
            p { "haltere itself runs: its links are kept, and its API answers as ever." }
            p {
                "In a checkout, " code { "make run" } " builds the console and starts haltere with it; "
                code { "make console" } " builds it alone, for the next " code { "cargo build" } ". "
                "Both need Node.js 20.19 or newer. A release always holds it."
            }
            p { a.button href=(base.to("/api/docs")) { "To the API" } }
        }
    };
    layout::respond(StatusCode::OK, layout::page(base, "haltere", &content))
}
