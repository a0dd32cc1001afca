//! Lists in pages: where the next page begins.

use std::fmt::{Display, Write as _};

use axum::response::Response;
use http::header::LINK;
use http::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::extract::Params;

const X_NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// Says where the next page of the list at `path` begins: in `X-Next-Cursor` for programs, and as RFC 8288 has it.
pub(crate) fn with_next_page(
    mut response: Response,
    path: &str,
    next: Option<impl Display>,
    params: &Params,
) -> Response {
    let Some(next) = next else { return response };
    let next = next.to_string();
    let mut link = format!("<{path}?");
    for (name, value) in params.iter().filter(|(name, _)| *name != "cursor") {
        let _ = write!(link, "{}={}&", encode(name), encode(value));
    }
    let _ = write!(link, "cursor={}>; rel=\"next\"", encode(&next));
    // Both are visible ASCII: a cursor by its promise, the link because it is encoded.
    if let (Ok(next), Ok(link)) = (HeaderValue::try_from(next), HeaderValue::try_from(link)) {
        response.headers_mut().insert(X_NEXT_CURSOR, next);
        response.headers_mut().insert(LINK, link);
    }
    response
}

fn encode(text: &str) -> impl Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
