//! The frame around every page.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::stylesheet;
use crate::base_path::BasePath;

/// A whole page.
pub(crate) fn page(base: &BasePath, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href=(stylesheet::href(base));
                // Keeps browsers from asking for /favicon.ico.
                link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M6 26 20 12' stroke='%230d9488' stroke-width='4' stroke-linecap='round'/%3E%3Ccircle cx='22' cy='10' r='6' fill='%230d9488'/%3E%3C/svg%3E";
            }
            body { (content) }
        }
    }
}

/// A page as a response.
pub(crate) fn respond(status: StatusCode, page: Markup) -> Response {
    (status, Html(page.into_string())).into_response()
}

/// The bar on top.
pub(crate) fn top_bar(base: &BasePath) -> Markup {
    html! {
        header.bar {
            a.brand href=(base.to("/")) { (logo()) span { "haltere" } }
            nav {
                a href=(base.to("/api/docs")) { "API" }
                a.button.quiet href=(base.to("/")) { "Open haltere" }
            }
        }
    }
}

/// A haltere: the club-shaped organ with which a mosquito keeps its balance.
fn logo() -> Markup {
    html! {
        svg.logo viewBox="0 0 32 32" aria-hidden="true" {
            path d="M5 27 19 13" {}
            circle cx="22" cy="10" r="6" {}
        }
    }
}
