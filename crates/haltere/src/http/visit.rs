//! What is known of a connection while it lasts.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use haltere_api::{EndsWith, OfSession};
use haltere_app::sessions::EndSignal;
use hyper::body::{Body as _, Frame, SizeHint};
use hyper::header::{CONNECTION, HeaderValue};
use tokio::sync::watch;
use tokio::time::sleep;

use super::places::Place;
use super::progress::Progress;

/// How long what is under way may take when its connection has to end.
const PARTING: Duration = Duration::from_secs(1);

/// The same where no request is under way, or on a kept place for a caller without a session: enough for an
/// answer to be written.
const SHORT_PARTING: Duration = Duration::from_millis(100);

pub(super) struct Visit {
    pub(super) place: Place,
    pub(super) progress: Arc<Progress>,
    /// What the answer under way must not outlast.
    ends_with: watch::Sender<Option<EndSignal>>,
}

impl Visit {
    pub(super) fn new(place: Place, progress: Arc<Progress>) -> Self {
        Self { place, progress, ends_with: watch::Sender::default() }
    }

    /// Waits until the connection has to end: its place is needed, or the session of what it carries
    /// has ended.
    pub(super) async fn must_end(&self) {
        tokio::select! {
            () = self.place.give_way() => {}
            () = self.session_ended() => {}
        }
    }

    /// Waits as long as what is under way may take when the connection has to end.
    pub(super) async fn parting(&self) {
        let is_stranger = self.place.is_kept() && !self.place.has_session();
        // A newcomer waits for it.
        if is_stranger && self.progress.is_blocked() {
            return;
        }
        sleep(SHORT_PARTING).await;
        // A head that never becomes whole is no request.
        let is_in_use = self.place.is_in_use() || self.progress.is_blocked();
        if !is_stranger && is_in_use {
            sleep(PARTING.saturating_sub(SHORT_PARTING)).await;
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
                // The sender is ours, and lives as long.
                _ = ends_with.changed() => {}
            }
        }
    }

    /// Takes note of an answer, and of its end where that is not in sight.
    pub(super) fn answered(self: Arc<Self>, mut response: Response) -> Response {
        let has_session = response.extensions().get::<OfSession>().is_some();
        let ends_with = response.extensions_mut().remove::<EndsWith>();
        if self.place.is_kept() && !has_session && !self.place.has_session() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        let is_whole = response.body().size_hint().exact().is_some();
        if is_whole && ends_with.is_none() {
            // hyper has it all; that the client takes it is seen by the stream.
            self.place.ends(has_session);
            return response;
        }
        if let Some(EndsWith(end)) = ends_with {
            self.ends_with.send_replace(Some(end));
        }
        response.map(|inner| Body::new(UnderWay { inner, visit: self, has_session }))
    }
}

/// An answer that is being made while it is sent.
struct UnderWay {
    inner: Body,
    visit: Arc<Visit>,
    has_session: bool,
}

impl hyper::body::Body for UnderWay {
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

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.visit.ends_with.send_if_modified(|end| {
            // A session that has ended takes the connection with it, although the answer is done.
            let goes_on = end.as_ref().is_some_and(|end| !end.has_ended());
            if goes_on {
                *end = None;
            }
            goes_on
        });
        self.visit.place.ends(self.has_session);
    }
}
