//! Reading a request's body, up to a limit.

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::error::{ApiError, ErrorCode};

/// The largest body, in bytes.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// The whole body; 413 when it is over [`LIMIT`], which is known before the first byte is read
/// wherever the client has announced a length.
pub(crate) async fn read(request: Request<Body>) -> Result<Bytes, ApiError> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LIMIT) {
        return Err(too_large());
    }
    match Limited::new(request.into_body(), LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(ApiError::invalid("the body ended early")),
    }
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Invalid,
        "the body is larger than 1 MiB",
    )
}
