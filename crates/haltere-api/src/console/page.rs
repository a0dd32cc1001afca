//! `GET /`, and every other address that is a page: the console itself finds out what to show there.

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderMap, HeaderValue, Method};
use percent_encoding::percent_decode_str;

use super::weights::weight;
use super::without;
use crate::base_path;
use crate::layers::headers::policy_with_nonce;
use crate::options::ApiOptions;
use crate::state::ApiState;

/// What stands in the page for the path it is reached under, and for the nonce.
const BASE: &str = "__HALTERE_BASE__";
const NONCE: &str = "__HALTERE_NONCE__";

/// The console
///
/// For people, with JavaScript. Every other path that is none of those described here answers the same
/// page, to whoever takes HTML: `/login?error=…`, `/connections/press-4`. It holds nothing worth
/// guarding, and asks for a login itself, where the management center for Mosquitto redirects to `/login`.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "get_console",
    tag = "Pages",
    responses((status = 200, description = "The page", content_type = "text/html", body = String)),
)]
pub(crate) async fn handler(State(state): State<ApiState>) -> Response {
    answer(&state.options)
}

/// The page as an answer.
///
/// Never with an `ETag`: "not modified" would come with a new policy, and the page kept by the browser
/// would hold the nonce of an old one.
pub(crate) fn answer(options: &ApiOptions) -> Response {
    let Some(page) = options.console.get("index.html") else { return without::page(&options.base) };
    // 128 bits: it can't be guessed by whoever might get to write into the page.
    let nonce = STANDARD.encode(rand::random::<[u8; 16]>());
    let page = String::from_utf8_lossy(&page);
    // Neither needs escaping: base64, and what a base path may hold.
    let page = page.replace(BASE, &options.base.to("")).replace(NONCE, &nonce);
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_SECURITY_POLICY, policy_with_nonce(&nonce)),
    ];
    (headers, Html(page)).into_response()
}

/// Whether a request that no route wants is for a page.
pub(crate) fn is_wanted(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
        && is_page(request.uri().path())
        && takes_html(request.headers())
}

/// Whether a path can be one of a page: it does not begin like one of ours that are something else, nor
/// with the name of a file. Further down a dot means nothing: ids may hold some.
fn is_page(path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let first = path.split('/').nth(1).unwrap_or_default();
    !first.contains('.') && !base_path::ours().contains(first)
}

/// Whether a client takes HTML, as browsers say when somebody looks at an address. Who says nothing
/// takes anything.
fn takes_html(headers: &HeaderMap) -> bool {
    !headers.contains_key(ACCEPT)
        || ["text/html", "text/*", "*/*"]
            .iter()
            .any(|kind| weight(headers, &ACCEPT, kind) > Some(0.0))
}
