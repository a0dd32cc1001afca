//! Reading a request's body: up to a limit, not for ever, and no longer than the caller's session lasts.
//!
//! The gate has authorized the caller before the first byte is read. The memory for all bodies in progress is
//! bounded, and so is the part that one user or one address may take.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use haltere_app::{Credential, Ctx};
use haltere_core::Reservation;
use haltere_core::quota::QuotaExceeded;
use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::{Instant, timeout_at};

use super::budgeted_buffer::BudgetedBuffer;
use super::coding::{Coding, DecompressError, Decompressor};
use crate::error::{ApiError, ErrorCode};
use crate::limits::body_memory::{EXHAUSTED, MAX_BODY, budget};
use crate::limits::holder;
use crate::state::ApiState;

/// How large a body may be, and how long we wait for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// In bytes; whole kibibytes.
    pub(crate) bytes: usize,
    pub(crate) timeout: Duration,
    /// How much has to have come on average after the first [`GRACE_PERIOD`], in bytes per second.
    pub(crate) min_rate: Option<usize>,
}

/// How long a client may take before its rate matters.
const GRACE_PERIOD: Duration = Duration::from_secs(10);

/// A megabyte in this time is 35 kB/s.
const USUAL: BodyLimits =
    BodyLimits { bytes: MAX_BODY, timeout: Duration::from_secs(30), min_rate: None };

/// For callers without a session.
const ANONYMOUS: BodyLimits =
    BodyLimits { bytes: 16 * 1024, timeout: Duration::from_secs(10), min_rate: None };

/// The whole body, unpacked; 413 when it is over [`MAX_BODY`] (16 KiB for callers without a session), which is known
/// before the first byte is read wherever the client has announced a length; 408 when it takes too long; 429
/// or 503 when bodies under way take all the memory there is for them.
pub(crate) async fn read(request: Request<Body>) -> Result<BudgetedBuffer, ApiError> {
    let extensions = request.extensions();
    let limits = if extensions.get::<Ctx>().is_some() { USUAL } else { ANONYMOUS };
    let state = extensions.get::<ApiState>();
    let quota = state.map_or_else(|| budget(usize::MAX), |state| state.body_memory.clone());
    let reservation = quota
        .take(holder::of_request(extensions), 0)
        .map_err(|reached| EXHAUSTED.refusal(reached))?;
    read_within(request, limits, reservation).await
}

/// The same within other limits, and counted by `reservation`.
pub(crate) async fn read_within(
    request: Request<Body>,
    limits: BodyLimits,
    reservation: Reservation,
) -> Result<BudgetedBuffer, ApiError> {
    // The gate ran before the body arrived. Sending the body slowly must not extend the permission.
    let credential = request.extensions().get::<Ctx>().map(|ctx| ctx.credential.clone());
    tokio::select! {
        biased;
        () = ended(credential) => Err(and_close(ApiError::unauthorized())),
        read = read_patiently(request, limits, reservation) => read,
    }
}

/// Waits for the end of the session; for ever where there is none.
async fn ended(credential: Option<Credential>) {
    match credential {
        Some(credential) => credential.ended().await,
        None => std::future::pending().await,
    }
}

async fn read_patiently(
    request: Request<Body>,
    limits: BodyLimits,
    reservation: Reservation,
) -> Result<BudgetedBuffer, ApiError> {
    let coding = Coding::of(request.headers())?;
    let announced = announced(&request);
    let mut body = request.into_body();
    let deadlines = Deadlines { limits, start: Instant::now() };
    if announced.is_some_and(|length| length > limits.bytes) {
        return Err(too_large(limits));
    }
    let buffer = BudgetedBuffer::new(reservation, announced.unwrap_or_default(), limits.bytes);
    match collect(&mut body, &deadlines, coding, buffer).await {
        Ok(buffer) => Ok(buffer),
        Err(ReadError::TooLarge) => Err(too_large(limits)),
        Err(ReadError::Malformed(why)) => Err(and_close(ApiError::invalid(why))),
        Err(ReadError::TooSlow) => Err(too_slow(&deadlines)),
        Err(ReadError::OutOfMemory(reached)) => Err(and_close(EXHAUSTED.refusal(reached))),
        Err(ReadError::Broken) => Err(ApiError::invalid("the body ended early")),
    }
}

/// Why a body could not be read to its end.
enum ReadError {
    TooLarge,
    Malformed(String),
    TooSlow,
    OutOfMemory(QuotaExceeded),
    Broken,
}

impl From<DecompressError> for ReadError {
    fn from(error: DecompressError) -> Self {
        match error {
            DecompressError::TooLarge => Self::TooLarge,
            DecompressError::OutOfMemory(reached) => Self::OutOfMemory(reached),
            malformed @ DecompressError::Malformed(_) => Self::Malformed(malformed.to_string()),
        }
    }
}

/// When a body has to have come.
struct Deadlines {
    limits: BodyLimits,
    start: Instant,
}

impl Deadlines {
    /// When more has to have come, after so many bytes.
    fn next(&self, received: usize) -> Instant {
        let end = self.start + self.limits.timeout;
        let Some(rate) = self.limits.min_rate else { return end };
        let paid = Duration::from_secs((received / rate.max(1)) as u64);
        end.min(self.start + GRACE_PERIOD + paid)
    }
}

/// Memory is taken as bytes come, and both forms of a packed body have the same bound.
async fn collect(
    body: &mut Body,
    deadlines: &Deadlines,
    coding: Option<Coding>,
    buffer: BudgetedBuffer,
) -> Result<BudgetedBuffer, ReadError> {
    let limit = deadlines.limits.bytes;
    let mut sink = Sink::new(coding, limit, buffer)?;
    let mut body = Limited::new(body, limit);
    let mut received = 0;
    loop {
        let frame = timeout_at(deadlines.next(received), body.frame()).await;
        let Some(frame) = frame.map_err(|_| ReadError::TooSlow)? else { return sink.finish() };
        if let Ok(data) = frame.map_err(|error| read_error(error.as_ref()))?.into_data() {
            received += data.len();
            sink.push(&data)?;
        }
    }
}

fn read_error(error: &(dyn Error + Send + Sync + 'static)) -> ReadError {
    if error.is::<LengthLimitError>() { ReadError::TooLarge } else { ReadError::Broken }
}

/// Where the pieces of a body go.
enum Sink {
    Plain(BudgetedBuffer),
    Compressed(Box<Decompressor>),
}

impl Sink {
    fn new(
        coding: Option<Coding>,
        limit: usize,
        buffer: BudgetedBuffer,
    ) -> Result<Self, ReadError> {
        Ok(match coding {
            None => Self::Plain(buffer),
            Some(coding) => Self::Compressed(Box::new(Decompressor::new(coding, limit, buffer)?)),
        })
    }

    fn push(&mut self, piece: &[u8]) -> Result<(), ReadError> {
        match self {
            Self::Plain(buffer) => buffer.extend(piece).map_err(ReadError::OutOfMemory),
            Self::Compressed(decompressor) => Ok(decompressor.push(piece)?),
        }
    }

    fn finish(self) -> Result<BudgetedBuffer, ReadError> {
        match self {
            Self::Plain(buffer) => Ok(buffer),
            Self::Compressed(decompressor) => Ok(decompressor.finish()?),
        }
    }
}

fn announced(request: &Request<Body>) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limits: BodyLimits) -> ApiError {
    let size = match limits.bytes / MAX_BODY {
        0 => format!("{} KiB", limits.bytes / 1024),
        mebibytes => format!("{mebibytes} MiB"),
    };
    let why = format!("the body is larger than {size}");
    and_close(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::Invalid, why))
}

fn too_slow(&Deadlines { limits, start }: &Deadlines) -> ApiError {
    let error = |why| ApiError::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::Invalid, why);
    and_close(match limits.min_rate {
        Some(rate) if start.elapsed() < limits.timeout => {
            let why = format!("the body came at less than {} KiB/s", rate / 1024);
            error(why).with_limit("limits.import_rate")
        }
        _ => error(format!("the body took longer than {} s", limits.timeout.as_secs())),
    })
}

/// Part of the body may still arrive, so the connection can't be reused.
fn and_close(error: ApiError) -> ApiError {
    error.with_header(CONNECTION, HeaderValue::from_static("close"))
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};

    use haltere_core::Quota;
    use haltere_core::quota::QuotaHolder;

    use super::*;
    use crate::extract::coding;

    type Chunk = Result<Bytes, std::io::Error>;

    fn whole(limits: BodyLimits, quota: &Quota) -> (BodyLimits, Reservation) {
        (limits, quota.take(QuotaHolder::default(), 0).expect("nothing is held"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_never_waits_for_ever() {
        let body = Body::from_stream(stream::pending::<Chunk>());
        let error = read(Request::new(body)).await.err().expect("too slow");
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_cut_off_and_a_slow_line_is_not() {
        let limits =
            BodyLimits { bytes: MAX_BODY, timeout: Duration::from_mins(10), min_rate: Some(1024) };
        let quota = budget(MAX_BODY);
        let body = |bytes: usize| {
            let chunks = stream::iter(0..100).then(move |_| async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Chunk::Ok(vec![b'x'; bytes].into())
            });
            Request::new(Body::from_stream(chunks))
        };
        let (within, reservation) = whole(limits, &quota);
        let start = Instant::now();
        let error = read_within(body(100), within, reservation).await.err().expect("too slow");
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
        assert!(start.elapsed() < Duration::from_secs(13), "{:?}", start.elapsed());
        let refusal = error.into_response().into_body().collect().await.expect("a body").to_bytes();
        let refusal: serde_json::Value = serde_json::from_slice(&refusal).expect("JSON");
        assert_eq!(refusal["limit"], "limits.import_rate");
        let (within, reservation) = whole(limits, &quota);
        assert!(read_within(body(1100), within, reservation).await.is_ok());
    }

    #[tokio::test]
    async fn a_packed_body_is_unpacked_within_the_bound() {
        let packed = |bytes: &[u8], name: &'static str| {
            let coding = if name == "deflate" { Coding::Deflate } else { Coding::Gzip };
            let body = Body::from(coding::tests::packed(coding, bytes));
            Request::post("/").header("content-encoding", name).body(body).expect("a request")
        };
        let quota = budget(64 * MAX_BODY);
        for name in ["gzip", "x-gzip", "deflate"] {
            for (limits, size) in [(ANONYMOUS, "16 KiB"), (USUAL, "1 MiB")] {
                let largest = vec![b'x'; limits.bytes];
                let (within, reservation) = whole(limits, &quota);
                let read = read_within(packed(&largest, name), within, reservation).await;
                assert!(read.expect("it fits").bytes() == largest);
                let (within, reservation) = whole(limits, &quota);
                let larger = packed(&vec![0; limits.bytes + 1], name);
                let error =
                    read_within(larger, within, reservation).await.err().expect("too large");
                assert_eq!(error.to_string(), format!("the body is larger than {size}"));
            }
        }
        assert_eq!(quota.held(), 0);
        let plain = Request::post("/").header("content-encoding", "gzip").body(Body::from("{}"));
        let error = read(plain.expect("a request")).await.err().expect("refused");
        let why = "Content-Encoding: the body is not gzip, or is damaged";
        assert_eq!((error.status().as_u16(), error.to_string().as_str()), (400, why));
    }

    /// A body that comes in pieces outgrows its buffer several times. It needs no more than its bound for that, so
    /// that the smallest budget is enough.
    #[tokio::test]
    async fn a_body_of_any_size_within_the_bound_fits_where_nothing_else_is() {
        let quota = budget(0);
        for bytes in [1, MAX_BODY / 2 + 1, MAX_BODY * 3 / 5, MAX_BODY * 7 / 8, MAX_BODY] {
            let whole = vec![b'x'; bytes];
            let packed = coding::tests::packed(Coding::Gzip, &whole);
            for (announced, gzip, sent) in [
                (true, false, &whole),
                (false, false, &whole),
                (true, true, &packed),
                (false, true, &packed),
            ] {
                let pieces: Vec<_> = sent
                    .chunks(10_000)
                    .map(|piece| Chunk::Ok(Bytes::copy_from_slice(piece)))
                    .collect();
                let mut request = Request::new(Body::from_stream(stream::iter(pieces)));
                if announced {
                    request.headers_mut().insert(CONTENT_LENGTH, sent.len().into());
                }
                if gzip {
                    let gzip = HeaderValue::from_static("gzip");
                    request.headers_mut().insert("content-encoding", gzip);
                }
                let (within, reservation) = self::whole(USUAL, &quota);
                let read = read_within(request, within, reservation).await;
                let read =
                    read.unwrap_or_else(|error| panic!("{bytes} {announced} {gzip}: {error}"));
                assert!(read.bytes() == whole);
            }
        }
        assert_eq!(quota.held(), 0);
    }

    #[tokio::test]
    async fn a_large_body_comes_whole_or_not_at_all() {
        let limits = BodyLimits { bytes: 2 * MAX_BODY, ..USUAL };
        let chunks = |count: u8| {
            let chunk = |n: u8| Chunk::Ok(Bytes::from(vec![n; MAX_BODY / 4]));
            Request::new(Body::from_stream(stream::iter((0..count).map(chunk))))
        };
        let quota = budget(64 * MAX_BODY);
        let (within, reservation) = whole(limits, &quota);
        let received = read_within(chunks(8), within, reservation).await.expect("it fits");
        let expected: Vec<u8> = (0..8).flat_map(|n| vec![n; MAX_BODY / 4]).collect();
        assert!(received.bytes() == expected);
        assert!((2 * MAX_BODY..4 * MAX_BODY).contains(&quota.held()), "{}", quota.held());
        drop(received);
        assert_eq!(quota.held(), 0);
        let (within, reservation) = whole(limits, &quota);
        let error = read_within(chunks(9), within, reservation).await.err().expect("too large");
        assert_eq!(error.to_string(), "the body is larger than 2 MiB");
    }

    #[tokio::test]
    async fn a_body_beyond_the_budget_is_refused_and_says_why() {
        let quota = budget(2 * MAX_BODY);
        let all_but_100 = quota.bounds().user - 100;
        let rest = quota.take(QuotaHolder::default(), all_but_100).expect("nothing is held");
        let request = || Request::new(Body::from(vec![b'x'; 101]));
        let (within, reservation) = whole(USUAL, &quota);
        let error = read_within(request(), within, reservation).await.err().expect("refused");
        assert_eq!(error.status(), StatusCode::TOO_MANY_REQUESTS);
        drop(rest);
        let (within, reservation) = whole(USUAL, &quota);
        assert!(read_within(request(), within, reservation).await.is_ok());
    }
}
