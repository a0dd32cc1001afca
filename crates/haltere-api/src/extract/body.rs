//! Reading a request's body: up to a limit, not for ever, and no longer than the caller's session lasts.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use haltere_app::sessions::Session;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::coding::{Coding, UnpackError, Unpacker};
use crate::error::{ApiError, ErrorCode};

/// The largest body, in bytes.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// How much of a body that is too large is read and thrown away, in bytes.
const DISCARDED: usize = 16 * 1024 * 1024;

/// How large a body may be, and how long we wait for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// In bytes; whole mebibytes.
    pub(crate) bytes: usize,
    pub(crate) patience: Duration,
}

/// A megabyte in this time is 35 kB/s.
const USUAL: Bounds = Bounds { bytes: LIMIT, patience: Duration::from_secs(30) };

/// The whole body, unpacked; 413 when it is over [`LIMIT`], which is known before the first byte is read
/// wherever the client has announced a length; 408 when it takes too long.
pub(crate) async fn read(request: Request<Body>) -> Result<Bytes, ApiError> {
    let coding = Coding::of(request.headers())?;
    read_within(USUAL, request, async |body| match coding {
        None => Limited::new(body, LIMIT).collect().await.map(Collected::to_bytes),
        Some(coding) => {
            let mut whole = unpack(body, coding, LIMIT).await?;
            Ok(std::mem::take(&mut *whole.0).into())
        }
    })
    .await
}

/// The same within other bounds, in memory that is overwritten when it is dropped.
pub(crate) async fn read_wiped(
    request: Request<Body>,
    bounds: Bounds,
) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let coding = Coding::of(request.headers())?;
    let announced = announced(&request).unwrap_or_default().min(bounds.bytes);
    read_within(bounds, request, async |body| {
        if let Some(coding) = coding {
            return Ok(unpack(body, coding, bounds.bytes).await?.0);
        }
        let mut bytes = Wiped(Zeroizing::new(Vec::with_capacity(announced)));
        let mut body = Limited::new(body, bounds.bytes);
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                bytes.extend(&data);
            }
        }
        Ok(bytes.0)
    })
    .await
}

/// Unpacks a body as it comes. Both its forms have the same bound.
async fn unpack(body: &mut Body, coding: Coding, limit: usize) -> Result<Wiped, ReadError> {
    let mut unpacker = Unpacker::new(coding, limit);
    let mut body = Limited::new(body, limit);
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            unpacker.push(&data)?;
        }
    }
    Ok(unpacker.finish()?)
}

/// Bytes that leave no copy behind when they outgrow their place.
#[derive(Default)]
pub(super) struct Wiped(pub(super) Zeroizing<Vec<u8>>);

impl Wiped {
    pub(super) fn extend(&mut self, more: &[u8]) {
        let Self(bytes) = self;
        let needed = bytes.len() + more.len();
        if needed > bytes.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * bytes.capacity())));
            larger.extend_from_slice(bytes);
            // What was there is overwritten here.
            *bytes = larger;
        }
        bytes.extend_from_slice(more);
    }
}

type ReadError = Box<dyn Error + Send + Sync>;

async fn read_within<T>(
    bounds: Bounds,
    request: Request<Body>,
    collect: impl AsyncFnOnce(&mut Body) -> Result<T, ReadError>,
) -> Result<T, ApiError> {
    // Who may do this was asked before the body came. Whoever sends it slowly must not gain time by it.
    let session = request.extensions().get::<Session>().cloned();
    let read = timeout(bounds.patience, read_patiently(bounds, request, collect));
    tokio::select! {
        biased;
        () = ended(session) => Err(hanging_up(ApiError::unauthorized())),
        read = read => read.unwrap_or_else(|_| Err(too_slow(bounds))),
    }
}

/// Waits for the end of the session; for ever where there is none.
async fn ended(session: Option<Session>) {
    match session {
        Some(session) => session.end.ended().await,
        None => std::future::pending().await,
    }
}

async fn read_patiently<T>(
    bounds: Bounds,
    request: Request<Body>,
    collect: impl AsyncFnOnce(&mut Body) -> Result<T, ReadError>,
) -> Result<T, ApiError> {
    let announced = announced(&request);
    // Whoever asks first (`Expect: 100-continue`) is told before anything is sent.
    let asks_first = request.headers().contains_key(EXPECT);
    let mut body = request.into_body();
    if announced.is_some_and(|length| length > bounds.bytes) {
        if !asks_first {
            discard(body).await;
        }
        return Err(too_large(bounds));
    }
    match collect(&mut body).await {
        Ok(collected) => Ok(collected),
        Err(error) => match error.downcast_ref() {
            Some(malformed @ UnpackError::Malformed(_)) => {
                let refusal = ApiError::invalid(malformed.to_string());
                discard(body).await;
                Err(hanging_up(refusal))
            }
            Some(UnpackError::TooLarge) => {
                discard(body).await;
                Err(too_large(bounds))
            }
            None if error.is::<LengthLimitError>() => {
                discard(body).await;
                Err(too_large(bounds))
            }
            None => Err(ApiError::invalid("the body ended early")),
        },
    }
}

fn announced(request: &Request<Body>) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads on for a while: a client that sends everything before it listens would otherwise see a
/// broken connection in place of the answer.
async fn discard(body: Body) {
    let mut rest = Limited::new(body, DISCARDED);
    while let Some(Ok(_)) = rest.frame().await {}
}

fn too_large(bounds: Bounds) -> ApiError {
    let why = format!("the body is larger than {} MiB", bounds.bytes / LIMIT);
    hanging_up(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Invalid, why))
}

fn too_slow(bounds: Bounds) -> ApiError {
    let why = format!("the body took longer than {} s", bounds.patience.as_secs());
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
    use crate::extract::coding;

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let error = read(Request::new(body)).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_packed_body_is_unpacked_within_the_bound() {
        let packed = |bytes: &[u8], name: &'static str| {
            let coding = if name == "deflate" { Coding::Deflate } else { Coding::Gzip };
            let body = Body::from(coding::tests::packed(coding, bytes));
            Request::post("/").header("content-encoding", name).body(body).expect("a request")
        };
        let bounds = Bounds { bytes: 2 * LIMIT, patience: Duration::from_secs(5) };
        for name in ["gzip", "x-gzip", "deflate"] {
            let largest = vec![b'x'; LIMIT];
            assert!(read(packed(&largest, name)).await.expect("it fits") == largest);
            assert!(*read_wiped(packed(&largest, name), bounds).await.expect("it fits") == largest);
            let error = read(packed(&vec![0; LIMIT + 1], name)).await.unwrap_err();
            assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
            let error =
                read_wiped(packed(&vec![0; 2 * LIMIT + 1], name), bounds).await.unwrap_err();
            assert_eq!(error.to_string(), "the body is larger than 2 MiB");
        }
        let plain = Request::post("/").header("content-encoding", "gzip").body(Body::from("{}"));
        let error = read(plain.expect("a request")).await.unwrap_err();
        let why = "Content-Encoding: the body is not gzip, or is damaged";
        assert_eq!((error.status().as_u16(), error.to_string().as_str()), (400, why));
    }

    #[tokio::test]
    async fn a_large_body_comes_whole_or_not_at_all() {
        let bounds = Bounds { bytes: 2 * LIMIT, patience: Duration::from_secs(5) };
        let chunks = |count: u8| {
            let chunk = |n: u8| Ok::<_, std::io::Error>(Bytes::from(vec![n; LIMIT / 4]));
            Request::new(Body::from_stream(stream::iter((0..count).map(chunk))))
        };
        let whole = read_wiped(chunks(8), bounds).await.expect("it fits");
        let expected: Vec<u8> = (0..8).flat_map(|n| vec![n; LIMIT / 4]).collect();
        assert!(*whole == expected);
        let error = read_wiped(chunks(9), bounds).await.unwrap_err();
        assert_eq!(error.to_string(), "the body is larger than 2 MiB");
    }
}
