//! The files that the console's page loads, and the other files in its folder.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::ConsoleFiles;
use super::compression_preference;
use crate::error::{ApiError, ErrorBody};
use crate::extract::PathText;
use crate::pages::stylesheet::fingerprint;
use crate::state::ApiState;

/// What the build makes, by the end of its name. Nothing else is sent: not the page before it is filled
/// in, and no packed form under its own name.
const KINDS: [(&str, &str); 7] = [
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
];

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A file of the console
///
/// Its name contains a hash of its content, so it may be cached forever.
#[utoipa::path(
    get,
    path = "/assets/{fileName}",
    operation_id = "get_console_file",
    tag = "Pages",
    params(("fileName" = String, Path, description = "As the console's page names it")),
    responses(
        (status = 200, description = "The file, compressed if the client accepts that", content(
            (String = "text/css"), (String = "text/javascript"), (String = "text/plain"),
            (String = "image/svg+xml"), (String = "image/png"), (String = "image/webp"),
            (String = "font/woff2"),
        )),
        (status = 404, description = "There is no such file", body = ErrorBody,
            example = json!({"code": "NOT_FOUND", "message": "Resource not found"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    PathText(name): PathText,
    headers: HeaderMap,
) -> Response {
    let file = name.and_then(|name| hashed(state.options.console, &name, &headers));
    file.unwrap_or_else(|| ApiError::no_such_resource().into_response())
}

/// A file in `assets/`, in the form that the client likes best.
fn hashed(files: ConsoleFiles, name: &str, headers: &HeaderMap) -> Option<Response> {
    let kind = kind(name)?;
    let path = format!("assets/{name}");
    let packed = compression_preference::accepted(headers).into_iter().find_map(|coding| {
        let bytes = files.get(&format!("{path}{}", coding.ending))?;
        Some((bytes, Some(coding)))
    });
    let (bytes, coding) = match packed {
        Some(packed) => packed,
        None => (files.get(&path)?, None),
    };
    let vary = HeaderValue::from(ACCEPT_ENCODING);
    let mut response =
        ([(CONTENT_TYPE, kind), (CACHE_CONTROL, FOR_EVER), (VARY, vary)], bytes).into_response();
    if let Some(coding) = coding {
        let name = HeaderValue::from_static(coding.name);
        response.headers_mut().insert(CONTENT_ENCODING, name);
    }
    Some(response)
}

/// Whether such a file is at `path`.
pub(crate) fn is_folder_file(files: ConsoleFiles, path: &str) -> bool {
    let name = path.strip_prefix('/').filter(|name| kind(name).is_some());
    name.is_some_and(|name| files.get(name).is_some())
}

/// A file in the page's folder, if a request that no route takes is for one. Its name stays when
/// its content changes, so it has to be asked for again each time.
pub(crate) fn folder_file(files: ConsoleFiles, request: &Request) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let name = request.uri().path().strip_prefix('/')?;
    let kind = kind(name)?;
    let bytes = files.get(name)?;
    let tag = format!("\"{:016x}\"", fingerprint(&bytes));
    let known =
        request.headers().get_all(IF_NONE_MATCH).into_iter().any(|known| is_in(&tag, known));
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, HeaderValue::from_str(&tag).expect("hexadecimal digits in quotes")),
    ];
    Some(if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, [(CONTENT_TYPE, kind)], bytes).into_response()
    })
}

/// Whether a browser's copy, as `If-None-Match` names it, is the file as it is now.
fn is_in(tag: &str, known: &HeaderValue) -> bool {
    let Ok(known) = known.to_str() else { return false };
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// The content type of a file that may be sent. A name that is more than a name is none.
fn kind(name: &str) -> Option<HeaderValue> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = name.bytes().all(is_plain) && !name.starts_with('.');
    let (_, ending) = name.rsplit_once('.')?;
    let (_, kind) = KINDS.iter().find(|(of, _)| is_name && *of == ending)?;
    Some(HeaderValue::from_static(kind))
}
