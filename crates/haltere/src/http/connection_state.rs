//! The state that the requests of one connection share.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use haltere_api::{AuthenticatedResponse, CloseWithCredential};
use haltere_app::Credential;
use hyper::body::{Body as _, Frame, SizeHint};
use hyper::header::{CONNECTION, HeaderValue};
use tokio::sync::watch;
use tokio::time::sleep;

use super::admission::ConnectionSlot;
use super::write_timeout::WriteState;

/// How long the request in progress may take when its connection has to close.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The same if no request is in progress, or on a reserved slot without a session: enough to write a response.
const SHORT_DRAIN_TIMEOUT: Duration = Duration::from_millis(100);

pub(super) struct ConnectionState {
    pub(super) slot: ConnectionSlot,
    pub(super) writes: Arc<WriteState>,
    /// The session that the current response must not outlast.
    ends_with: watch::Sender<Option<Credential>>,
}

impl ConnectionState {
    pub(super) fn new(slot: ConnectionSlot, writes: Arc<WriteState>) -> Self {
        Self { slot, writes, ends_with: watch::Sender::default() }
    }

    /// Waits until the connection has to close: its slot is needed, or the session of its response has ended.
    pub(super) async fn must_close(&self) {
        tokio::select! {
            () = self.slot.evicted() => {}
            () = self.session_ended() => {}
        }
    }

    /// Waits as long as a connection that has to close may still take.
    pub(super) async fn drain_timeout(&self) {
        let is_unauthenticated = self.slot.is_reserved() && !self.slot.has_session();
        // Another connection is waiting for the slot.
        if is_unauthenticated && self.writes.is_blocked() {
            return;
        }
        sleep(SHORT_DRAIN_TIMEOUT).await;
        // An incomplete head doesn't count as a request.
        let is_in_use = self.slot.is_in_use() || self.writes.is_blocked();
        if !is_unauthenticated && is_in_use {
            sleep(DRAIN_TIMEOUT.saturating_sub(SHORT_DRAIN_TIMEOUT)).await;
        }
    }

    async fn session_ended(&self) {
        let mut ends_with = self.ends_with.subscribe();
        loop {
            let end = ends_with.borrow_and_update().clone();
            let ended = async {
                match end {
                    Some(end) => end.ended().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = ended => return,
                // Never fails: `self` owns the sender.
                _ = ends_with.changed() => {}
            }
        }
    }

    /// Follows a response until it is complete, and closes the connection after it if need be.
    pub(super) fn track(self: Arc<Self>, mut response: Response) -> Response {
        let has_session = response.extensions().get::<AuthenticatedResponse>().is_some();
        let ends_with = response.extensions_mut().remove::<CloseWithCredential>();
        if self.slot.is_reserved() && !has_session && !self.slot.has_session() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        let is_complete = response.body().size_hint().exact().is_some();
        if is_complete && ends_with.is_none() {
            // hyper has all of it, and the stream sees whether the client reads it.
            self.slot.request_finished(has_session);
            return response;
        }
        if let Some(CloseWithCredential(end)) = ends_with {
            self.ends_with.send_replace(Some(end));
        }
        response.map(|inner| Body::new(TrackedBody { inner, state: self, has_session }))
    }
}

/// A body that is produced while it is sent. Dropping it finishes the request.
struct TrackedBody {
    inner: Body,
    state: Arc<ConnectionState>,
    has_session: bool,
}

impl hyper::body::Body for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        self.state.ends_with.send_if_modified(|end| {
            // A session that has ended closes the connection, even if the response is complete.
            let goes_on = end.as_ref().is_some_and(|end| !end.has_ended());
            if goes_on {
                *end = None;
            }
            goes_on
        });
        self.state.slot.request_finished(self.has_session);
    }
}
