//! Reading a request's body: up to a limit, and not for ever.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::error::{ApiError, ErrorCode};

/// The largest body, in bytes.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// How much of a body that is too large is read and thrown away, in bytes.
const DISCARDED: usize = 16 * 1024 * 1024;

/// How long we wait for a body: a megabyte in this time is 35 kB/s.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole body; 413 when it is over [`LIMIT`], which is known before the first byte is read
/// wherever the client has announced a length; 408 when it takes too long.
pub(crate) async fn read(request: Request<Body>) -> Result<Bytes, ApiError> {
    timeout(PATIENCE, read_patiently(request)).await.unwrap_or_else(|_| Err(too_slow()))
}

async fn read_patiently(request: Request<Body>) -> Result<Bytes, ApiError> {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // Whoever asks first (`Expect: 100-continue`) is told before anything is sent.
    let asks_first = request.headers().contains_key(EXPECT);
    let mut body = request.into_body();
    if announced.is_some_and(|length| length > LIMIT) {
        if !asks_first {
            discard(body).await;
        }
        return Err(too_large());
    }
    match Limited::new(&mut body, LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            discard(body).await;
            Err(too_large())
        }
        Err(_) => Err(ApiError::invalid("the body ended early")),
    }
}

/// Reads on for a while: a client that sends everything before it listens would otherwise see a
/// broken connection in place of the answer.
async fn discard(body: Body) {
    let mut rest = Limited::new(body, DISCARDED);
    while let Some(Ok(_)) = rest.frame().await {}
}

fn too_large() -> ApiError {
    let why = "the body is larger than 1 MiB";
    hanging_up(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Invalid, why))
}

fn too_slow() -> ApiError {
    let why = "the body took longer than 30 s";
    hanging_up(ApiError::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::Invalid, why))
}

/// Part of the body may still be on its way, so the connection is of no further use.
fn hanging_up(error: ApiError) -> ApiError {
    error.with_header(CONNECTION, HeaderValue::from_static("close"))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let error = read(Request::new(body)).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
    }
}
