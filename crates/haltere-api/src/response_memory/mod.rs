//! Memory for responses that are not read yet: how much of it all callers, one user and one address may make
//! us hold.
//!
//! The gate of a route passes each response through [`charge`], so that no route can forget it.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use haltere_core::quota::{QuotaBounds, QuotaHolder};
use haltere_core::{Quota, Reservation};
use http_body_util::BodyExt as _;
use tokio::time::{sleep, timeout};

use crate::error::ApiError;
use crate::limits::exceeded::QuotaLimits;

/// How large the pieces of a response are that is made while it is sent, in bytes.
pub(crate) const PIECE: usize = 64 * 1024;

/// Responses up to this size don't count, in bytes: the number of connections bounds them.
pub(crate) const SMALL: usize = 16 * 1024;

/// The smallest quota, in bytes: a connection with the largest certificates there may be fits in.
const MIN_SHARE: usize = 2 << 20;

/// Seconds to wait before a retry.
const RETRY: u32 = 2;

/// How often a waiting response tries again.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// How long the response to a change waits for memory.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// The name of the limit.
pub(crate) const LIMIT: &str = "server.max_response_memory";

/// One user has reached it.
pub(crate) const OF_USER: &str = "Your unread responses take all the memory that one user gets";

/// All callers have reached it together.
pub(crate) const OF_ALL: &str = "Unread responses take all the memory there is for them";

/// The budget. One user or one address gets a quarter of it.
#[derive(Clone)]
pub(crate) struct ResponseMemory {
    all: Quota,
    /// The part of it taken by lists that are sent as a whole.
    whole: Quota,
}

/// On a response: what its reader makes us hold, where that is not the size of its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ResponseCost {
    /// At most so many bytes.
    AtMost(usize),
    /// It is counted already.
    Charged,
}

/// A response gave up waiting.
#[derive(Debug, thiserror::Error)]
#[error("failed to find memory for a response")]
struct OutOfMemory;

impl ResponseMemory {
    pub(crate) fn new(bytes: usize) -> Self {
        let each = (bytes / 4).max(MIN_SHARE);
        let all = bytes.max(2 * MIN_SHARE);
        Self {
            all: Quota::new(QuotaBounds { all, user: each, network: each }),
            whole: Quota::new(QuotaBounds { all: all / 2, user: each / 2, network: each / 2 }),
        }
    }

    /// Memory for a response.
    pub(crate) fn take(&self, holder: QuotaHolder, bytes: usize) -> Result<Reservation, ApiError> {
        self.all.take(holder, counted(bytes)).map_err(|reached| EXHAUSTED.refusal(reached))
    }

    /// Waits for memory, as long as it takes.
    pub(crate) async fn wait(&self, holder: QuotaHolder, bytes: usize) -> Reservation {
        loop {
            match self.take(holder.clone(), bytes) {
                Ok(reservation) => return reservation,
                Err(_) => sleep(RETRY_INTERVAL).await,
            }
        }
    }

    /// A list in one part, if there is memory for that. Such lists get no more than half of any quota, so that the
    /// same list can still be sent in pieces.
    pub(crate) fn whole(&self, holder: &QuotaHolder, list: &Bytes) -> Option<Bytes> {
        let bytes = counted(list.len());
        let of_whole = self.whole.take(holder.clone(), bytes).ok()?;
        let of_all = self.all.take(holder.clone(), bytes).ok()?;
        Some(charged(list.clone(), (of_whole, of_all)))
    }

    /// How many bytes are counted.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.all.held()
    }
}

/// Counts a response until it is read. Without memory, a read is refused; the response to a change,
/// which has happened, waits.
pub(crate) async fn charge(
    memory: &ResponseMemory,
    holder: QuotaHolder,
    is_change: bool,
    mut response: Response,
) -> Response {
    let bytes = match response.extensions_mut().remove::<ResponseCost>() {
        Some(ResponseCost::Charged) => return response,
        Some(ResponseCost::AtMost(bytes)) => bytes,
        None => match response.body().size_hint().exact() {
            Some(exact) => usize::try_from(exact).unwrap_or(usize::MAX),
            None => PIECE,
        },
    };
    if counted(bytes) == 0 {
        return response;
    }
    match memory.take(holder.clone(), bytes) {
        Ok(reservation) => charged_until_read(response, reservation).await,
        Err(refusal) if !is_change => refusal.into_response(),
        Err(_) => {
            let memory = memory.clone();
            response.map(|body| waiting(body, memory, holder, bytes))
        }
    }
}

/// How many bytes a response of so many bytes counts as.
fn counted(bytes: usize) -> usize {
    if bytes > SMALL { bytes } else { 0 }
}

/// The same response, which releases its reservation when it is read.
pub(crate) async fn charged_until_read(response: Response, reservation: Reservation) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = Response::from_parts(parts, counting(body, reservation).await);
    response.extensions_mut().insert(ResponseCost::Charged);
    response
}

async fn counting(body: Body, reservation: Reservation) -> Body {
    if body.size_hint().exact().is_none() {
        return Body::from_stream(counting_pieces(body, reservation));
    }
    // It is there already, in one piece.
    match body.collect().await {
        Ok(whole) => Body::from(charged(whole.to_bytes(), reservation)),
        Err(error) => Body::from_stream(stream::iter([Err::<Bytes, _>(error)])),
    }
}

/// The last piece counts as long as the ones before: the next one is made when there is memory for it.
fn counting_pieces(
    body: Body,
    reservation: Reservation,
) -> impl Stream<Item = Result<Bytes, axum::Error>> {
    body.into_data_stream().map(move |piece| {
        let _held = &reservation;
        piece
    })
}

/// The same body, which begins when there is memory for it.
fn waiting(body: Body, response_memory: ResponseMemory, holder: QuotaHolder, bytes: usize) -> Body {
    let pieces = async move {
        let memory = timeout(WAIT_TIMEOUT, response_memory.wait(holder, bytes)).await;
        let memory = memory.map_err(|_| axum::Error::new(OutOfMemory))?;
        Ok(counting_pieces(body, memory))
    };
    Body::from_stream(stream::once(pieces).try_flatten())
}

const EXHAUSTED: QuotaLimits = QuotaLimits {
    user: (LIMIT, OF_USER),
    network: (LIMIT, "Unread responses at your address take all the memory that one address gets"),
    all: (LIMIT, OF_ALL),
    retry_after: RETRY,
};

/// Bytes that count until the last of them is on its way.
pub(crate) fn charged<S: Send + 'static>(bytes: Bytes, reservation: S) -> Bytes {
    struct Charged<S> {
        bytes: Bytes,
        /// Given back when dropped.
        _reservation: S,
    }
    impl<S> AsRef<[u8]> for Charged<S> {
        fn as_ref(&self) -> &[u8] {
            &self.bytes
        }
    }
    Bytes::from_owner(Charged { bytes, _reservation: reservation })
}

#[cfg(test)]
mod tests;
