//! The one style sheet of all server-rendered pages.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::base_path::BasePath;

const CSS: &str = include_str!("haltere.css");

/// Where it is. The name carries a hash of the content, so that it may be kept for ever.
pub(crate) fn href(base: &BasePath) -> String {
    base.to(&format!("/haltere.css?v={:016x}", fingerprint(CSS.as_bytes())))
}

/// Get the style sheet of the pages
#[utoipa::path(
    get,
    path = "/haltere.css",
    operation_id = "get_stylesheet",
    tag = "Pages",
    responses((status = 200, description = "The style sheet", content_type = "text/css", body = String)),
)]
pub(crate) async fn handler() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, CSS).into_response()
}

/// FNV-1a: names a version of the file; nothing depends on it being hard to forge.
pub(crate) const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}
