//! Server-sent events.

use axum::response::Response;
use axum::response::sse::Event;
use http::header::CONNECTION;
use http::{HeaderName, HeaderValue};
use serde::Serialize;

/// Keeps nginx from buffering a stream.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// An event whose data is JSON.
pub(crate) fn event(name: &str, data: &impl Serialize) -> Event {
    let data = serde_json::to_string(data).expect("wire types have string keys and finite numbers");
    Event::default().event(name).data(data)
}

/// Closes the connection after a stream, because a client that reused it might find it closed, and keeps proxies
/// from buffering.
pub(crate) fn set_stream_headers(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
}
